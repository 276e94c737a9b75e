// Subnet pools: ranges from which subnets are cut. Authority: neutron/ipam/subnet_alloc.py and the pool functions of
// neutron/db/db_base_plugin_v2.py.

import { and, eq } from "drizzle-orm";
import type { RequestContext } from "../../core/context.ts";
import { InvalidInput, NotAuthorized } from "../errors/common.ts";
import { NetworkNotFound } from "../errors/networks.ts";
import {
  AddressScopePrefixConflict,
  EmptySubnetPoolPrefixList,
  IllegalSubnetPoolAssociationToAddressScope,
  IllegalSubnetPoolIpVersionAssociationToAddressScope,
  IllegalSubnetPoolPrefixBounds,
  IllegalSubnetPoolPrefixUpdate,
  IllegalSubnetPoolUpdate,
  MaxPrefixSubnetAllocationError,
  MinPrefixSubnetAllocationError,
  NetworkAddressScopeAffinityError,
  PrefixVersionMismatch,
  SubnetAllocationError,
  SubnetPoolDeleteError,
  SubnetPoolNotFound,
  SubnetPoolQuotaExceeded,
  UnsupportedMinSubnetPoolPrefix,
} from "../errors/subnets.ts";
import { BITS, type Cidr, formatCidr, type IpVersion, parseCidr, RangeSet } from "../ip.ts";
import * as t from "../tables.ts";
import { type Access, SHARED } from "./access.ts";
import type { AddressScopes } from "./address-scopes.ts";
import type { Base } from "./base.ts";
import type { Quotas } from "./quotas.ts";

export interface PoolFields {
  name: string;
  prefixes: string[];
  default_prefixlen?: number;
  min_prefixlen?: number;
  max_prefixlen?: number;
  default_quota?: number | null;
  is_default?: boolean;
  address_scope_id?: string | null;
  description?: string;
}

export interface NewPool extends PoolFields {
  project_id: string;
  shared?: boolean;
}

const SHORTEST: Record<IpVersion, number> = { 4: 8, 6: 64 };
/** Quota counts addresses of IPv4, /64 networks of IPv6. */
const QUOTA_UNIT: Record<IpVersion, number> = { 4: 32, 6: 64 };

export class SubnetPools {
  #base: Base;
  #access: Access;
  #quotas: Quotas;
  #scopes: AddressScopes;

  constructor(base: Base, parts: { access: Access; quotas: Quotas; scopes: AddressScopes }) {
    this.#base = base;
    this.#access = parts.access;
    this.#quotas = parts.quotas;
    this.#scopes = parts.scopes;
  }

  get(context: RequestContext, id: string): t.SubnetPoolRow {
    const visible = this.#access.ownOrShared(context, "subnetpool", {
      id: t.subnetpools.id,
      project: t.subnetpools.project_id,
    });
    const row = this.#base.store.pools.list(and(eq(t.subnetpools.id, id), visible), [], 1)[0];
    if (!row) throw new SubnetPoolNotFound(id);
    return row;
  }

  defaultPool(version: IpVersion): t.SubnetPoolRow | null {
    return this.#base.store.pools.first({ is_default: true, ip_version: version });
  }

  create(context: RequestContext, fields: NewPool): t.SubnetPoolRow {
    const { store, ids } = this.#base;
    return store.transaction(() => {
      this.#quotas.check(fields.project_id, "subnetpool");
      const id = ids.uuid();
      const { project_id, shared, ...rest } = fields;
      const values = this.#complete(rest);
      if (values.is_default) this.#refuseSecondDefault(values.ip_version);
      this.#checkScope(context, id, values);
      const row = store.pools.insert({ id, project_id, ...values });
      if (shared) {
        store.rbac.insert({
          id: ids.uuid(),
          object_type: "subnetpool",
          object_id: id,
          action: SHARED,
          target_project: "*",
          project_id,
        });
      }
      return row;
    });
  }

  update(context: RequestContext, id: string, changes: Partial<PoolFields>): t.SubnetPoolRow {
    const { store } = this.#base;
    return store.transaction(() => {
      const before = this.get(context, id);
      if (changes.prefixes) this.#checkPrefixUpdate(before, changes.prefixes);
      const values = this.#complete({ ...before, ...changes });
      if (values.is_default && !before.is_default) this.#refuseSecondDefault(values.ip_version);
      if (before.address_scope_id && !this.#scopes.owns(context, before.address_scope_id)) {
        throw new IllegalSubnetPoolUpdate(
          `subnetpool ${id} cannot be updated when associated with shared address scope ${before.address_scope_id}`,
        );
      }
      this.#checkScope(context, id, values);
      return store.pools.update(id, values)!;
    });
  }

  delete(context: RequestContext, id: string): void {
    const { store } = this.#base;
    store.transaction(() => {
      this.get(context, id);
      if (store.subnets.first({ subnetpool_id: id })) {
        throw new SubnetPoolDeleteError("Subnet pool has existing allocations");
      }
      store.rbac.removeWhere(
        and(eq(t.rbacPolicies.object_type, "subnetpool"), eq(t.rbacPolicies.object_id, id))!,
      );
      store.pools.remove(id);
    });
  }

  addPrefixes(context: RequestContext, id: string, prefixes: readonly string[]): string[] {
    const pool = this.get(context, id);
    if (prefixes.length === 0) return pool.prefixes;
    return this.update(context, id, { prefixes: [...pool.prefixes, ...prefixes] }).prefixes;
  }

  removePrefixes(context: RequestContext, id: string, prefixes: readonly string[]): string[] {
    const { store } = this.#base;
    return store.transaction(() => {
      const pool = this.get(context, id);
      const set = setOf(pool.prefixes);
      const removal = prefixes.map((prefix) => parseCidr(prefix)!);
      if (!removal.some((cidr) => set.intersects(cidr))) return pool.prefixes;
      const used = setOf(store.subnets.match({ subnetpool_id: id }).map((subnet) => subnet.cidr));
      if (removal.some((cidr) => used.intersects(cidr))) {
        throw new IllegalSubnetPoolPrefixUpdate(
          "One or more the prefixes to be removed is in use by a subnet.",
        );
      }
      for (const cidr of removal) set.remove(cidr);
      return store.pools.update(id, { prefixes: set.cidrs(pool.ip_version).map(formatCidr) })!.prefixes;
    });
  }

  /** Makes the subnets of a network part of the pool. */
  onboard(context: RequestContext, id: string, networkId: string): { id: string; cidr: string }[] {
    const { store } = this.#base;
    return store.transaction(() => {
      const network = store.networks.get(networkId);
      if (!network) throw new NetworkNotFound(networkId);
      if (!context.isAdmin && network.project_id !== context.projectId) throw new NotAuthorized();
      const pool = this.get(context, id);
      const subnets = store.subnets.match({ network_id: networkId, ip_version: pool.ip_version });
      const used = setOf(store.subnets.match({ subnetpool_id: id }).map((subnet) => subnet.cidr));
      for (const subnet of subnets) {
        if (!used.intersects(parseCidr(subnet.cidr)!)) continue;
        throw new IllegalSubnetPoolUpdate(
          `Onboarding subnet ${subnet.id}: ${subnet.cidr} conflicts with allocated prefixes in subnet pool ${id}`,
        );
      }
      this.update(context, id, { prefixes: [...pool.prefixes, ...subnets.map((subnet) => subnet.cidr)] });
      for (const subnet of subnets) store.subnets.update(subnet.id, { subnetpool_id: id });
      return subnets.map((subnet) => ({ id: subnet.id, cidr: subnet.cidr }));
    });
  }

  /**
   * Cuts a subnet out of a pool.
   * @param wanted a network of one's own choice, or only its length
   */
  cut(pool: t.SubnetPoolRow, projectId: string, wanted: { cidr: Cidr } | { prefix: number | null }): Cidr {
    const prefix = "cidr" in wanted ? wanted.cidr.prefix : (wanted.prefix ?? pool.default_prefixlen);
    if (prefix > pool.max_prefixlen) throw new MaxPrefixSubnetAllocationError(prefix, pool.max_prefixlen);
    if (prefix < pool.min_prefixlen) throw new MinPrefixSubnetAllocationError(prefix, pool.min_prefixlen);
    this.#checkPoolQuota(pool, projectId, prefix);
    const free = setOf(pool.prefixes);
    for (const subnet of this.#base.store.subnets.match({ subnetpool_id: pool.id })) {
      free.remove(parseCidr(subnet.cidr)!);
    }
    if ("cidr" in wanted) {
      if (free.covers(wanted.cidr)) return wanted.cidr;
      throw new SubnetAllocationError("Cannot allocate requested subnet from the available set of prefixes");
    }
    // The smallest piece that is large enough, so that large ones last.
    const pieces = free.cidrs(pool.ip_version).sort((a, b) => b.prefix - a.prefix);
    const piece = pieces.find((candidate) => candidate.prefix <= prefix);
    if (!piece) {
      throw new SubnetAllocationError(`Insufficient prefix space to allocate subnet size /${prefix}`);
    }
    const size = 1n << BigInt(BITS[pool.ip_version] - prefix);
    return { ...piece, address: piece.first, last: piece.first + size - 1n, prefix };
  }

  #checkPoolQuota(pool: t.SubnetPoolRow, projectId: string, prefix: number): void {
    if (!pool.default_quota) return;
    const units = (length: number) => 2 ** (QUOTA_UNIT[pool.ip_version] - length);
    const used = this.#base.store.subnets
      .match({ subnetpool_id: pool.id, project_id: projectId })
      .reduce((sum, subnet) => sum + units(parseCidr(subnet.cidr)!.prefix), 0);
    if (used + units(prefix) > pool.default_quota) throw new SubnetPoolQuotaExceeded();
  }

  #complete(fields: PoolFields) {
    if (fields.prefixes.length === 0) throw new EmptySubnetPoolPrefixList();
    const cidrs = fields.prefixes.map((prefix) => parseCidr(prefix)!);
    const version = cidrs[0]!.version;
    if (cidrs.some((cidr) => cidr.version !== version)) throw new PrefixVersionMismatch();
    const min = fields.min_prefixlen ?? SHORTEST[version];
    const max = fields.max_prefixlen ?? BITS[version];
    const usual = fields.default_prefixlen ?? min;
    if (min < 0) throw new UnsupportedMinSubnetPoolPrefix(min, version);
    if (min > max) throw new IllegalSubnetPoolPrefixBounds("min_prefixlen", min, "max_prefixlen", max);
    if (max > BITS[version]) {
      throw new IllegalSubnetPoolPrefixBounds("max_prefixlen", max, "ip_version_max", BITS[version]);
    }
    if (usual < min)
      throw new IllegalSubnetPoolPrefixBounds("default_prefixlen", usual, "min_prefixlen", min);
    if (usual > max)
      throw new IllegalSubnetPoolPrefixBounds("default_prefixlen", usual, "max_prefixlen", max);
    return {
      name: fields.name,
      ip_version: version,
      prefixes: setOf(fields.prefixes).cidrs(version).map(formatCidr),
      min_prefixlen: min,
      max_prefixlen: max,
      default_prefixlen: usual,
      default_quota: fields.default_quota ?? null,
      is_default: fields.is_default ?? false,
      address_scope_id: fields.address_scope_id ?? null,
      description: fields.description ?? "",
    };
  }

  #checkPrefixUpdate(pool: t.SubnetPoolRow, prefixes: readonly string[]): void {
    if (prefixes.length === 0) return;
    const wanted = setOf(prefixes);
    if (
      setOf(pool.prefixes)
        .cidrs(pool.ip_version)
        .some((cidr) => !wanted.covers(cidr))
    ) {
      throw new IllegalSubnetPoolPrefixUpdate("Existing prefixes must be a subset of the new prefixes");
    }
  }

  #refuseSecondDefault(version: IpVersion): void {
    if (!this.defaultPool(version)) return;
    throw new InvalidInput(
      "A default subnetpool for this IP family has already been set. Only one default may exist per IP family",
    );
  }

  #checkScope(
    context: RequestContext,
    id: string,
    values: { address_scope_id: string | null; prefixes: string[]; ip_version: IpVersion },
  ): void {
    const { store } = this.#base;
    const scopeId = values.address_scope_id;
    if (scopeId === null) return;
    const scope = this.#scopes.get(context, scopeId);
    if (!scope) throw new IllegalSubnetPoolAssociationToAddressScope(id, scopeId);
    if (scope.ip_version !== values.ip_version) {
      throw new IllegalSubnetPoolIpVersionAssociationToAddressScope(id, scopeId, scope.ip_version);
    }
    const mine = store.subnets.match({ subnetpool_id: id });
    for (const networkId of new Set(mine.map((subnet) => subnet.network_id))) {
      const all = store.subnets.match({ network_id: networkId, ip_version: values.ip_version });
      if (all.some((subnet) => subnet.subnetpool_id !== id)) throw new NetworkAddressScopeAffinityError();
    }
    const set = setOf(values.prefixes);
    for (const pool of store.pools.match({ address_scope_id: scopeId })) {
      if (pool.id === id) continue;
      if (pool.prefixes.some((prefix) => set.intersects(parseCidr(prefix)!)))
        throw new AddressScopePrefixConflict();
    }
  }
}

function setOf(prefixes: readonly string[]): RangeSet {
  return new RangeSet(prefixes.map((prefix) => parseCidr(prefix)!));
}
