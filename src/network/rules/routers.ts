// Routers, their gateway and routes. Authority: neutron/db/l3_db.py, l3_gwmode_db.py, extraroute_db.py.

import { and, eq, isNotNull } from "drizzle-orm";
import type { RequestContext } from "../../core/context.ts";
import { adminContext, elevated } from "../../core/context.ts";
import { pyRepr } from "../../core/python.ts";
import { BadRequest, InvalidInput } from "../errors/common.ts";
import {
  InvalidRoutes,
  RouterExternalGatewayInUseByFloatingIp,
  RouterInUse,
  RouterNotFound,
  RoutesExhausted,
} from "../errors/routers.ts";
import { contains, overlap, parseAddress, parseCidr } from "../ip.ts";
import * as t from "../tables.ts";
import type { Access } from "./access.ts";
import type { WantedAddress } from "./addresses.ts";
import type { Agents } from "./agents.ts";
import { type Base, OWNER } from "./base.ts";
import type { Networks } from "./networks.ts";
import type { PortUpdate } from "./port-update.ts";
import type { Ports } from "./ports.ts";
import type { Quotas } from "./quotas.ts";

export interface GatewayWanted {
  network_id: string;
  enable_snat?: boolean;
  external_fixed_ips?: WantedAddress[];
}

export interface RouterFields {
  name?: string;
  admin_state_up?: boolean;
  description?: string;
  distributed?: boolean;
  ha?: boolean;
  flavor_id?: string | null;
  availability_zone_hints?: string[];
  /** Null or empty: no gateway. */
  gateway?: GatewayWanted | null;
  routes?: t.HostRoute[];
}

interface Parts {
  access: Access;
  quotas: Quotas;
  networks: Networks;
  ports: Ports;
  portUpdate: PortUpdate;
  agents: Agents;
}

export class Routers {
  #base: Base;
  #parts: Parts;

  constructor(base: Base, parts: Parts) {
    this.#base = base;
    this.#parts = parts;
  }

  get(context: RequestContext, id: string): t.RouterRow {
    const where = and(eq(t.routers.id, id), this.#parts.access.own(context, t.routers.project_id));
    const row = this.#base.store.routers.list(where, [], 1)[0];
    if (!row) throw new RouterNotFound(id);
    return row;
  }

  create(context: RequestContext, projectId: string, fields: RouterFields): t.RouterRow {
    const { store, ids } = this.#base;
    return store.transaction(() => {
      this.#parts.quotas.check(projectId, "router");
      const { gateway, routes: _routes, ...rest } = fields;
      const flag = (["distributed", "ha"] as const).find((name) => rest[name] === true);
      if (rest.flavor_id && flag)
        throw new InvalidInput(`Provider single_node does not support ${flag}=True`);
      const row = store.routers.insert({
        id: ids.uuid(),
        project_id: projectId,
        ...rest,
        distributed: rest.distributed ?? false,
        ha: rest.ha ?? false,
        revision_number: 1,
      });
      this.#base.changed();
      return gateway ? this.#setGateway(context, row, gateway) : row;
    });
  }

  update(context: RequestContext, id: string, changes: RouterFields): t.RouterRow {
    const { store } = this.#base;
    return store.transaction(() => {
      let row = this.get(context, id);
      const { gateway, routes, ...rest } = changes;
      this.#checkMigration(row, rest);
      if (gateway !== undefined) row = this.#setGateway(context, row, gateway);
      if (routes) this.#checkRoutes(row, routes);
      this.#base.changed();
      return store.routers.update(id, { ...rest, ...(routes ? { routes } : {}) })!;
    });
  }

  delete(context: RequestContext, id: string): void {
    const { store } = this.#base;
    store.transaction(() => {
      const row = this.get(context, id);
      const attached = this.interfaces(id).map((port) => port.id);
      if (attached.length > 0) throw new RouterInUse(id, `has ports still attached: ${attached.join(", ")}`);
      this.#clearGateway(row);
      store.bindings.removeAgent("router", id);
      store.routers.remove(id);
      this.#base.changed();
    });
  }

  /** Adds to the routes, or takes from them, whatever else changes them meanwhile. */
  changeRoutes(
    context: RequestContext,
    id: string,
    routes: readonly t.HostRoute[],
    add: boolean,
  ): t.RouterRow {
    const { store } = this.#base;
    return store.transaction(() => {
      const row = this.get(context, id);
      const same = (a: t.HostRoute, b: t.HostRoute) =>
        a.destination === b.destination && a.nexthop === b.nexthop;
      const kept = row.routes.filter((route) => add || !routes.some((other) => same(route, other)));
      const fresh = add ? routes.filter((route) => !kept.some((other) => same(route, other))) : [];
      const wanted = [...kept, ...fresh];
      this.#checkRoutes(row, wanted);
      this.#base.changed();
      return store.routers.update(id, { routes: wanted })!;
    });
  }

  interfaces(routerId: string): t.PortRow[] {
    return this.#base.store.ports.match({ device_id: routerId, device_owner: OWNER.routerInterface });
  }

  gatewayPort(router: t.RouterRow): t.PortRow | null {
    return router.gw_port_id === null ? null : this.#base.store.ports.get(router.gw_port_id);
  }

  /** An external network has got a subnet: routers on it take an address of a family they lack. */
  externalSubnetAdded(network: t.NetworkRow, subnet: t.SubnetRow): void {
    const { store } = this.#base;
    const gateways = store.ports.match({ network_id: network.uuid, device_owner: OWNER.routerGateway });
    for (const port of gateways) {
      const held = store.addresses.ofPort(port.id);
      const family = held.some((address) => parseAddress(address.address)!.version === subnet.ip_version);
      if (family || held.length > 1) continue;
      const wanted = [
        ...held.map((address) => ({ subnet_id: address.subnet_id, ip_address: address.address })),
        { subnet_id: subnet.id },
      ];
      this.#parts.portUpdate.apply(adminContext(""), port, { fixed_ips: wanted });
    }
  }

  /**
   * A router may not have two ports on one subnet, nor on overlapping ones.
   * @throws BadRequest
   */
  checkNewSubnets(router: t.RouterRow, subnets: readonly t.SubnetRow[], except?: string): void {
    const { store } = this.#base;
    const gateway = this.gatewayPort(router);
    const present = new Map<string, t.SubnetRow>();
    for (const port of [...this.interfaces(router.id), ...(gateway ? [gateway] : [])]) {
      if (port.id === except) continue;
      for (const address of store.addresses.ofPort(port.id)) {
        if (subnets.some((subnet) => subnet.id === address.subnet_id)) {
          throw new BadRequest("router", `Router already has a port on subnet ${address.subnet_id}`);
        }
        const subnet = store.subnets.get(address.subnet_id);
        if (subnet) present.set(subnet.id, subnet);
      }
      if (port === gateway) {
        for (const subnet of store.subnets.match({ network_id: port.network_id }))
          present.set(subnet.id, subnet);
      }
    }
    for (const old of present.values()) {
      for (const fresh of subnets) {
        if (!overlap(parseCidr(old.cidr)!, parseCidr(fresh.cidr)!)) continue;
        throw new BadRequest(
          "router",
          `Cidr ${fresh.cidr} of subnet ${fresh.id} overlaps with cidr ${old.cidr} of subnet ${old.id}`,
        );
      }
    }
  }

  #setGateway(context: RequestContext, router: t.RouterRow, wanted: GatewayWanted | null): t.RouterRow {
    const { store } = this.#base;
    if (wanted === null || Object.keys(wanted).length === 0) {
      this.#clearGateway(router);
      return store.routers.update(router.id, { gw_port_id: null, enable_snat: true })!;
    }
    const network = this.#parts.networks.get(context, wanted.network_id);
    if (!network.external) {
      throw new BadRequest("router", `Network ${network.uuid} is not an external network`);
    }
    const subnets = store.subnets.match({ network_id: network.uuid });
    const addresses = wanted.external_fixed_ips ?? [];
    for (const { ip_address: address } of addresses) {
      if (address !== undefined && subnets.some((subnet) => subnet.gateway_ip === address)) {
        throw new BadRequest("router", `External IP ${address} is the same as the gateway IP`);
      }
    }
    const snat = { enable_snat: wanted.enable_snat ?? true };
    const current = this.gatewayPort(router);
    if (current && current.network_id === network.uuid) {
      if (addresses.length > 0) {
        this.#parts.portUpdate.apply(elevated(context), current, { fixed_ips: addresses });
      }
      return store.routers.update(router.id, snat)!;
    }
    this.#clearGateway(router);
    this.checkNewSubnets({ ...router, gw_port_id: null }, subnets);
    const agent = this.#parts.agents.schedule("router", router.id);
    const port = this.#parts.ports.insert(network, {
      project_id: "",
      network_id: network.uuid,
      device_id: router.id,
      device_owner: OWNER.routerGateway,
      binding_host_id: agent?.host ?? "",
      port_security_enabled: false,
      status: agent ? "ACTIVE" : "DOWN",
      fixed_ips: addresses.length > 0 ? [...addresses] : undefined,
    });
    return store.routers.update(router.id, { gw_port_id: port.id, ...snat })!;
  }

  #clearGateway(router: t.RouterRow): void {
    const { store } = this.#base;
    const port = this.gatewayPort(router);
    if (!port) return;
    const used = store.floatingIps.list(
      and(eq(t.floatingIps.router_id, router.id), isNotNull(t.floatingIps.fixed_ip_id)),
      [],
      1,
    );
    if (used.length > 0) throw new RouterExternalGatewayInUseByFloatingIp(router.id, port.network_id);
    store.routers.note(eq(t.routers.id, router.id), { gw_port_id: null });
    this.#parts.ports.remove(port);
  }

  /** neutron/db/l3_dvr_db.py: only a router that is down changes its kind. */
  #checkMigration(router: t.RouterRow, changes: RouterFields): void {
    for (const kind of ["distributed", "ha"] as const) {
      const wanted = changes[kind];
      if (wanted === undefined || wanted === router[kind]) continue;
      const up = changes.admin_state_up ?? router.admin_state_up;
      if (up) {
        throw new BadRequest(
          "router",
          kind === "distributed"
            ? "Cannot change the 'distributed' attribute of active routers. Please set router admin_state_up to False prior to upgrade"
            : "Cannot change HA attribute of active routers. Please set router admin_state_up to False prior to upgrade",
        );
      }
    }
  }

  #checkRoutes(router: t.RouterRow, routes: readonly t.HostRoute[]): void {
    const { store, config } = this.#base;
    if (routes.length > config.MAX_ROUTES) throw new RoutesExhausted(router.id, config.MAX_ROUTES);
    const gateway = this.gatewayPort(router);
    const ports = [...this.interfaces(router.id), ...(gateway ? [gateway] : [])];
    const addresses = ports.flatMap((port) => store.addresses.ofPort(port.id));
    const nets = addresses.flatMap((address) => {
      const subnet = store.subnets.get(address.subnet_id);
      return subnet ? [parseCidr(subnet.cidr)!] : [];
    });
    for (const route of routes) {
      const hop = parseAddress(route.nexthop);
      const destination = parseCidr(route.destination);
      if (!hop || !destination) throw new InvalidInput(`Invalid route: ${pyRepr(route)}`);
      if (!nets.some((net) => contains(net, hop))) {
        throw new InvalidRoutes(pyRepr(routes), "the nexthop is not connected with router");
      }
      if (addresses.some((address) => address.address === route.nexthop)) {
        throw new InvalidRoutes(pyRepr(routes), "the nexthop is used by router");
      }
    }
  }
}
