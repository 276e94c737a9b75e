// Changing a port. Authority: as for ports.ts; plugins/ml2/plugin.py, update_port.

import { eq } from "drizzle-orm";
import type { RequestContext } from "../../core/context.ts";
import { BadRequest } from "../errors/common.ts";
import {
  AddressPairAndPortSecurityRequired,
  PortBound,
  PortSecurityAndIPRequiredForSecurityGroups,
  PortSecurityPortHasSecurityGroup,
  UnsupportedPortDeviceOwner,
} from "../errors/ports.ts";
import { parseAddress } from "../ip.ts";
import * as t from "../tables.ts";
import type { Addresses, WantedAddress } from "./addresses.ts";
import { type Base, OWNER } from "./base.ts";
import { type AddressPairWanted, completePairs, isComputePort, type Ports } from "./ports.ts";
import type { SecurityGroups } from "./security-groups.ts";

export interface PortChanges {
  name?: string;
  /** Null: a new one. */
  mac_address?: string | null;
  admin_state_up?: boolean;
  device_id?: string;
  device_owner?: string;
  description?: string;
  dns_name?: string;
  dns_domain?: string;
  /** An option with value null is taken away. */
  extra_dhcp_opts?: { opt_name: string; opt_value: string | null; ip_version?: 4 | 6 }[];
  port_security_enabled?: boolean;
  binding_host_id?: string;
  binding_profile?: Record<string, unknown>;
  binding_vnic_type?: string;
  numa_affinity_policy?: string | null;
  fixed_ips?: WantedAddress[];
  security_groups?: string[];
  allowed_address_pairs?: AddressPairWanted[];
}

export class PortUpdate {
  #base: Base;
  #parts: { ports: Ports; addresses: Addresses; groups: SecurityGroups };

  constructor(base: Base, parts: { ports: Ports; addresses: Addresses; groups: SecurityGroups }) {
    this.#base = base;
    this.#parts = parts;
  }

  update(context: RequestContext, id: string, changes: PortChanges): t.PortRow {
    const { store } = this.#base;
    const { ports } = this.#parts;
    return store.transaction(() => {
      const before = ports.get(context, id);
      const owner = changes.device_owner ?? before.device_owner;
      if (changes.device_owner !== undefined || changes.device_id !== undefined) {
        ports.checkDevice(context, owner, changes.device_id ?? before.device_id, before.project_id);
      }
      const port = this.apply(context, before, changes);
      this.#base.compute.changed(context, port);
      return port;
    });
  }

  /** The same for what the cloud itself changes. */
  apply(context: RequestContext, before: t.PortRow, changes: PortChanges): t.PortRow {
    const { store } = this.#base;
    return store.transaction(() => {
      const {
        fixed_ips: wanted,
        security_groups: groups,
        allowed_address_pairs: pairs,
        extra_dhcp_opts: options,
        mac_address: mac,
        ...rest
      } = changes;
      const secured = changes.port_security_enabled ?? before.port_security_enabled;
      this.#checkSecurity(before, secured, pairs, groups);
      const newMac = this.#checkMac(before, mac);
      const values: Partial<t.PortRow> = { ...rest };
      if (newMac !== undefined) values.mac_address = newMac;
      if (pairs) values.allowed_address_pairs = completePairs(pairs, newMac ?? before.mac_address);
      if (options) values.extra_dhcp_opts = mergeOptions(before.extra_dhcp_opts, options);
      Object.assign(values, this.#binding(before, changes));
      const after = store.ports.update(before.id, values)!;
      const network = store.networks.get(before.network_id)!;
      this.#setGroups(context, before, secured, groups);
      if (newMac !== undefined && newMac !== before.mac_address) this.#parts.addresses.remake(network, after);
      if (wanted) {
        this.#checkAddressChange(after, wanted);
        this.#parts.addresses.change(network, after, wanted);
      }
      if (isComputePort(before) !== isComputePort(after) || before.device_id !== after.device_id) {
        this.#noteInstance(after);
      }
      this.#base.changed();
      return after;
    });
  }

  #checkSecurity(
    before: t.PortRow,
    secured: boolean,
    pairs: readonly AddressPairWanted[] | undefined,
    groups: readonly string[] | undefined,
  ): void {
    if (secured) return;
    const { store } = this.#base;
    const hasPairs = pairs ? pairs.length > 0 : before.allowed_address_pairs.length > 0;
    if (hasPairs) throw new AddressPairAndPortSecurityRequired();
    if (groups && groups.length > 0) throw new PortSecurityAndIPRequiredForSecurityGroups();
    const bound = store.bindings.groupsOf([before.id]).get(before.id) ?? [];
    if (!groups && bound.length > 0) throw new PortSecurityPortHasSecurityGroup();
  }

  /** Undefined when the MAC stays. */
  #checkMac(before: t.PortRow, mac: string | null | undefined): string | undefined {
    if (mac === undefined || mac === before.mac_address) return undefined;
    const { ports } = this.#parts;
    const fresh = mac ?? ports.freshMac();
    if (before.device_owner.startsWith("network:")) {
      throw new UnsupportedPortDeviceOwner("mac address update", before.id, before.device_owner);
    }
    if (before.binding_host_id !== "" && !["unbound", "binding_failed"].includes(before.binding_vif_type)) {
      throw new PortBound(before.id, before.binding_vif_type, before.mac_address, fresh);
    }
    ports.checkMac(before.network_id, fresh, before.id);
    return fresh;
  }

  #binding(before: t.PortRow, changes: PortChanges): Partial<t.PortRow> {
    const host = changes.binding_host_id;
    if (host === undefined || (host === before.binding_host_id && before.binding_vif_type === "bridge"))
      return {};
    const binding = this.#parts.ports.bindingOf(host, changes.device_owner ?? before.device_owner);
    return host === before.binding_host_id ? binding : { ...binding, status: "DOWN" };
  }

  #setGroups(
    context: RequestContext,
    before: t.PortRow,
    secured: boolean,
    groups: readonly string[] | undefined,
  ): void {
    const { store } = this.#base;
    if (groups) {
      const rows = secured ? this.#parts.groups.resolveForPort(context, groups, before.project_id) : [];
      store.bindings.setGroups(
        before.id,
        rows.map((row) => row.id),
      );
    }
  }

  /** neutron/db/ipam_pluggable_backend.py: a router's IPv4 addresses stay as they are. */
  #checkAddressChange(port: t.PortRow, wanted: readonly WantedAddress[]): void {
    if (port.device_owner !== OWNER.routerInterface) return;
    if (!this.#base.store.routers.get(port.device_id)) return;
    const held = this.#base.store.addresses.ofPort(port.id);
    const four = (text?: string) => parseAddress(text)?.version === 4;
    const gone = held.some(
      (address) =>
        four(address.address) &&
        !wanted.some((want) =>
          want.ip_address === undefined
            ? want.subnet_id === address.subnet_id
            : want.ip_address === address.address,
        ),
    );
    const come = wanted.some(
      (want) => four(want.ip_address) && !held.some((address) => address.address === want.ip_address),
    );
    if (gone || come) throw new BadRequest("ports", `IP updates for port ${port.id} are not allowed`);
  }

  /** nova's columns of the addresses follow the port. */
  #noteInstance(port: t.PortRow): void {
    const compute = isComputePort(port) && port.device_id !== "";
    this.#base.store.fixedIps.note(eq(t.fixedIps.port_id, port.id), {
      instance_uuid: compute ? port.device_id : null,
      virtual_interface_id: compute ? port.vif_id : null,
    });
  }
}

function mergeOptions(
  before: readonly t.DhcpOption[],
  changes: NonNullable<PortChanges["extra_dhcp_opts"]>,
): t.DhcpOption[] {
  const merged = new Map(before.map((option) => [`${option.ip_version} ${option.opt_name}`, option]));
  for (const { opt_name, opt_value, ip_version = 4 } of changes) {
    const key = `${ip_version} ${opt_name}`;
    if (opt_value === null) merged.delete(key);
    else merged.set(key, { opt_name, opt_value, ip_version });
  }
  return [...merged.values()];
}
