// The rules of the network service, made and wired in one place. The two programs (nova-network, neutron-server) each
// have a set of their own over the same tables.

import { cloudSection } from "../config/cloud.ts";
import { peerKey } from "../core/peers.ts";
import type { ServiceContext } from "../core/service.ts";
import { networkSection } from "./config.ts";
import { networkEngine } from "./engine/public.ts";
import { hostNames } from "./names.ts";
import { Access } from "./rules/access.ts";
import { AddressGroups } from "./rules/address-groups.ts";
import { AddressScopes } from "./rules/address-scopes.ts";
import { Addresses } from "./rules/addresses.ts";
import { Agents } from "./rules/agents.ts";
import { AutoAllocated } from "./rules/auto-allocated.ts";
import type { Base } from "./rules/base.ts";
import { ComputeNotifier } from "./rules/compute-notifier.ts";
import { DhcpPorts } from "./rules/dhcp-ports.ts";
import { Dns } from "./rules/dns.ts";
import { FlatNetworks } from "./rules/flat-networks.ts";
import { Flavors } from "./rules/flavors.ts";
import { FloatingIps } from "./rules/floating-ips.ts";
import { FloatingPools } from "./rules/floating-pools.ts";
import { Instances } from "./rules/instances.ts";
import { Metering } from "./rules/metering.ts";
import { Networks } from "./rules/networks.ts";
import { PortForwardings } from "./rules/port-forwardings.ts";
import { PortUpdate } from "./rules/port-update.ts";
import { Ports } from "./rules/ports.ts";
import { Quotas } from "./rules/quotas.ts";
import { Rbac } from "./rules/rbac.ts";
import { RouterInterfaces } from "./rules/router-interfaces.ts";
import { Routers } from "./rules/routers.ts";
import { SecurityGroups } from "./rules/security-groups.ts";
import { SecurityRules } from "./rules/security-rules.ts";
import { ServerFloatingIps } from "./rules/server-floating-ips.ts";
import { SubnetPools } from "./rules/subnet-pools.ts";
import { Subnets } from "./rules/subnets.ts";
import { Vifs } from "./rules/vifs.ts";
import { NetworkStore } from "./store/store.ts";

export interface NetworkParts {
  base: Base;
  store: NetworkStore;
  access: Access;
  quotas: Quotas;
  agents: Agents;
  groups: SecurityGroups;
  rules: SecurityRules;
  addressGroups: AddressGroups;
  addresses: Addresses;
  networks: Networks;
  subnets: Subnets;
  pools: SubnetPools;
  scopes: AddressScopes;
  ports: Ports;
  portUpdate: PortUpdate;
  dhcpPorts: DhcpPorts;
  routers: Routers;
  interfaces: RouterInterfaces;
  floatingIps: FloatingIps;
  floatingPools: FloatingPools;
  forwardings: PortForwardings;
  rbac: Rbac;
  metering: Metering;
  flavors: Flavors;
  autoAllocated: AutoAllocated;
  flatNetworks: FlatNetworks;
  vifs: Vifs;
  instances: Instances;
  serverFloatingIps: ServerFloatingIps;
  dns: Dns;
}

/** The rules of the network service, for the calls that the compute API has of it. */
export const networkParts = peerKey<NetworkParts>("n-net", "network-parts");

/** What it needs of a service's context: tools that work on the tables beside a running cloud have no more. */
export type NetworkContext = Pick<
  ServiceContext,
  "db" | "clock" | "ids" | "log" | "config" | "peers" | "machine"
>;

export function makeNetwork(context: NetworkContext): NetworkParts {
  const config = context.config(networkSection);
  const store = new NetworkStore(context.db, context.clock);
  const names = hostNames(context.machine.slot);
  const base: Base = {
    store,
    ids: context.ids,
    log: context.log,
    compute: new ComputeNotifier(context.peers, context.log),
    config,
    hostName: config.NETWORK_HOST || context.machine.hostName,
    hostAddress: context.config(cloudSection).HOST_IP,
    names,
    publicCard: config.PUBLIC_INTERFACE || names.publicBridge,
    changed: () => context.peers.find(networkEngine)?.changed(),
  };
  const access = new Access(store);
  const quotas = new Quotas(base);
  const agents = new Agents(base);
  const groups = new SecurityGroups(base, { access, quotas });
  const addresses = new Addresses(base);
  const networks: Networks = new Networks(base, { access, quotas, groups, ports: () => ports });
  const ports: Ports = new Ports(base, {
    access,
    quotas,
    groups,
    addresses,
    agents,
    networks: () => networks,
  });
  const portUpdate = new PortUpdate(base, { ports, addresses, groups });
  const routers = new Routers(base, { access, quotas, networks, ports, portUpdate, agents });
  const scopes = new AddressScopes(base, access);
  const pools = new SubnetPools(base, { access, quotas, scopes });
  const dhcpPorts = new DhcpPorts(base, { agents, addresses, ports: () => ports });
  const subnets = new Subnets(base, {
    access,
    quotas,
    networks,
    pools,
    scopes,
    addresses,
    dhcpPorts,
    externalSubnetAdded: (network, subnet) => routers.externalSubnetAdded(network, subnet),
  });
  const interfaces = new RouterInterfaces(base, {
    access,
    routers,
    ports,
    portUpdate,
    subnets,
    addresses,
    agents,
  });
  const floatingIps = new FloatingIps(base, { access, quotas, networks, ports });
  const floatingPools = new FloatingPools(base, { access, quotas, floatingIps });
  const flatNetworks = new FlatNetworks(base, { ports });
  const vifs = new Vifs(
    store.vifs,
    (network) => context.peers.find(networkEngine)?.bridgeOf(network) ?? null,
  );
  return {
    base,
    store,
    access,
    quotas,
    agents,
    groups,
    rules: new SecurityRules(base, { access, quotas }),
    addressGroups: new AddressGroups(base, access),
    addresses,
    networks,
    subnets,
    pools,
    scopes,
    ports,
    portUpdate,
    dhcpPorts,
    routers,
    interfaces,
    floatingIps,
    floatingPools,
    forwardings: new PortForwardings(base, { floatingIps, ports }),
    rbac: new Rbac(base, { access, quotas, networks }),
    metering: new Metering(base),
    flavors: new Flavors(base),
    autoAllocated: new AutoAllocated(base, { networks, subnets, pools, routers, interfaces }),
    flatNetworks,
    serverFloatingIps: new ServerFloatingIps(base, { pools: floatingPools }),
    dns: new Dns(base),
    vifs,
    instances: new Instances(base, {
      access,
      quotas,
      networks,
      addresses,
      ports,
      portUpdate,
      groups,
      pools: floatingPools,
      flatNetworks,
      vifs,
    }),
  };
}
