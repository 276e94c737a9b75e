// Floating addresses as nova-network gives them: pools filled by the administrator, an address for whoever asks.
// Authority: nova/network/floating_ips.py of Newton, and nova/network/neutron.py of Zed for pools that are external
// networks.

import { and, eq, isNotNull } from "drizzle-orm";
import { elevated, type RequestContext } from "../../core/context.ts";
import { OverQuota } from "../errors/extensions.ts";
import {
  FloatingIpExists,
  FloatingIpLimitExceeded,
  FloatingIpNotFound,
  FloatingIpNotFoundForAddress,
  FloatingIpPoolNotFound,
  InvalidInputReceived,
  NoMoreFloatingIps,
} from "../errors/nova.ts";
import { IpAddressAlreadyAllocated, IpAddressGenerationFailure } from "../errors/ports.ts";
import { formatAddress, parseCidr } from "../ip.ts";
import * as t from "../tables.ts";
import type { Access } from "./access.ts";
import type { Base } from "./base.ts";
import type { FloatingIps } from "./floating-ips.ts";
import type { Quotas } from "./quotas.ts";

/** nova-manage refuses larger ranges as mistakes (nova/cmd/manage.py of Newton: more than 4096 addresses). */
const MAX_BULK = 4096;

export class FloatingPools {
  #base: Base;
  #parts: { access: Access; quotas: Quotas; floatingIps: FloatingIps };

  constructor(base: Base, parts: { access: Access; quotas: Quotas; floatingIps: FloatingIps }) {
    this.#base = base;
    this.#parts = parts;
  }

  /** External networks the caller may see, and pools made by hand. */
  names(context: RequestContext): string[] {
    const { store } = this.#base;
    const networks = store.networks
      .list(and(eq(t.networks.external, true), this.#parts.access.networks(context)))
      .map((network) => network.label);
    return [...new Set([...networks, ...store.floating.pools()])];
  }

  /** An address for a project. @param pool null: the default pool */
  allocate(
    context: RequestContext,
    projectId: string,
    pool: string | null,
    options: { auto?: boolean } = {},
  ): t.FloatingIpRow {
    const { store } = this.#base;
    return store.transaction(() => {
      const name = pool ?? this.#base.config.DEFAULT_FLOATING_POOL;
      const network = this.#network(context, name);
      if (!network && !store.floatingIps.first({ pool: name })) throw new FloatingIpPoolNotFound();
      const row = network ? this.#fromNetwork(context, projectId, network) : this.#fromPool(projectId, name);
      return options.auto ? store.floatingIps.update(row.uuid, { auto_assigned: true })! : row;
    });
  }

  /** Among a project's own. @throws FloatingIpNotFoundForAddress */
  byAddress(context: RequestContext, address: string): t.FloatingIpRow {
    const row = this.#base.store.floatingIps.first({ address });
    if (!row || row.project_id === null || (!context.isAdmin && row.project_id !== context.projectId)) {
      throw new FloatingIpNotFoundForAddress(address);
    }
    return row;
  }

  ofProject(projectId: string): t.FloatingIpRow[] {
    return this.#base.store.floatingIps.list(
      and(isNotNull(t.floatingIps.project_id), eq(t.floatingIps.project_id, projectId)),
    );
  }

  /** Among a project's own, by its uuid. @throws FloatingIpNotFound */
  get(context: RequestContext, id: string): t.FloatingIpRow {
    const row = this.#base.store.floatingIps.get(id);
    if (!row || row.project_id === null || (!context.isAdmin && row.project_id !== context.projectId)) {
      throw new FloatingIpNotFound(id);
    }
    return row;
  }

  /** What a floating address is on. */
  targetOf(row: t.FloatingIpRow): { fixed: t.FixedIpRow | null; port: t.PortRow | null } {
    const { store } = this.#base;
    const fixed = row.fixed_ip_id === null ? null : store.fixedIps.first({ id: row.fixed_ip_id });
    const port = fixed?.port_id ? store.ports.get(fixed.port_id) : null;
    return { fixed, port };
  }

  /** The name of the external network, or of the pool made by hand. */
  poolOf(row: t.FloatingIpRow): string | null {
    if (row.floating_network_id === null) return row.pool;
    const network = this.#base.store.networks.get(row.floating_network_id);
    return network ? network.label || network.uuid : row.pool;
  }

  /** Every address of every pool. @param host only those put on servers of this host; null: all */
  inventory(
    host: string | null,
  ): { row: t.FloatingIpRow; instanceUuid: string | null; fixedAddress: string | null }[] {
    const { store } = this.#base;
    const rows = host === null ? store.floatingIps.list() : store.floatingIps.match({ host });
    const fixed = new Map(
      store.fixedIps
        .among(
          "id",
          rows.flatMap((row) => row.fixed_ip_id ?? []),
        )
        .map((entry) => [entry.id, entry]),
    );
    return rows.map((row) => {
      const on = row.fixed_ip_id === null ? undefined : fixed.get(row.fixed_ip_id);
      return { row, instanceUuid: on?.instance_uuid ?? null, fixedAddress: on?.address ?? null };
    });
  }

  /**
   * Puts the address on a fixed one of a port; what had it before loses it.
   * @throws FloatingIPPortAlreadyAssociated, ExternalGatewayForFloatingIPNotFound
   */
  associate(context: RequestContext, row: t.FloatingIpRow, fixed: t.FixedIpRow): t.FloatingIpRow {
    return this.#base.store.transaction(() =>
      this.#parts.floatingIps.place(elevated(context), row, {
        port_id: fixed.port_id,
        fixed_ip_address: fixed.address,
      }),
    );
  }

  disassociate(row: t.FloatingIpRow): void {
    this.#parts.floatingIps.takeOff(row);
  }

  release(row: t.FloatingIpRow): void {
    this.#parts.floatingIps.release(row);
  }

  /** Puts every host address of a range into a pool. */
  createBulk(range: string, pool: string | null, card: string | null): void {
    const { store, ids, config } = this.#base;
    const cidr = parseCidr(range);
    if (cidr?.version !== 4) throw new InvalidInputReceived(`invalid IPNetwork ${range}`);
    const size = cidr.last - cidr.first + 1n;
    if (size > MAX_BULK) {
      throw new InvalidInputReceived(
        "Too many IP addresses will be generated.  Please increase /" +
          `${cidr.prefix} to reduce the number generated.`,
      );
    }
    // A range of up to two addresses has neither network nor broadcast address.
    const [first, last] = size > 2n ? [cidr.first + 1n, cidr.last - 1n] : [cidr.first, cidr.last];
    const name = pool ?? config.DEFAULT_FLOATING_POOL;
    store.transaction(() => {
      const network = store.networks.first({ label: name, external: true });
      const addresses = Array.from({ length: Number(last - first) + 1 }, (_, i) =>
        formatAddress(4, first + BigInt(i)),
      );
      const taken = store.floating.taken(addresses);
      if (taken !== null) throw new FloatingIpExists(taken);
      const networkId = network?.uuid ?? null;
      const rows = addresses.map((address) => ({ uuid: ids.uuid(), address, pool: name, card, networkId }));
      store.floating.addToPool(rows, store.now());
      this.#base.changed();
    });
  }

  /** Removes the rows of a range, also those in use. */
  deleteBulk(range: string): void {
    const { store } = this.#base;
    const cidr = parseCidr(range);
    if (cidr?.version !== 4) throw new InvalidInputReceived(`invalid IPNetwork ${range}`);
    store.transaction(() => {
      for (let value = cidr.first; value <= cidr.last; value++) {
        const row = store.floatingIps.first({ address: formatAddress(4, value) });
        if (!row) continue;
        this.#parts.floatingIps.release(row);
        store.floating.forget(row.address);
      }
    });
  }

  #network(context: RequestContext, nameOrId: string): t.NetworkRow | null {
    const visible = this.#parts.access.networks(context);
    const { networks } = this.#base.store;
    const external = (where: ReturnType<typeof eq>) =>
      networks.list(and(where, eq(t.networks.external, true), visible), [], 1)[0];
    return external(eq(t.networks.uuid, nameOrId)) ?? external(eq(t.networks.label, nameOrId)) ?? null;
  }

  #fromNetwork(context: RequestContext, projectId: string, network: t.NetworkRow): t.FloatingIpRow {
    try {
      return this.#parts.floatingIps.create(elevated({ ...context, projectId }), {
        project_id: projectId,
        floating_network_id: network.uuid,
      });
    } catch (error) {
      if (error instanceof OverQuota) throw new FloatingIpLimitExceeded();
      if (error instanceof IpAddressGenerationFailure || error instanceof IpAddressAlreadyAllocated) {
        throw new NoMoreFloatingIps(network.label);
      }
      throw error;
    }
  }

  #fromPool(projectId: string, pool: string): t.FloatingIpRow {
    const { store } = this.#base;
    try {
      this.#parts.quotas.check(projectId, "floatingip");
    } catch (error) {
      if (error instanceof OverQuota) throw new FloatingIpLimitExceeded();
      throw error;
    }
    const row = store.floatingIps.first({ pool, project_id: null });
    if (!row) throw new NoMoreFloatingIps(pool);
    this.#base.changed();
    return store.floatingIps.update(row.uuid, { project_id: projectId })!;
  }
}
