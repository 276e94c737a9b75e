// What the compute service asks: networks, addresses and groups of servers. Authority: nova/network/neutron.py (Zed) and
// nova/network/manager.py (Newton).

import { and, eq } from "drizzle-orm";
import { elevated, type RequestContext } from "../../core/context.ts";
import { OverQuota } from "../errors/extensions.ts";
import { NetworkNotFound } from "../errors/networks.ts";
import {
  ExternalNetworkAttachForbidden,
  FixedIpAlreadyInUse,
  FixedIpInvalid,
  NetworkAmbiguous,
  NetworkRequiresSubnet,
  NoUniqueMatch,
  PortBindingFailed,
  PortInUse,
  PortLimitExceeded,
  PortNotUsable,
  PortRequiresFixedIP,
  SecurityGroupNotFoundForProject,
} from "../errors/nova.ts";
import { PortNotFound } from "../errors/ports.ts";
import { contains, parseAddress, parseCidr } from "../ip.ts";
import type { InstanceForNetwork, NetworkRequest, RequestedNetwork, Vif } from "../public.ts";
import * as t from "../tables.ts";
import type { Access } from "./access.ts";
import type { Addresses } from "./addresses.ts";
import { asNova } from "./as-nova.ts";
import { type Base, COMPUTE_OWNER } from "./base.ts";
import type { FlatNetworks } from "./flat-networks.ts";
import type { FloatingPools } from "./floating-pools.ts";
import type { Networks } from "./networks.ts";
import type { PortUpdate } from "./port-update.ts";
import { isComputePort, type Ports } from "./ports.ts";
import type { Quotas } from "./quotas.ts";
import type { SecurityGroups } from "./security-groups.ts";
import type { Vifs } from "./vifs.ts";

interface Parts {
  access: Access;
  quotas: Quotas;
  networks: Networks;
  addresses: Addresses;
  ports: Ports;
  portUpdate: PortUpdate;
  groups: SecurityGroups;
  pools: FloatingPools;
  flatNetworks: FlatNetworks;
  vifs: Vifs;
}

/** A request with its networks looked up. */
interface Wanted extends RequestedNetwork {
  network: t.NetworkRow;
  port: t.PortRow | null;
}

const DEFAULT_GROUP = "default";

export class Instances {
  #base: Base;
  #parts: Parts;

  constructor(base: Base, parts: Parts) {
    this.#base = base;
    this.#parts = parts;
  }

  validate(
    context: RequestContext,
    request: NetworkRequest,
    securityGroups: readonly string[],
    count: number,
  ): void {
    this.resolveGroups(context, securityGroups);
    const wanted = this.#resolve(context, request);
    for (const { network, port, fixedIp } of wanted) {
      if (port) {
        this.#checkUsable(context, port, null);
        continue;
      }
      if (fixedIp !== undefined) this.#checkFixed(network, fixedIp, count);
      if (this.#base.store.subnets.match({ network_id: network.uuid }).length === 0) {
        throw new NetworkRequiresSubnet(network.uuid);
      }
    }
    const fresh = wanted.filter(({ port }) => port === null).length * count;
    this.#countPorts(context.projectId ?? "", fresh);
  }

  /** All or nothing; a second call for the same server finds what the first has made. */
  allocate(
    context: RequestContext,
    instance: InstanceForNetwork,
    request: NetworkRequest,
    securityGroups: readonly string[],
  ): Vif[] {
    const { store } = this.#base;
    return store.transaction(() => {
      const present = this.#parts.vifs.of(instance.uuid);
      if (present.length > 0) {
        this.rebind(context, instance);
        return this.#parts.vifs.of(instance.uuid);
      }
      const owner = { ...context, projectId: instance.projectId };
      const wanted = this.#resolve(owner, request);
      const groups = this.resolveGroups(owner, securityGroups).map((group) => group.uuid);
      for (const [order, want] of wanted.entries()) this.#attach(owner, instance, want, groups, order);
      const vifs = this.#parts.vifs.of(instance.uuid);
      if (this.#base.config.AUTO_ASSIGN_FLOATING_IP) this.#autoAssign(owner, instance, vifs);
      return this.#parts.vifs.of(instance.uuid);
    });
  }

  deallocate(context: RequestContext, instanceUuid: string): void {
    const { store } = this.#base;
    store.transaction(() => {
      for (const port of this.ports(instanceUuid)) this.#detach(context, port);
    });
  }

  addInterface(context: RequestContext, instance: InstanceForNetwork, request: RequestedNetwork): Vif {
    const { store } = this.#base;
    return store.transaction(() => {
      const owner = { ...context, projectId: instance.projectId };
      const asked = request.portId || request.networkId ? [request] : null;
      const wanted = asked ? this.#resolve(owner, asked) : this.#resolve(owner, "auto").slice(0, 1);
      const want = wanted[0];
      if (!want) throw new NetworkNotFound(request.networkId ?? "");
      const present = this.ports(instance.uuid);
      const order = present.reduce((most, port) => Math.max(most, (port.vif_order ?? -1) + 1), 0);
      // A further card is in the groups its server is in.
      const groups = this.groupsOf(instance.uuid).map((group) => group.id);
      const port = this.#attach(owner, instance, { ...want, ...pick(request) }, groups, order);
      return this.#parts.vifs.of(instance.uuid).find((vif) => vif.id === port.id)!;
    });
  }

  removeInterface(context: RequestContext, instanceUuid: string, portId: string): void {
    const { store } = this.#base;
    store.transaction(() => {
      const port = this.ports(instanceUuid).find(({ id }) => id === portId);
      if (!port) throw new PortNotFound(portId);
      this.#detach(context, port);
    });
  }

  /** @param status what the ports of a server are from now on */
  setStatus(instanceUuid: string, status: "ACTIVE" | "DOWN"): void {
    const { store } = this.#base;
    for (const port of this.ports(instanceUuid)) {
      const wanted = status === "ACTIVE" && !port.admin_state_up ? "DOWN" : status;
      if (port.status !== wanted) store.ports.update(port.id, { status: wanted });
    }
  }

  ports(instanceUuid: string): t.PortRow[] {
    return this.#base.store.ports.match({ device_id: instanceUuid }).filter(isComputePort);
  }

  groupsOf(instanceUuid: string): { id: string; name: string }[] {
    return this.#base.store.bindings
      .groupsOfInstances([instanceUuid])
      .map(({ uuid, name }) => ({ id: uuid, name }));
  }

  changeGroup(context: RequestContext, instanceUuid: string, group: string, add: boolean): void {
    const { store } = this.#base;
    store.transaction(() => {
      const ports = this.ports(instanceUuid);
      const projectId = ports[0]?.project_id ?? context.projectId ?? "";
      const [row] = this.resolveGroups({ ...context, projectId }, [group]);
      for (const port of ports) {
        const current = store.bindings.groupsOf([port.id]).get(port.id) ?? [];
        const others = current.map((entry) => entry.group_id).filter((id) => id !== row!.id);
        if (!port.port_security_enabled) continue;
        store.bindings.setGroups(port.id, add ? [...others, row!.id] : others);
        store.ports.update(port.id, {});
      }
      this.#base.changed();
    });
  }

  /** Groups by id or name in the caller's project; the default group when none is named. */
  resolveGroups(context: RequestContext, names: readonly string[]): t.SecurityGroupRow[] {
    const projectId = context.projectId ?? "";
    const { groups } = this.#parts;
    const wanted = names.length > 0 ? names : [DEFAULT_GROUP];
    return [...new Set(wanted)].map((name) => {
      if (name === DEFAULT_GROUP) return groups.ensureDefault(context, projectId, true);
      const found = groups.find(projectId, name);
      const byId = found.find((row) => row.uuid === name) ?? this.#sharedGroup(projectId, name);
      if (byId) return byId;
      if (found.length > 1) throw new NoUniqueMatch(name);
      if (found.length === 0) throw new SecurityGroupNotFoundForProject(name, projectId);
      return found[0]!;
    });
  }

  #sharedGroup(projectId: string, id: string): t.SecurityGroupRow | null {
    const row = this.#base.store.groups.get(id);
    return row && this.#parts.access.isShared("security_group", id, projectId) ? row : null;
  }

  #resolve(context: RequestContext, request: NetworkRequest): Wanted[] {
    if (request === "none") return [];
    if (request === "auto") {
      const usable = this.#available(context);
      if (usable.length > 1) throw new NetworkAmbiguous();
      if (usable.length === 0 && this.#parts.flatNetworks.hasUnclaimed()) {
        return [{ network: this.#parts.flatNetworks.claim(context.projectId ?? "", null), port: null }];
      }
      return usable.map((network) => ({ network, port: null }));
    }
    return request.map((item) => {
      if (item.portId !== undefined) {
        const port = this.#port(context, item.portId);
        const network = this.#base.store.networks.get(port.network_id)!;
        return { ...item, port, network };
      }
      return { ...item, port: null, network: this.#network(context, item.networkId ?? "") };
    });
  }

  /** What a project's servers get when they name no network: its own and those shared with it, none external. */
  #available(context: RequestContext): t.NetworkRow[] {
    const project = { ...context, isAdmin: false };
    const rows = this.#base.store.networks.list(this.#parts.access.networks(project));
    const usable = rows.filter((network) => !network.external && network.kind !== "vlan");
    const own = rows.filter((network) => !network.external && network.project_id === context.projectId);
    const shared = usable.filter(
      (network) =>
        network.project_id !== context.projectId &&
        this.#parts.access.networkIsShared(network, context.projectId),
    );
    // A network of nova-network that was made for the project stands in for the one that is everybody's.
    const served = own.some((network) => network.kind !== "neutron");
    const open = served ? shared.filter((network) => network.project_id !== null) : shared;
    return [...own, ...open];
  }

  #network(context: RequestContext, id: string): t.NetworkRow {
    const network = this.#parts.networks.get(context, id);
    const allowed =
      !network.external ||
      context.isAdmin ||
      network.project_id === context.projectId ||
      this.#parts.access.networkIsShared(network, context.projectId);
    if (!allowed) throw new ExternalNetworkAttachForbidden(id);
    return network;
  }

  #port(context: RequestContext, id: string): t.PortRow {
    const where = and(eq(t.ports.id, id), this.#parts.access.ports(context));
    const port = this.#base.store.ports.list(where, [], 1)[0];
    if (!port) throw new PortNotFound(id);
    return port;
  }

  /** @param instanceUuid the server that asks, when it may have the port already */
  #checkUsable(context: RequestContext, port: t.PortRow, instanceUuid: string | null): void {
    if (port.device_id !== "" && port.device_id !== instanceUuid) throw new PortInUse(port.id);
    if (port.project_id !== context.projectId && !context.isAdmin) {
      throw new PortNotUsable(port.id, instanceUuid ?? "new");
    }
    if (this.#base.store.addresses.ofPort(port.id).length === 0 && port.ip_allocation !== "none") {
      throw new PortRequiresFixedIP(port.id);
    }
  }

  #checkFixed(network: t.NetworkRow, text: string, count: number): void {
    const { store } = this.#base;
    const address = parseAddress(text);
    const subnets = store.subnets.match({ network_id: network.uuid });
    const subnet = address && subnets.find((row) => contains(parseCidr(row.cidr)!, address));
    if (!subnet || count > 1) throw new FixedIpInvalid(text);
    const row = store.fixedIps.first({ subnet_id: subnet.id, address: text });
    if (row && (row.allocated || row.port_id !== null || row.instance_uuid !== null)) {
      throw new FixedIpAlreadyInUse(text, row.instance_uuid ?? "None");
    }
  }

  #countPorts(projectId: string, more: number): void {
    if (more === 0) return;
    try {
      this.#parts.quotas.check(projectId, "port", more);
    } catch (error) {
      if (error instanceof OverQuota) throw new PortLimitExceeded();
      throw error;
    }
  }

  #attach(
    context: RequestContext,
    instance: InstanceForNetwork,
    want: Wanted,
    groups: readonly string[],
    order: number,
  ): t.PortRow {
    const { store } = this.#base;
    const card = {
      device_id: instance.uuid,
      device_owner: `${COMPUTE_OWNER}${instance.availabilityZone ?? "None"}`,
      binding_host_id: instance.host,
    };
    const extra = { vif_order: order, vif_tag: want.tag ?? null, hostname: instance.hostname };
    if (want.port) {
      this.#checkUsable(context, want.port, instance.uuid);
      const port = this.#bound(this.#parts.portUpdate.apply(elevated(context), want.port, card));
      store.ports.note(eq(t.ports.id, port.id), { ...extra, vif_owned: false });
      return port;
    }
    this.#countPorts(instance.projectId, 1);
    const secured = want.network.port_security_enabled;
    try {
      const port = this.#parts.ports.createOn(elevated(context), want.network, {
        project_id: instance.projectId,
        network_id: want.network.uuid,
        ...card,
        ...extra,
        vif_owned: true,
        ...(want.fixedIp === undefined ? {} : { fixed_ips: [{ ip_address: want.fixedIp }] }),
        ...(secured ? { security_groups: [...groups] } : {}),
      });
      return this.#bound(port);
    } catch (error) {
      throw asNova(error, { networkId: want.network.uuid, fixedIp: want.fixedIp });
    }
  }

  #detach(context: RequestContext, port: t.PortRow): void {
    const { store } = this.#base;
    this.#freeAutoAssigned(port);
    if (port.vif_owned) {
      this.#parts.ports.remove(port);
      return;
    }
    this.#parts.portUpdate.apply(elevated(context), port, {
      device_id: "",
      device_owner: "",
      binding_host_id: "",
      binding_profile: {},
    });
    store.ports.note(eq(t.ports.id, port.id), {
      vif_order: null,
      vif_tag: null,
      hostname: null,
      status: "DOWN",
    });
  }

  /** Nothing plugs in a card while the agent of its host is dead. @throws PortBindingFailed */
  #bound(port: t.PortRow): t.PortRow {
    if (port.binding_vif_type !== "binding_failed") return port;
    this.#base.log.warning(
      null,
      `Failed to bind port ${port.id} on host ${port.binding_host_id}: no Linux bridge agent is alive there. Unexpected vif_type=binding_failed`,
    );
    throw new PortBindingFailed(port.id);
  }

  /** The server has moved to another host, or is built again. @throws PortBindingFailed */
  rebind(context: RequestContext, instance: InstanceForNetwork): void {
    for (const port of this.ports(instance.uuid)) {
      if (port.binding_host_id === instance.host && port.binding_vif_type === "bridge") continue;
      this.#bound(this.#parts.portUpdate.apply(elevated(context), port, { binding_host_id: instance.host }));
    }
  }

  #autoAssign(context: RequestContext, instance: InstanceForNetwork, vifs: readonly Vif[]): void {
    const address = vifs.flatMap((vif) => vif.addresses).find((candidate) => candidate.version === 4);
    if (!address) return;
    const row = this.#parts.pools.allocate(context, instance.projectId, null, { auto: true });
    const fixed = this.#base.store.fixedIps.first({
      subnet_id: address.subnetId,
      address: address.address,
    })!;
    this.#parts.pools.associate(context, row, fixed);
  }

  #freeAutoAssigned(port: t.PortRow): void {
    const { store } = this.#base;
    for (const fixed of store.fixedIps.match({ port_id: port.id })) {
      for (const row of store.floatingIps.match({ fixed_ip_id: fixed.id, auto_assigned: true })) {
        this.#parts.pools.release(row);
      }
    }
  }
}

function pick({ fixedIp, tag }: RequestedNetwork): Partial<RequestedNetwork> {
  return { ...(fixedIp === undefined ? {} : { fixedIp }), ...(tag === undefined ? {} : { tag }) };
}
