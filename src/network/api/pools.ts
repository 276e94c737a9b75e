// /v2.0/subnetpools, /v2.0/address-scopes and /v2.0/address-groups

import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import { HTTPBadRequest, InvalidInput } from "../errors/common.ts";
import { type IpVersion, parseAddress } from "../ip.ts";
import * as t from "../tables.ts";
import { attribute, common, type Fields, given, standard, tagged, UNSPECIFIED } from "./attributes.ts";
import { noneToList, toBoolean, toInt } from "./converters.ts";
import { enforceRule } from "./policy.ts";
import { enforceOrHide, type Resource, readObject, viewOf } from "./resource.ts";
import { type ApiParts, owner, projectColumns, sharedFilter, tagFilters } from "./resources.ts";
import { nonNegative, notEmptyString, oneOf, orNone, string, subnetList, uuid } from "./validators.ts";

const length = (flags: string) =>
  attribute(flags, { default: UNSPECIFIED, convert: toInt, validate: nonNegative });

const poolAttributes = {
  id: common.id,
  name: attribute("CUvfs", { validate: notEmptyString() }),
  ...common.project,
  prefixes: attribute("CUv", { validate: subnetList }),
  default_quota: length("CUvfs"),
  ip_version: attribute("vfs"),
  default_prefixlen: length("CUvfs"),
  min_prefixlen: length("CUvfs"),
  max_prefixlen: length("CUvfs"),
  is_default: common.flag("CUvfsE", false),
  shared: common.flag("CvfsE", false),
  address_scope_id: attribute("CUvfs", { default: UNSPECIFIED, validate: orNone(uuid) }),
  ...standard,
  ...tagged,
};

export function subnetPoolResource({ parts, views }: ApiParts): Resource<t.SubnetPoolRow> {
  const { pools, store, access } = parts;
  return {
    name: "subnetpool",
    collection: "subnetpools",
    path: "subnetpools",
    attributes: poolAttributes,
    source: {
      rows: store.pools as never,
      visible: (context) =>
        access.ownOrShared(context, "subnetpool", {
          id: t.subnetpools.id,
          project: t.subnetpools.project_id,
        }),
      columns: {
        id: t.subnetpools.id,
        name: t.subnetpools.name,
        ...projectColumns(t.subnetpools.project_id),
        default_quota: t.subnetpools.default_quota,
        ip_version: t.subnetpools.ip_version,
        default_prefixlen: t.subnetpools.default_prefixlen,
        min_prefixlen: t.subnetpools.min_prefixlen,
        max_prefixlen: t.subnetpools.max_prefixlen,
        is_default: t.subnetpools.is_default,
        address_scope_id: t.subnetpools.address_scope_id,
        description: t.subnetpools.description,
        revision_number: t.subnetpools.revision_number,
      },
      filters: { ...tagFilters(t.subnetpools.tags), shared: sharedFilter("subnetpool", t.subnetpools.id) },
    },
    view: (context, rows) => views.subnetPools(context, rows),
    get: (context, id) => pools.get(context, id),
    create: (context, fields) =>
      pools.create(context, {
        ...poolChanges(fields),
        name: fields["name"] as string,
        prefixes: fields["prefixes"] as string[],
        project_id: owner(fields),
        shared: given<boolean>(fields["shared"]),
      }),
    update: (context, id, fields) => pools.update(context, id, withoutUndefined(poolChanges(fields))),
    remove: (context, id) => pools.delete(context, id),
    transaction: (work) => store.transaction(work),
    maxLimit: parts.base.config.PAGINATION_MAX_LIMIT,
  };
}

function poolChanges(fields: Fields) {
  return {
    name: given<string>(fields["name"]),
    prefixes: given<string[]>(fields["prefixes"]),
    default_quota: given<number>(fields["default_quota"]),
    default_prefixlen: given<number>(fields["default_prefixlen"]),
    min_prefixlen: given<number>(fields["min_prefixlen"]),
    max_prefixlen: given<number>(fields["max_prefixlen"]),
    is_default: given<boolean>(fields["is_default"]),
    address_scope_id: given<string | null>(fields["address_scope_id"]),
    description: given<string>(fields["description"]),
  };
}

function withoutUndefined<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

export function subnetPoolActionRoutes(prefix: string, api: ApiParts): Route[] {
  const resource = subnetPoolResource(api);
  const { pools } = api.parts;

  async function wanted(call: Call, rule: string): Promise<Fields> {
    const body = await readObject(call);
    const before = viewOf(resource, call, pools.get(call.context, call.param("id")));
    enforceOrHide(resource, call, "get", before, {});
    enforceRule(call, rule, before);
    return body;
  }

  async function prefixes(call: Call, rule: string): Promise<string[]> {
    const listed = (await wanted(call, rule))["prefixes"];
    if (listed === undefined) throw new InvalidInput("Missing 'prefixes' key in request body");
    const wrong = subnetList(listed);
    if (wrong !== null) throw new HTTPBadRequest(`Invalid input for prefixes. Reason: ${wrong}.`);
    return listed as string[];
  }

  async function addPrefixes(call: Call): Promise<Reply> {
    const list = await prefixes(call, "add_prefixes");
    return json(200, { prefixes: pools.addPrefixes(call.context, call.param("id"), list) });
  }

  async function removePrefixes(call: Call): Promise<Reply> {
    const list = await prefixes(call, "remove_prefixes");
    return json(200, { prefixes: pools.removePrefixes(call.context, call.param("id"), list) });
  }

  async function onboard(call: Call): Promise<Reply> {
    const { network_id: networkId } = await wanted(call, "onboard_network_subnets");
    if (typeof networkId !== "string") throw new InvalidInput("network_id must be specified.");
    return json(200, pools.onboard(call.context, call.param("id"), networkId));
  }

  const action = (name: string, handler: Route["handler"]): Route => ({
    method: "PUT",
    path: `${prefix}/subnetpools/:id/${name}`,
    handler,
    access: { handlerAsks: [name] },
  });
  return [
    action("add_prefixes", addPrefixes),
    action("remove_prefixes", removePrefixes),
    action("onboard_network_subnets", onboard),
  ];
}

const scopeAttributes = {
  id: common.id,
  name: common.name,
  ...common.project,
  shared: common.flag("CUvfsE", false),
  ip_version: attribute("Cvfs", { convert: toInt, validate: oneOf([4, 6]) }),
};

export function addressScopeResource({ parts, views }: ApiParts): Resource<t.AddressScopeRow> {
  const { scopes, store, access } = parts;
  return {
    name: "address_scope",
    collection: "address_scopes",
    path: "address-scopes",
    attributes: scopeAttributes,
    source: {
      rows: store.scopes as never,
      visible: (context) =>
        access.ownOrShared(context, "address_scope", {
          id: t.addressScopes.id,
          project: t.addressScopes.project_id,
        }),
      columns: {
        id: t.addressScopes.id,
        name: t.addressScopes.name,
        ...projectColumns(t.addressScopes.project_id),
        ip_version: t.addressScopes.ip_version,
      },
      filters: { shared: sharedFilter("address_scope", t.addressScopes.id) },
    },
    view: (context, rows) => views.addressScopes(context, rows),
    get: (context, id) => scopes.get(context, id),
    create: (_context, fields) =>
      scopes.create({
        project_id: owner(fields),
        name: fields["name"] as string,
        ip_version: fields["ip_version"] as IpVersion,
        shared: given<boolean>(fields["shared"]),
      }),
    update: (context, id, fields) =>
      scopes.update(
        context,
        id,
        withoutUndefined({
          name: given<string>(fields["name"]),
          shared: given<boolean>(fields["shared"]),
        }),
      ),
    remove: (context, id) => scopes.delete(context, id),
    transaction: (work) => store.transaction(work),
    maxLimit: parts.base.config.PAGINATION_MAX_LIMIT,
  };
}

const groupAttributes = {
  id: common.id,
  name: common.name,
  ...common.project,
  addresses: attribute("Cv", { default: UNSPECIFIED, convert: noneToList, validate: subnetList }),
  shared: attribute("v", { convert: toBoolean }),
  ...standard,
  description: attribute("CUvfs", { default: "", validate: string(1024) }),
};

export function addressGroupResource({ parts, views }: ApiParts): Resource<t.AddressGroupRow> {
  const { addressGroups, store, access } = parts;
  return {
    name: "address_group",
    collection: "address_groups",
    path: "address-groups",
    attributes: groupAttributes,
    source: {
      rows: store.addressGroups as never,
      visible: (context) =>
        access.ownOrShared(context, "address_group", {
          id: t.addressGroups.id,
          project: t.addressGroups.project_id,
        }),
      columns: {
        id: t.addressGroups.id,
        name: t.addressGroups.name,
        description: t.addressGroups.description,
        ...projectColumns(t.addressGroups.project_id),
        revision_number: t.addressGroups.revision_number,
      },
    },
    view: (context, rows) => views.addressGroups(context, rows),
    get: (context, id) => addressGroups.get(context, id),
    create: (_context, fields) =>
      addressGroups.create({
        project_id: owner(fields),
        name: given<string>(fields["name"]),
        description: given<string>(fields["description"]),
        addresses: given<string[]>(fields["addresses"]),
      }),
    update: (context, id, fields) =>
      addressGroups.update(
        context,
        id,
        withoutUndefined({
          name: given<string>(fields["name"]),
          description: given<string>(fields["description"]),
        }),
      ),
    remove: (context, id) => addressGroups.delete(context, id),
    transaction: (work) => store.transaction(work),
    maxLimit: parts.base.config.PAGINATION_MAX_LIMIT,
  };
}

export function addressGroupActionRoutes(prefix: string, api: ApiParts): Route[] {
  const resource = addressGroupResource(api);
  const { addressGroups } = api.parts;

  async function change(call: Call, add: boolean): Promise<Reply> {
    const body = await readObject(call);
    const id = call.param("id");
    const before = viewOf(resource, call, addressGroups.get(call.context, id));
    enforceOrHide(resource, call, "update", before, {});
    const listed = withPrefixes(((body["address_group"] ?? body) as Fields)["addresses"]);
    const wrong = subnetList(listed ?? null);
    if (wrong !== null) throw new HTTPBadRequest(`Invalid input for addresses. Reason: ${wrong}.`);
    const row = add
      ? addressGroups.add(call.context, id, listed as string[])
      : addressGroups.take(call.context, id, listed as string[]);
    return json(200, { address_group: viewOf(resource, call, row) });
  }

  const action = (name: string, handler: Route["handler"]): Route => ({
    method: "PUT",
    path: `${prefix}/address-groups/:id/${name}`,
    handler,
    access: { handlerAsks: ["update_address_group"] },
  });
  return [
    action("add_addresses", (call) => change(call, true)),
    action("remove_addresses", (call) => change(call, false)),
  ];
}

/** A single address is a range of its own (netaddr.IPNetwork). */
function withPrefixes(listed: unknown): unknown {
  if (!Array.isArray(listed)) return listed;
  return listed.map((entry) => {
    const address = typeof entry === "string" ? parseAddress(entry) : null;
    return address ? `${entry}/${address.version === 4 ? 32 : 128}` : entry;
  });
}
