// Ports. Authority: neutron/db/db_base_plugin_v2.py, plugins/ml2/plugin.py, portsecurity_db.py and
// allowedaddresspairs_db.py.

import { and, eq } from "drizzle-orm";
import type { RequestContext } from "../../core/context.ts";
import { HTTPForbidden } from "../errors/common.ts";
import {
  AddressPairAndPortSecurityRequired,
  DeviceIDNotOwnedByTenant,
  MacAddressInUse,
  PortNotFound,
  PortSecurityAndIPRequiredForSecurityGroups,
  ServicePortInUse,
} from "../errors/ports.ts";
import { randomMac } from "../mac.ts";
import * as t from "../tables.ts";
import type { Access } from "./access.ts";
import type { Addresses, WantedAddress } from "./addresses.ts";
import type { Agents } from "./agents.ts";
import { type Base, COMPUTE_OWNER, isTrusted, OWNER } from "./base.ts";
import type { Networks } from "./networks.ts";
import type { Quotas } from "./quotas.ts";
import type { SecurityGroups } from "./security-groups.ts";

export interface AddressPairWanted {
  ip_address: string;
  mac_address?: string;
}

/** What a port is made from, apart from what the caller may say of its addresses and groups. */
export interface PortFields {
  project_id: string;
  network_id: string;
  name?: string;
  mac_address?: string;
  admin_state_up?: boolean;
  device_id?: string;
  device_owner?: string;
  description?: string;
  dns_name?: string;
  dns_domain?: string;
  extra_dhcp_opts?: t.DhcpOption[];
  port_security_enabled?: boolean;
  binding_host_id?: string;
  binding_profile?: Record<string, unknown>;
  binding_vnic_type?: string;
  propagate_uplink_status?: boolean;
  device_profile?: string | null;
  numa_affinity_policy?: string | null;
  tags?: string[];
  status?: string;
  vif_order?: number | null;
  vif_tag?: string | null;
  vif_owned?: boolean;
  hostname?: string | null;
  /** Absent: whatever the network offers; empty: none. */
  fixed_ips?: WantedAddress[];
}

export interface NewPort extends PortFields {
  /** Absent: the project's default group. */
  security_groups?: string[];
  allowed_address_pairs?: AddressPairWanted[];
}

interface Parts {
  access: Access;
  quotas: Quotas;
  networks(): Networks;
  groups: SecurityGroups;
  addresses: Addresses;
  agents: Agents;
}

export class Ports {
  #base: Base;
  #parts: Parts;

  constructor(base: Base, parts: Parts) {
    this.#base = base;
    this.#parts = parts;
  }

  /** @throws PortNotFound also for one the caller may not see */
  get(context: RequestContext, id: string): t.PortRow {
    const where = and(eq(t.ports.id, id), this.#parts.access.ports(context));
    const row = this.#base.store.ports.list(where, [], 1)[0];
    if (!row) throw new PortNotFound(id);
    return row;
  }

  create(context: RequestContext, fields: NewPort): t.PortRow {
    const { store } = this.#base;
    return store.transaction(() => {
      const network = this.#parts.networks().get(context, fields.network_id);
      this.#checkOwner(context, network, fields.project_id);
      this.#parts.quotas.check(fields.project_id, "port");
      if (fields.project_id) this.#parts.groups.ensureDefault(context, fields.project_id);
      this.checkDevice(context, fields.device_owner ?? "", fields.device_id ?? "", fields.project_id);
      return this.#createOn(context, network, fields);
    });
  }

  /** The same without asking whose network it is: for what the cloud makes on a project's behalf. */
  createOn(context: RequestContext, network: t.NetworkRow, fields: NewPort): t.PortRow {
    return this.#base.store.transaction(() => this.#createOn(context, network, fields));
  }

  #createOn(context: RequestContext, network: t.NetworkRow, fields: NewPort): t.PortRow {
    const { store } = this.#base;
    const { security_groups: wantedGroups, allowed_address_pairs: pairs, ...rest } = fields;
    const owner = fields.device_owner ?? "";
    const secured = isTrusted(owner)
      ? false
      : (fields.port_security_enabled ??
        ((wantedGroups?.length ?? 0) > 0 ? true : network.port_security_enabled));
    if (!secured && pairs && pairs.length > 0) throw new AddressPairAndPortSecurityRequired();
    if (!secured && !isTrusted(owner) && wantedGroups && wantedGroups.length > 0) {
      throw new PortSecurityAndIPRequiredForSecurityGroups();
    }
    const port = this.insert(network, { ...rest, port_security_enabled: secured });
    if (secured) {
      const groups = wantedGroups
        ? this.#parts.groups.resolveForPort(context, wantedGroups, fields.project_id)
        : [this.#parts.groups.ensureDefault(context, fields.project_id, true)];
      store.bindings.setGroups(
        port.id,
        groups.map((group) => group.id),
      );
    }
    if (!pairs || pairs.length === 0) return port;
    return store.ports.note(eq(t.ports.id, port.id), {
      allowed_address_pairs: completePairs(pairs, port.mac_address),
    })[0]!;
  }

  /** The bare port with its addresses. */
  insert(network: t.NetworkRow, fields: PortFields): t.PortRow {
    const { store, ids } = this.#base;
    const { fixed_ips: wanted, mac_address: mac, ...rest } = fields;
    if (mac !== undefined) this.checkMac(network.uuid, mac);
    return store.transaction(() => {
      const port = store.ports.insert({
        id: ids.uuid(),
        ...rest,
        mac_address: mac ?? this.freshMac(),
        ip_allocation: wanted && wanted.length === 0 ? "none" : "immediate",
        ...this.bindingOf(fields.binding_host_id ?? "", fields.device_owner ?? ""),
        revision_number: 1,
      });
      this.#parts.addresses.allocate(network, port, wanted);
      this.#base.changed();
      return port;
    });
  }

  /** @throws ServicePortInUse for what belongs to a router or a floating address */
  delete(context: RequestContext, id: string): void {
    const { store } = this.#base;
    store.transaction(() => {
      const port = this.get(context, id);
      this.#refuseServicePort(port);
      this.remove(port);
      this.#base.compute.deleted(context, port);
    });
  }

  remove(port: Pick<t.PortRow, "id">): void {
    const { store } = this.#base;
    store.transaction(() => {
      this.#parts.addresses.releaseAll(port.id);
      store.forwardings.removeWhere(eq(t.portForwardings.internal_port_id, port.id));
      store.ports.remove(port.id);
      this.#base.changed();
    });
  }

  /** How a port stands that is to be on this host. */
  bindingOf(host: string, owner: string): Pick<t.PortRow, "binding_host_id" | "binding_vif_type"> {
    if (host === "" || owner === OWNER.floatingIp)
      return { binding_host_id: host, binding_vif_type: "unbound" };
    return {
      binding_host_id: host,
      binding_vif_type: this.#parts.agents.canBind(host) ? "bridge" : "binding_failed",
    };
  }

  /** A port may only say it is on a router of the same project. */
  checkDevice(context: RequestContext, owner: string, deviceId: string, projectId: string): void {
    if (owner !== OWNER.routerInterface || context.isAdmin || deviceId === "") return;
    const router = this.#base.store.routers.get(deviceId);
    if (router && router.project_id !== projectId) throw new DeviceIDNotOwnedByTenant(deviceId);
  }

  checkMac(networkId: string, mac: string, except?: string): void {
    const other = this.#base.store.ports.first({ network_id: networkId, mac_address: mac });
    if (other && other.id !== except) throw new MacAddressInUse(networkId, mac);
  }

  freshMac(): string {
    for (;;) {
      const mac = randomMac();
      if (!this.#base.store.ports.first({ mac_address: mac })) return mac;
    }
  }

  /** neutron/pecan_wsgi/hooks/ownership_validation.py */
  #checkOwner(context: RequestContext, network: t.NetworkRow, projectId: string): void {
    if (context.isAdmin || network.project_id === projectId) return;
    if (this.#parts.access.networkIsShared(network, context.projectId)) return;
    throw new HTTPForbidden(`Tenant ${projectId} not allowed to create port on this network`);
  }

  #refuseServicePort(port: t.PortRow): void {
    const { store } = this.#base;
    const owner = port.device_owner;
    const ofRouter = owner === OWNER.routerInterface || owner === OWNER.routerGateway;
    if (!ofRouter && owner !== OWNER.floatingIp) return;
    if (store.addresses.ofPort(port.id).length === 0) return;
    const holder = ofRouter ? store.routers.get(port.device_id) : store.floatingIps.get(port.device_id);
    if (holder) throw new ServicePortInUse(port.id, `has device owner ${owner}`);
  }
}

/** A pair without a MAC is for the port's own. */
export function completePairs(pairs: readonly AddressPairWanted[], mac: string): t.AddressPair[] {
  return pairs.map((pair) => ({ ip_address: pair.ip_address, mac_address: pair.mac_address ?? mac }));
}

export function isComputePort(port: Pick<t.PortRow, "device_owner">): boolean {
  return port.device_owner.startsWith(COMPUTE_OWNER);
}
