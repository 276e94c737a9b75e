// Attaching routers to subnets. Authority: neutron/db/l3_db.py, add_router_interface and remove_router_interface.

import { and, eq, isNotNull } from "drizzle-orm";
import type { RequestContext } from "../../core/context.ts";
import { isUuidLike } from "../../core/ids.ts";
import { pyStr } from "../../core/python.ts";
import { BadRequest } from "../errors/common.ts";
import { PortInUse, SubnetMismatchForPort } from "../errors/ports.ts";
import {
  RouterInterfaceInUseByFloatingIP,
  RouterInterfaceInUseByRoute,
  RouterInterfaceNotFound,
  RouterInterfaceNotFoundForSubnet,
} from "../errors/routers.ts";
import { contains, parseAddress, parseCidr } from "../ip.ts";
import * as t from "../tables.ts";
import type { Access } from "./access.ts";
import type { Addresses } from "./addresses.ts";
import type { Agents } from "./agents.ts";
import { type Base, OWNER } from "./base.ts";
import type { PortUpdate } from "./port-update.ts";
import type { Ports } from "./ports.ts";
import type { Routers } from "./routers.ts";
import type { Subnets } from "./subnets.ts";

/** As the client sent it. */
export interface InterfaceWanted {
  subnet_id?: unknown;
  port_id?: unknown;
}

export interface InterfaceDone {
  router: t.RouterRow;
  port: t.PortRow;
  subnetIds: string[];
}

interface Parts {
  access: Access;
  routers: Routers;
  ports: Ports;
  portUpdate: PortUpdate;
  subnets: Subnets;
  addresses: Addresses;
  agents: Agents;
}

export class RouterInterfaces {
  #base: Base;
  #parts: Parts;

  constructor(base: Base, parts: Parts) {
    this.#base = base;
    this.#parts = parts;
  }

  add(context: RequestContext, routerId: string, wanted: InterfaceWanted): InterfaceDone {
    return this.#base.store.transaction(() => {
      const router = this.#parts.routers.get(context, routerId);
      const { portId, subnetId } = readWanted(wanted);
      if (portId !== null && subnetId !== null) {
        throw new BadRequest("router", "Cannot specify both subnet-id and port-id");
      }
      const done =
        portId === null
          ? this.#addSubnet(context, router, subnetId!)
          : this.#addPort(context, router, portId);
      // A router's interfaces are part of what its revision counts.
      this.#base.store.routers.update(router.id, {});
      this.#base.changed();
      return done;
    });
  }

  remove(context: RequestContext, routerId: string, wanted: InterfaceWanted): InterfaceDone {
    return this.#base.store.transaction(() => {
      const router = this.#parts.routers.get(context, routerId);
      const { portId, subnetId } = readWanted(wanted);
      const done =
        portId === null
          ? this.#removeSubnet(context, router, subnetId!)
          : this.#removePort(router, portId, subnetId);
      // A router's interfaces are part of what its revision counts.
      this.#base.store.routers.update(router.id, {});
      this.#base.changed();
      return done;
    });
  }

  #addSubnet(context: RequestContext, router: t.RouterRow, subnetId: string): InterfaceDone {
    const { store } = this.#base;
    const subnet = this.#parts.subnets.get(context, subnetId);
    const network = store.networks.get(subnet.network_id)!;
    if (!subnet.gateway_ip)
      throw new BadRequest("router", "Subnet for router interface must have a gateway IP");
    if (
      !context.isAdmin &&
      subnet.project_id !== context.projectId &&
      !this.#parts.access.networkIsShared(network, context.projectId)
    ) {
      throw new BadRequest(
        "router",
        `Cannot add interface to router because subnet ${subnetId} is not owned by project making the request`,
      );
    }
    checkAddressMode(subnet);
    this.#parts.routers.checkNewSubnets(router, [subnet]);
    const fixed = { subnet_id: subnet.id, ip_address: subnet.gateway_ip };
    const sibling = subnet.ip_version === 6 ? this.#ipv6Port(router, network.uuid) : null;
    if (sibling) {
      const held = store.addresses
        .ofPort(sibling.id)
        .map((address) => ({ subnet_id: address.subnet_id, ip_address: address.address }));
      const port = this.#parts.portUpdate.apply(context, sibling, { fixed_ips: [...held, fixed] });
      return { router, port, subnetIds: [subnet.id] };
    }
    const agent = this.#parts.agents.schedule("router", router.id);
    const port = this.#parts.ports.insert(network, {
      project_id: router.project_id ?? "",
      network_id: network.uuid,
      device_id: router.id,
      device_owner: OWNER.routerInterface,
      binding_host_id: agent?.host ?? "",
      port_security_enabled: false,
      status: agent ? "ACTIVE" : "DOWN",
      fixed_ips: [fixed],
    });
    return { router, port, subnetIds: [subnet.id] };
  }

  #addPort(context: RequestContext, router: t.RouterRow, portId: string): InterfaceDone {
    const { store } = this.#base;
    const port = this.#parts.ports.get(context, portId);
    if (port.device_id !== "") throw new PortInUse(port.id, port.network_id, port.device_id);
    const addresses = store.addresses.ofPort(portId);
    if (addresses.length === 0) throw new BadRequest("router", "Router port must have at least one fixed IP");
    const subnets = addresses.map((address) => store.subnets.get(address.subnet_id)!);
    subnets.forEach(checkAddressMode);
    if (subnets.some((subnet) => subnet.ip_version === 6)) {
      const sibling = this.#ipv6Port(router, port.network_id);
      if (sibling) {
        throw new BadRequest(
          "router",
          `Cannot have multiple router ports with the same network id if both contain IPv6 subnets. Existing port ${sibling.id} has IPv6 subnet(s) and network id ${sibling.network_id}`,
        );
      }
    }
    this.#parts.routers.checkNewSubnets(router, subnets, portId);
    if (subnets.filter((subnet) => subnet.ip_version === 4).length > 1) {
      throw new BadRequest("router", "Cannot have multiple IPv4 subnets on router port");
    }
    this.#checkRange(context, port, subnets);
    const agent = this.#parts.agents.schedule("router", router.id);
    // Its groups go: a router's port is trusted.
    store.bindings.setGroups(port.id, []);
    const changed = this.#parts.portUpdate.apply(
      context,
      { ...port, allowed_address_pairs: [] },
      {
        device_id: router.id,
        device_owner: OWNER.routerInterface,
        port_security_enabled: false,
        binding_host_id: agent?.host ?? "",
      },
    );
    store.ports.note(eq(t.ports.id, port.id), {
      status: agent ? "ACTIVE" : "DOWN",
      allowed_address_pairs: [],
    });
    return { router, port: changed, subnetIds: subnets.map((subnet) => subnet.id) };
  }

  #removePort(router: t.RouterRow, portId: string, subnetId: string | null): InterfaceDone {
    const { store } = this.#base;
    const port = this.#parts.routers.interfaces(router.id).find(({ id }) => id === portId);
    if (!port) throw new RouterInterfaceNotFound(router.id, portId);
    const subnetIds = store.addresses.ofPort(portId).map((address) => address.subnet_id);
    if (subnetId !== null && !subnetIds.includes(subnetId)) throw new SubnetMismatchForPort(portId, subnetId);
    for (const id of subnetIds) this.#checkUnused(router, store.subnets.get(id)!);
    this.#parts.ports.remove(port);
    return { router, port, subnetIds };
  }

  #removeSubnet(context: RequestContext, router: t.RouterRow, subnetId: string): InterfaceDone {
    const { store } = this.#base;
    const subnet = this.#parts.subnets.get(context, subnetId);
    for (const port of this.#parts.routers.interfaces(router.id)) {
      const held = store.addresses.ofPort(port.id);
      if (!held.some((address) => address.subnet_id === subnetId)) continue;
      this.#checkUnused(router, subnet);
      const rest = held.filter((address) => address.subnet_id !== subnetId);
      if (rest.length === 0) this.#parts.ports.remove(port);
      else for (const address of held) if (!rest.includes(address)) this.#parts.addresses.release(address);
      return { router, port, subnetIds: [subnetId] };
    }
    throw new RouterInterfaceNotFoundForSubnet(router.id, subnetId);
  }

  /** No floating address and no route may depend on the interface. */
  #checkUnused(router: t.RouterRow, subnet: t.SubnetRow): void {
    const { store } = this.#base;
    const floating = store.floatingIps.list(
      and(eq(t.floatingIps.router_id, router.id), isNotNull(t.floatingIps.fixed_ip_id)),
    );
    const targets = store.fixedIps.among(
      "id",
      floating.flatMap((row) => row.fixed_ip_id ?? []),
    );
    if (targets.some((target) => target.subnet_id === subnet.id)) {
      throw new RouterInterfaceInUseByFloatingIP(router.id, subnet.id);
    }
    const cidr = parseCidr(subnet.cidr)!;
    if (router.routes.some((route) => contains(cidr, parseAddress(route.nexthop)!))) {
      throw new RouterInterfaceInUseByRoute(router.id, subnet.id);
    }
  }

  #ipv6Port(router: t.RouterRow, networkId: string): t.PortRow | null {
    const six = (port: t.PortRow) =>
      this.#base.store.addresses.ofPort(port.id).some((address) => address.address.includes(":"));
    const ports = this.#parts.routers.interfaces(router.id);
    return ports.find((port) => port.network_id === networkId && six(port)) ?? null;
  }

  /** A project may use a port outside the pools only on its own subnet. */
  #checkRange(context: RequestContext, port: t.PortRow, subnets: readonly t.SubnetRow[]): void {
    if (context.isAdmin) return;
    for (const { address, subnet_id: id } of this.#base.store.addresses.ofPort(port.id)) {
      const subnet = subnets.find((candidate) => candidate.id === id)!;
      const { value } = parseAddress(address)!;
      const inside = subnet.allocation_pools.some(
        (pool) => value >= parseAddress(pool.start)!.value && value <= parseAddress(pool.end)!.value,
      );
      if (inside || subnet.project_id === context.projectId) continue;
      throw new BadRequest(
        "router",
        `Cannot add interface to router because specified port ${port.id} has an IP address out of the allocation pool of subnet ${id}, which is not owned by the project making the request`,
      );
    }
  }
}

function readWanted(wanted: InterfaceWanted): { portId: string | null; subnetId: string | null } {
  const read = (key: "port_id" | "subnet_id") => {
    const value = wanted[key];
    if (value === undefined) return null;
    if (!isUuidLike(value)) throw new BadRequest("router", `'${pyStr(value)}' is not a valid UUID`);
    return value;
  };
  const [portId, subnetId] = [read("port_id"), read("subnet_id")];
  if (portId === null && subnetId === null) {
    throw new BadRequest("router", "Either subnet_id or port_id must be specified");
  }
  return { portId, subnetId };
}

function checkAddressMode(subnet: t.SubnetRow): void {
  if (subnet.ip_version === 6 && subnet.ipv6_ra_mode === null && subnet.ipv6_address_mode !== null) {
    throw new BadRequest(
      "router",
      `IPv6 subnet ${subnet.id} configured to receive RAs from an external router cannot be added to Neutron Router.`,
    );
  }
}
