// Floating addresses of both APIs: rows in pools, given to projects, put on fixed addresses. Authority:
// neutron/db/l3_db.py, and nova/network/floating_ips.py of Newton for the pools.

import { and, eq, isNotNull, isNull } from "drizzle-orm";
import type { RequestContext } from "../../core/context.ts";
import { BadRequest } from "../errors/common.ts";
import { IpAddressAlreadyAllocated } from "../errors/ports.ts";
import {
  ExternalGatewayForFloatingIPNotFound,
  ExternalIpAddressExhausted,
  FipInUseByPortForwarding,
  FloatingIPNotFound,
  FloatingIPPortAlreadyAssociated,
  PortHasPortForwarding,
} from "../errors/routers.ts";
import { parseAddress } from "../ip.ts";
import * as t from "../tables.ts";
import type { Access } from "./access.ts";
import type { WantedAddress } from "./addresses.ts";
import { type Base, OWNER } from "./base.ts";
import type { Networks } from "./networks.ts";
import type { Ports } from "./ports.ts";
import type { Quotas } from "./quotas.ts";

export interface NewFloatingIp {
  project_id: string;
  floating_network_id: string;
  floating_ip_address?: string | null;
  subnet_id?: string | null;
  port_id?: string | null;
  fixed_ip_address?: string | null;
  dns_name?: string;
  dns_domain?: string;
  description?: string;
}

export interface FloatingIpChanges {
  /** Null: taken off. */
  port_id?: string | null;
  fixed_ip_address?: string | null;
  description?: string;
}

interface Parts {
  access: Access;
  quotas: Quotas;
  networks: Networks;
  ports: Ports;
}

export class FloatingIps {
  #base: Base;
  #parts: Parts;

  constructor(base: Base, parts: Parts) {
    this.#base = base;
    this.#parts = parts;
  }

  /** Those that belong to a project and lie on a network; the others wait in nova-network's pools. */
  visible(context: RequestContext) {
    return and(
      isNotNull(t.floatingIps.project_id),
      isNotNull(t.floatingIps.floating_network_id),
      this.#parts.access.own(context, t.floatingIps.project_id),
    );
  }

  get(context: RequestContext, id: string): t.FloatingIpRow {
    const where = and(eq(t.floatingIps.uuid, id), this.visible(context));
    const row = this.#base.store.floatingIps.list(where, [], 1)[0];
    if (!row) throw new FloatingIPNotFound(id);
    return row;
  }

  create(context: RequestContext, fields: NewFloatingIp): t.FloatingIpRow {
    const { store } = this.#base;
    return store.transaction(() => {
      const network = this.#parts.networks.get(context, fields.floating_network_id);
      if (!network.external) {
        throw new BadRequest("floatingip", `Network ${network.uuid} is not a valid external network`);
      }
      const subnets = store.subnets.match({ network_id: network.uuid });
      if (!subnets.some((subnet) => subnet.ip_version === 4)) {
        throw new BadRequest("floatingip", `Network ${network.uuid} does not contain any IPv4 subnet`);
      }
      this.#parts.quotas.check(fields.project_id, "floatingip");
      const row = this.#allocate(network, fields);
      const { port_id = null, fixed_ip_address = null } = fields;
      const placed =
        port_id !== null || fixed_ip_address !== null
          ? this.place(context, row, { port_id, fixed_ip_address })
          : row;
      this.#base.changed();
      this.#tell(context, placed);
      return placed;
    });
  }

  update(context: RequestContext, id: string, changes: FloatingIpChanges): t.FloatingIpRow {
    const { store } = this.#base;
    return store.transaction(() => {
      const before = this.get(context, id);
      this.#tell(context, before);
      const { description } = changes;
      const row = description === undefined ? before : store.floatingIps.update(id, { description })!;
      const { port_id, fixed_ip_address } = changes;
      if (port_id === undefined && fixed_ip_address === undefined) {
        // Neutron takes a change without a port as one to no port, unless only the description is meant.
        return description === undefined ? this.takeOff(row) : row;
      }
      this.#base.changed();
      const placed = this.place(context, row, {
        port_id: port_id === undefined ? this.portOf(row) : port_id,
        fixed_ip_address: fixed_ip_address ?? null,
      });
      this.#tell(context, placed);
      return placed;
    });
  }

  delete(context: RequestContext, id: string): void {
    const row = this.get(context, id);
    if (this.#base.store.forwardings.first({ floatingip_id: id })) throw new FipInUseByPortForwarding(id);
    this.#tell(context, row);
    this.release(row);
  }

  /** The server that has the address, or had it until now. */
  #tell(context: RequestContext, row: t.FloatingIpRow): void {
    const portId = this.portOf(row);
    if (portId !== null) this.#base.compute.changed(context, this.#base.store.ports.get(portId));
  }

  /** Back to its pool, or gone when it was made for the project. */
  release(row: t.FloatingIpRow): void {
    const { store } = this.#base;
    store.transaction(() => {
      this.takeOff(row);
      store.forwardings.removeWhere(eq(t.portForwardings.floatingip_id, row.uuid));
      if (row.floating_port_id !== null) this.#parts.ports.remove({ id: row.floating_port_id });
      if (row.pool === null) store.floatingIps.remove(row.uuid);
      else {
        store.floatingIps.update(row.uuid, {
          ...FREE,
          // A new owner gets a new resource.
          uuid: this.#base.ids.uuid(),
        });
      }
      this.#base.changed();
    });
  }

  /** From its fixed address; it stays with the project. */
  takeOff(row: t.FloatingIpRow): t.FloatingIpRow {
    this.#base.changed();
    return this.#base.store.floatingIps.update(row.uuid, {
      fixed_ip_id: null,
      host: null,
      router_id: null,
      status: "DOWN",
    })!;
  }

  portOf(row: t.FloatingIpRow): string | null {
    if (row.fixed_ip_id === null) return null;
    return this.#base.store.fixedIps.first({ id: row.fixed_ip_id })?.port_id ?? null;
  }

  /**
   * Puts a floating address on a fixed one without asking for a router: nova-network's networks need none.
   * @param fixed a row of fixed_ips
   */
  putOn(row: t.FloatingIpRow, fixed: t.FixedIpRow, routerId: string | null): t.FloatingIpRow {
    this.#base.changed();
    return this.#base.store.floatingIps.update(row.uuid, {
      fixed_ip_id: fixed.id,
      host: this.#base.hostName,
      router_id: routerId,
      status: "ACTIVE",
    })!;
  }

  /** The router between a fixed address's subnet and an external network; null when there is none. */
  routerBetween(subnetId: string, externalNetworkId: string): string | null {
    const { store } = this.#base;
    const subnet = store.subnets.get(subnetId);
    const rows = store.floating.routersBetween(subnetId, externalNetworkId);
    const gateway = rows.find((row) => row.address === subnet?.gateway_ip);
    return (gateway ?? rows[0])?.router_id ?? null;
  }

  /** A free address of the pool, else a new one from the network's subnets; with a port that holds it. */
  #allocate(network: t.NetworkRow, fields: NewFloatingIp): t.FloatingIpRow {
    const { store, ids } = this.#base;
    const { floating_ip_address: address = null, subnet_id: subnetId = null } = fields;
    const waiting = this.#waiting(network, address, subnetId);
    const uuid = ids.uuid();
    const port = this.#holdingPort(network, uuid, waiting?.address ?? address, subnetId, waiting);
    const held = store.addresses
      .ofPort(port.id)
      .find(({ address: text }) => parseAddress(text)?.version === 4);
    if (!held) throw new ExternalIpAddressExhausted(network.uuid);
    const values = {
      uuid,
      address: held.address,
      project_id: fields.project_id,
      floating_network_id: network.uuid,
      floating_port_id: port.id,
      status: "DOWN",
      dns_name: fields.dns_name ?? "",
      dns_domain: fields.dns_domain ?? "",
      description: fields.description ?? "",
      tags: [],
    };
    const existing = waiting ?? store.floatingIps.first({ address: held.address });
    if (existing && existing.project_id !== null)
      throw new IpAddressAlreadyAllocated(held.address, held.subnet_id);
    if (existing) {
      const since = store.now();
      return store.floatingIps.update(existing.uuid, { ...values, created_at: since, revision_number: 0 })!;
    }
    return store.floatingIps.insert({ ...values, pool: null, interface: null });
  }

  /** The first free row of the network's pool that no port has taken meanwhile. */
  #waiting(network: t.NetworkRow, address: string | null, subnetId: string | null): t.FloatingIpRow | null {
    if (subnetId !== null) return null;
    const { store } = this.#base;
    if (address !== null) {
      const row = store.floatingIps.first({ address, pool: network.label });
      return row?.project_id === null ? row : null;
    }
    const rows = store.floatingIps.list(
      and(
        eq(t.floatingIps.pool, network.label),
        isNull(t.floatingIps.project_id),
        isNull(t.floatingIps.fixed_ip_id),
      ),
    );
    const subnets = store.subnets.match({ network_id: network.uuid });
    for (const row of rows) {
      const busy = subnets.some((subnet) => {
        const taken = store.fixedIps.first({ subnet_id: subnet.id, address: row.address });
        return taken !== null && taken.port_id !== row.floating_port_id;
      });
      if (!busy && !subnets.some((subnet) => subnet.gateway_ip === row.address)) return row;
    }
    return null;
  }

  #holdingPort(
    network: t.NetworkRow,
    uuid: string,
    address: string | null,
    subnetId: string | null,
    waiting: t.FloatingIpRow | null,
  ): t.PortRow {
    const { store } = this.#base;
    // A row that was freed by SQL still has its port.
    const old = waiting?.floating_port_id ? store.ports.get(waiting.floating_port_id) : null;
    if (old) return store.ports.update(old.id, { device_id: uuid })!;
    const wanted: WantedAddress = {
      ...(subnetId === null ? {} : { subnet_id: subnetId }),
      ...(address === null ? {} : { ip_address: address }),
    };
    return this.#parts.ports.insert(network, {
      project_id: "",
      network_id: network.uuid,
      device_id: uuid,
      device_owner: OWNER.floatingIp,
      port_security_enabled: false,
      status: "N/A",
      fixed_ips: Object.keys(wanted).length > 0 ? [wanted] : undefined,
    });
  }

  /** Puts the address where it is wanted, or takes it off; the port must be the caller's to see. */
  place(
    context: RequestContext,
    row: t.FloatingIpRow,
    wanted: { port_id: string | null; fixed_ip_address: string | null },
  ): t.FloatingIpRow {
    const { store } = this.#base;
    if (wanted.fixed_ip_address !== null && wanted.port_id === null) {
      throw new BadRequest("floatingip", "fixed_ip_address cannot be specified without a port_id");
    }
    if (wanted.port_id === null) return this.takeOff(row);
    const port = this.#parts.ports.get(context, wanted.port_id);
    const fixed = this.#fixedFor(context, row, port, wanted.fixed_ip_address);
    const networkId = row.floating_network_id;
    const routerId = networkId === null ? null : this.routerBetween(fixed.subnet_id, networkId);
    if (routerId === null && !this.#needsNoRouter(port)) {
      throw new ExternalGatewayForFloatingIPNotFound(networkId ?? "", fixed.subnet_id, port.id);
    }
    if (store.forwardings.first({ internal_port_id: port.id, internal_ip_address: fixed.address })) {
      throw new PortHasPortForwarding(port.id);
    }
    const others = store.floatingIps.match({ fixed_ip_id: fixed.id, floating_network_id: networkId });
    if (others.some((other) => other.uuid !== row.uuid)) {
      throw new FloatingIPPortAlreadyAssociated({
        address: row.address,
        id: row.uuid,
        portId: port.id,
        fixedIp: fixed.address,
        networkId: networkId ?? "",
      });
    }
    return this.putOn(row, fixed, routerId);
  }

  /** nova-network itself translates the addresses of its networks. */
  #needsNoRouter(port: t.PortRow): boolean {
    return this.#base.store.networks.get(port.network_id)?.kind !== "neutron";
  }

  /** The port's address that is meant: the one named, or its only IPv4 one. */
  #fixedFor(
    context: RequestContext,
    row: t.FloatingIpRow,
    port: t.PortRow,
    address: string | null,
  ): t.FixedIpRow {
    const { store } = this.#base;
    const refuse = (text: string) => new BadRequest("floatingip", text);
    if (port.project_id !== row.project_id && !context.isAdmin) {
      throw refuse(
        `Cannot process floating IP association with Port ${port.id}, since that port is owned by a different tenant`,
      );
    }
    const held = store.fixedIps.match({ port_id: port.id });
    if (address !== null) {
      if (parseAddress(address)?.version !== 4) {
        throw refuse(
          `Cannot process floating IP association with ${address}, since that is not an IPv4 address`,
        );
      }
      const fixed = held.find((candidate) => candidate.address === address);
      if (!fixed) throw refuse(`Port ${port.id} does not have fixed ip ${address}`);
      return fixed;
    }
    const four = held.filter((candidate) => parseAddress(candidate.address)?.version === 4);
    if (four.length === 0) {
      throw refuse(`Cannot add floating IP to port ${port.id} that has no fixed IPv4 addresses`);
    }
    if (four.length > 1) {
      throw refuse(
        `Port ${port.id} has multiple fixed IPv4 addresses.  Must provide a specific IPv4 address when assigning a floating IP`,
      );
    }
    return four[0]!;
  }
}

/** A row that waits for anybody. */
const FREE = {
  project_id: null,
  fixed_ip_id: null,
  floating_port_id: null,
  router_id: null,
  host: null,
  auto_assigned: false,
  status: "DOWN",
  dns_name: "",
  dns_domain: "",
  description: "",
  tags: [],
} satisfies Partial<t.FloatingIpRow>;
