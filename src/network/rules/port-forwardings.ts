// Port forwarding: a port of a floating address that leads to a port of a server. Authority:
// neutron/services/portforwarding/pf_plugin.py.

import { eq } from "drizzle-orm";
import type { RequestContext } from "../../core/context.ts";
import { BadRequest } from "../errors/common.ts";
import {
  ExternalGatewayForFloatingIPNotFound,
  FloatingIPPortAlreadyAssociated,
  PortForwardingNotFound,
  PortHasBindingFloatingIP,
} from "../errors/routers.ts";
import { parseAddress } from "../ip.ts";
import * as t from "../tables.ts";
import type { Base } from "./base.ts";
import type { FloatingIps } from "./floating-ips.ts";
import type { Ports } from "./ports.ts";

export interface ForwardingFields {
  protocol: string;
  external_port: number;
  internal_port: number;
  internal_port_id: string;
  internal_ip_address?: string | null;
  description?: string;
}

const refuse = (text: string) => new BadRequest("port_forwarding", text);

export class PortForwardings {
  #base: Base;
  #parts: { floatingIps: FloatingIps; ports: Ports };

  constructor(base: Base, parts: { floatingIps: FloatingIps; ports: Ports }) {
    this.#base = base;
    this.#parts = parts;
  }

  list(context: RequestContext, floatingId: string): t.PortForwardingRow[] {
    this.#parts.floatingIps.get(context, floatingId);
    return this.#base.store.forwardings.match({ floatingip_id: floatingId });
  }

  get(context: RequestContext, floatingId: string, id: string): t.PortForwardingRow {
    const row = this.list(context, floatingId).find((candidate) => candidate.id === id);
    if (!row) throw new PortForwardingNotFound(id);
    return row;
  }

  create(context: RequestContext, floatingId: string, fields: ForwardingFields): t.PortForwardingRow {
    const { store, ids } = this.#base;
    return store.transaction(() => {
      const floating = this.#parts.floatingIps.get(context, floatingId);
      const values = this.#complete(context, floating, fields);
      if (floating.fixed_ip_id !== null) {
        throw new FloatingIPPortAlreadyAssociated({
          address: floating.address,
          id: floatingId,
          portId: values.internal_port_id,
          fixedIp: values.internal_ip_address,
          networkId: floating.floating_network_id ?? "",
        });
      }
      this.#refuseDuplicate(floatingId, values);
      const row = store.forwardings.insert({ id: ids.uuid(), floatingip_id: floatingId, ...values });
      this.#noteRouter(floating, values);
      return row;
    });
  }

  update(
    context: RequestContext,
    floatingId: string,
    id: string,
    changes: Partial<ForwardingFields>,
  ): t.PortForwardingRow {
    const { store } = this.#base;
    return store.transaction(() => {
      const before = this.get(context, floatingId, id);
      const floating = this.#parts.floatingIps.get(context, floatingId);
      const values = this.#complete(context, floating, {
        ...before,
        ...changes,
        internal_ip_address:
          changes.internal_port_id && changes.internal_ip_address === undefined
            ? null
            : (changes.internal_ip_address ?? before.internal_ip_address),
      });
      this.#refuseDuplicate(floatingId, values, id);
      const row = store.forwardings.update(id, values)!;
      this.#noteRouter(floating, values);
      return row;
    });
  }

  delete(context: RequestContext, floatingId: string, id: string): void {
    const { store } = this.#base;
    store.transaction(() => {
      this.get(context, floatingId, id);
      store.forwardings.remove(id);
      if (store.forwardings.match({ floatingip_id: floatingId }).length === 0) {
        store.floatingIps.update(floatingId, { router_id: null, status: "DOWN" });
      }
      this.#base.changed();
    });
  }

  #complete(context: RequestContext, floating: t.FloatingIpRow, fields: ForwardingFields) {
    const { store } = this.#base;
    const port = this.#parts.ports.get(context, fields.internal_port_id);
    const held = store.fixedIps
      .match({ port_id: port.id })
      .filter((row) => parseAddress(row.address)?.version === 4);
    const wanted = fields.internal_ip_address ?? null;
    const fixed = wanted === null ? held[0] : held.find((row) => row.address === wanted);
    if (!fixed) {
      throw refuse(
        wanted === null
          ? `Requested internal port ${port.id} has no IPv4 address`
          : `Requested internal IP address ${wanted} does not correspond to an address on the internal port, which has fixed_ips ${held.map((row) => row.address).join(", ")}`,
      );
    }
    const bound = store.floatingIps.first({ fixed_ip_id: fixed.id });
    if (bound) {
      const { address, uuid: id } = bound;
      throw new PortHasBindingFloatingIP({ address, id, portId: port.id, fixedIp: fixed.address });
    }
    const networkId = floating.floating_network_id!;
    if (this.#parts.floatingIps.routerBetween(fixed.subnet_id, networkId) === null) {
      throw new ExternalGatewayForFloatingIPNotFound(networkId, fixed.subnet_id, port.id);
    }
    return {
      protocol: fields.protocol,
      external_port: fields.external_port,
      internal_port: fields.internal_port,
      internal_port_id: port.id,
      internal_ip_address: fixed.address,
      description: fields.description ?? "",
    };
  }

  #refuseDuplicate(
    floatingId: string,
    values: Pick<
      t.PortForwardingRow,
      "protocol" | "external_port" | "internal_port" | "internal_port_id" | "internal_ip_address"
    >,
    except?: string,
  ): void {
    const { protocol, external_port, internal_port, internal_port_id, internal_ip_address } = values;
    const duplicate =
      "A duplicate port forwarding entry with same attributes already exists, conflicting values are";
    const others = this.#base.store.forwardings
      .match({ floatingip_id: floatingId, protocol })
      .filter((row) => row.id !== except);
    if (others.some((row) => row.external_port === external_port)) {
      throw refuse(
        `${duplicate} {'floatingip_id': '${floatingId}', 'external_port': ${external_port}, 'protocol': '${protocol}'}`,
      );
    }
    const toSame = others.some(
      (row) => row.internal_ip_address === internal_ip_address && row.internal_port === internal_port,
    );
    if (toSame) {
      throw refuse(
        `${duplicate} {'internal_port_id': '${internal_port_id}', 'internal_ip_address': '${internal_ip_address}', 'internal_port': ${internal_port}, 'protocol': '${protocol}'}`,
      );
    }
  }

  #noteRouter(
    floating: t.FloatingIpRow,
    values: { internal_port_id: string; internal_ip_address: string },
  ): void {
    const { store } = this.#base;
    const fixed = store.fixedIps.first({
      port_id: values.internal_port_id,
      address: values.internal_ip_address,
    })!;
    const routerId = this.#parts.floatingIps.routerBetween(fixed.subnet_id, floating.floating_network_id!);
    store.floatingIps.updateWhere(eq(t.floatingIps.uuid, floating.uuid), {
      router_id: routerId,
      status: "ACTIVE",
    });
    this.#base.changed();
  }
}
