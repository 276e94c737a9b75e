// Networks. Authority: neutron/db/db_base_plugin_v2.py, external_net_db.py and plugins/ml2/plugin.py.

import { and, eq, inArray, ne, notLike } from "drizzle-orm";
import type { RequestContext } from "../../core/context.ts";
import { InvalidInput } from "../errors/common.ts";
import {
  AvailabilityZoneNotFound,
  ExternalNetworkInUse,
  InvalidSharedSetting,
  NetworkInUse,
  NetworkNotFound,
} from "../errors/networks.ts";
import * as t from "../tables.ts";
import { type Access, EXTERNAL, SHARED } from "./access.ts";
import { type Base, OWNER } from "./base.ts";
import type { Ports } from "./ports.ts";
import type { Quotas } from "./quotas.ts";
import type { SecurityGroups } from "./security-groups.ts";
import { type ProviderFields, Segments } from "./segments.ts";

export interface NewNetwork {
  project_id: string;
  name: string;
  admin_state_up?: boolean;
  shared?: boolean;
  external?: boolean;
  is_default?: boolean;
  mtu?: number;
  port_security_enabled?: boolean;
  dns_domain?: string;
  description?: string;
  availability_zone_hints?: string[];
  provider?: ProviderFields;
}

export interface NetworkChanges {
  name?: string;
  admin_state_up?: boolean;
  shared?: boolean;
  external?: boolean;
  is_default?: boolean;
  mtu?: number;
  port_security_enabled?: boolean;
  dns_domain?: string;
  description?: string;
  provider?: ProviderFields;
}

/** A guest's frames must carry at least this (RFC 791). */
const MIN_MTU = 68;

export class Networks {
  #base: Base;
  #access: Access;
  #quotas: Quotas;
  #groups: SecurityGroups;
  #segments: Segments;
  #ports: () => Ports;

  constructor(base: Base, parts: { access: Access; quotas: Quotas; groups: SecurityGroups; ports(): Ports }) {
    this.#base = base;
    this.#access = parts.access;
    this.#quotas = parts.quotas;
    this.#groups = parts.groups;
    this.#segments = new Segments(base);
    this.#ports = parts.ports;
  }

  /** @throws NetworkNotFound also for one the caller may not see */
  get(context: RequestContext, id: string): t.NetworkRow {
    const visible = this.#access.networks(context);
    const row = visible
      ? this.#base.store.networks.list(and(eq(t.networks.uuid, id), visible), [], 1)[0]
      : this.#base.store.networks.get(id);
    if (!row) throw new NetworkNotFound(id);
    return row;
  }

  /** By id or by name, among those the caller may see. */
  find(context: RequestContext, nameOrId: string): t.NetworkRow | null {
    const { networks } = this.#base.store;
    const visible = this.#access.networks(context);
    const byId = networks.list(and(eq(t.networks.uuid, nameOrId), visible), [], 1)[0];
    return byId ?? networks.list(and(eq(t.networks.label, nameOrId), visible), [], 1)[0] ?? null;
  }

  create(context: RequestContext, fields: NewNetwork): t.NetworkRow {
    const { store, ids } = this.#base;
    return store.transaction(() => {
      this.#quotas.check(fields.project_id, "network");
      this.#groups.ensureDefault(context, fields.project_id);
      this.#checkZones(fields.availability_zone_hints ?? []);
      if (fields.is_default) this.#checkDefault(fields.external ?? false);
      const segment =
        fields.provider && Object.values(fields.provider).some((value) => value !== undefined)
          ? this.#segments.chosen(fields.provider)
          : this.#segments.forProject();
      const row = store.networks.insert({
        uuid: ids.uuid(),
        label: fields.name,
        project_id: fields.project_id,
        admin_state_up: fields.admin_state_up ?? true,
        external: fields.external ?? false,
        is_default: fields.is_default ?? false,
        mtu: this.#mtu(fields.mtu || undefined, segment.network_type),
        port_security_enabled: fields.port_security_enabled ?? true,
        dns_domain: fields.dns_domain ?? "",
        description: fields.description ?? "",
        availability_zone_hints: fields.availability_zone_hints ?? [],
        revision_number: 1,
        ...segment,
      });
      if (fields.shared) this.#share(row, SHARED);
      if (fields.external) this.#share(row, EXTERNAL);
      this.#base.changed();
      return row;
    });
  }

  update(context: RequestContext, id: string, changes: NetworkChanges): t.NetworkRow {
    const { store } = this.#base;
    return store.transaction(() => {
      const before = this.get(context, id);
      const { shared, external, provider, name, mtu, ...rest } = changes;
      if (provider && Object.values(provider).some((value) => value !== undefined)) {
        throw new InvalidInput(
          "Plugin does not support updating the following provider network attributes: network_type, physical_network",
        );
      }
      if (changes.is_default) this.#checkDefault(external ?? before.external, id);
      if (shared !== undefined) this.#setShared(before, shared);
      if (external !== undefined) this.#setExternal(before, external);
      const row = store.networks.update(id, {
        ...rest,
        ...(name === undefined ? {} : { label: name }),
        ...(mtu === undefined ? {} : { mtu: this.#mtu(mtu, before.network_type) }),
        ...(external === undefined ? {} : { external }),
        ...(shared === false && before.project_id === null ? { project_id: context.projectId } : {}),
      });
      this.#base.changed();
      return row!;
    });
  }

  /** Its subnets go with it, and the ports the cloud itself made there. */
  delete(context: RequestContext, id: string): void {
    const { store } = this.#base;
    store.transaction(() => {
      const network = this.get(context, id);
      const ports = store.ports.match({ network_id: id });
      const own = (port: t.PortRow) => port.device_owner === OWNER.dhcp;
      const floating = ports.filter((port) => port.device_owner === OWNER.floatingIp);
      const inUse = ports.filter((port) => !own(port) && !this.#isFreeFloating(port));
      if (inUse.length > 0) {
        const listed = inUse.map((port) => port.id).join(",");
        throw new NetworkInUse(
          id,
          `There are one or more ports still in use on the network, id for these ports is: ${listed}`,
        );
      }
      for (const port of [...ports.filter(own), ...floating]) this.#ports().remove(port);
      store.floatingIps.removeWhere(eq(t.floatingIps.floating_network_id, id));
      const subnets = store.subnets.match({ network_id: id });
      for (const subnet of subnets) {
        store.fixedIps.removeWhere(eq(t.fixedIps.subnet_id, subnet.id));
        store.subnets.remove(subnet.id);
      }
      store.rbac.removeWhere(
        and(eq(t.rbacPolicies.object_type, "network"), eq(t.rbacPolicies.object_id, id))!,
      );
      store.bindings.removeAgent("network", id);
      store.networks.remove(network.uuid);
      this.#base.changed();
    });
  }

  /** The address is in the pool, waiting for a project: it goes with the network. */
  #isFreeFloating(port: t.PortRow): boolean {
    if (port.device_owner !== OWNER.floatingIp) return false;
    const row = this.#base.store.floatingIps.first({ floating_port_id: port.id });
    // A floating address that nothing uses is released with its network (external_net_db: delete_disassociated).
    return row === null || row.project_id === null || row.fixed_ip_id === null;
  }

  #share(network: t.NetworkRow, action: string): void {
    const { store, ids } = this.#base;
    const values = { object_type: "network" as const, object_id: network.uuid, action, target_project: "*" };
    if (store.rbac.first(values)) return;
    store.rbac.insert({ id: ids.uuid(), ...values, project_id: network.project_id });
  }

  #unshare(network: t.NetworkRow, action: string): void {
    this.#base.store.rbac.removeWhere(
      and(
        eq(t.rbacPolicies.object_type, "network"),
        eq(t.rbacPolicies.object_id, network.uuid),
        eq(t.rbacPolicies.action, action),
        eq(t.rbacPolicies.target_project, "*"),
      )!,
    );
  }

  #setShared(network: t.NetworkRow, shared: boolean): void {
    if (shared) return this.#share(network, SHARED);
    this.checkUnshare(network, "*");
    this.#unshare(network, SHARED);
  }

  /**
   * Sharing may end only where nobody else is using the network.
   * @param target the project that loses it; `*` for all that have no entry of their own
   * @throws InvalidSharedSetting
   */
  checkUnshare(network: t.NetworkRow, target: string): void {
    const { store } = this.#base;
    const allowed = new Set(
      store.rbac
        .match({ object_type: "network", object_id: network.uuid, action: SHARED })
        .map((entry) => entry.target_project)
        .filter((project) => project !== target),
    );
    if (target !== "*" && allowed.has("*")) return;
    const ports = store.ports.list(
      and(eq(t.ports.network_id, network.uuid), notLike(t.ports.device_owner, "network:%")),
    );
    const subnets = store.subnets.match({ network_id: network.uuid });
    const users = new Set([...ports, ...subnets].map((row) => row.project_id));
    for (const project of users) {
      if (project === network.project_id || project === null || allowed.has(project)) continue;
      if (target === "*" || project === target) throw new InvalidSharedSetting(network.label);
    }
  }

  #setExternal(network: t.NetworkRow, external: boolean): void {
    if (external === network.external) return;
    if (external) return this.#share(network, EXTERNAL);
    const gateways = this.#base.store.ports.list(
      and(
        eq(t.ports.network_id, network.uuid),
        inArray(t.ports.device_owner, [OWNER.routerGateway, OWNER.floatingIp]),
      ),
    );
    if (gateways.some((port) => !this.#isFreeFloating(port))) throw new ExternalNetworkInUse(network.uuid);
    this.#unshare(network, EXTERNAL);
  }

  #checkDefault(external: boolean, id?: string): void {
    if (!external) return;
    const other = this.#base.store.networks.list(
      and(eq(t.networks.is_default, true), id === undefined ? undefined : ne(t.networks.uuid, id)),
    )[0];
    if (other) {
      throw new InvalidInput(`A default external network already exists: ${other.uuid}`);
    }
  }

  #mtu(mtu: number | undefined, type: string): number {
    const most = this.#base.config.NETWORK_MTU - (OVERHEAD[type] ?? 0);
    if (mtu === undefined || mtu === 0) return most;
    if (mtu < MIN_MTU) throw new InvalidInput(`Requested MTU is too small, must be at least ${MIN_MTU}`);
    if (mtu > most) {
      throw new InvalidInput(`Requested MTU is too big, maximum is ${most}`);
    }
    return mtu;
  }

  #checkZones(zones: readonly string[]): void {
    for (const zone of zones) {
      const known = this.#base.store.agents.match({ availability_zone: zone, agent_type: "DHCP agent" });
      if (known.length === 0 && zone !== this.#base.config.NETWORK_AVAILABILITY_ZONE) {
        throw new AvailabilityZoneNotFound(zone);
      }
    }
  }
}

/** Outer IPv4 and tunnel headers and the inner Ethernet header (neutron_lib/plugins/ml2/api.py). */
const OVERHEAD: Readonly<Record<string, number>> = { vxlan: 50, gre: 42 };
