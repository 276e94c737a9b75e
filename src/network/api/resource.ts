// A resource of the Network API as plain data, and the five operations every resource has. Authority:
// neutron/pecan_wsgi/controllers/resource.py and its hooks: body, owner, quota, query and policy, in that order.

import { and, inArray, isNull, or, type SQL } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { RequestContext } from "../../core/context.ts";
import { parseJson } from "../../core/json.ts";
import { afterMarker, orderBy, type SortKey } from "../../db/page.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import {
  BadRequest,
  HTTPBadRequest,
  HTTPNotFound,
  PolicyNotAuthorized,
  RevisionNumberConstraintFailed,
} from "../errors/common.ts";
import type { ResourceRows } from "../store/resource-rows.ts";
import { type AttributeMap, type Fields, prepareFields, readBody } from "./attributes.ts";
import { type Action, check, enforce, hideAttributes, type PolicyTarget } from "./policy.ts";
import { type ListQuery, onlyFields, pageLinks, readFields, readQuery } from "./query.ts";

/** How a list is read from its table. */
export interface ListSource<Row> {
  rows: ResourceRows<SQLiteTable>;
  /** Which rows the caller may see; undefined: all. */
  visible(context: RequestContext): SQL | undefined;
  /** Attributes that are columns: for filters and order. */
  columns: Record<string, SQLiteColumn>;
  /** Attributes that are filtered in another way. */
  filters?: Record<string, (values: unknown[], texts: string[], context: RequestContext) => SQL | undefined>;
  /** Never set; carries the type. */
  row?: Row;
}

export interface Resource<Row> {
  /** `security_group` */
  name: string;
  /** `security_groups` */
  collection: string;
  /** `security-groups` */
  path: string;
  attributes: AttributeMap;
  /** The attribute pages are marked by. */
  key?: string;
  source: ListSource<Row>;
  /** The rows as the client sees them, in one go. */
  view(context: RequestContext, rows: readonly Row[]): Fields[];
  /** @throws the resource's NotFound */
  get(context: RequestContext, id: string): Row;
  create?(context: RequestContext, fields: Fields): Row;
  /** Several at once, where that is more than one after the other. */
  createMany?(context: RequestContext, all: Fields[]): Row[];
  /** @param fields only those given */
  update?(context: RequestContext, id: string, fields: Fields): Row;
  remove?(context: RequestContext, id: string): void;
  /** Facts that rules ask about beside the resource's own attributes. */
  target?(view: Fields, context: RequestContext): PolicyTarget;
  /** Called before a list is read. */
  beforeList?(call: Call): void;
  /** Everything is done in one transaction. */
  transaction<T>(work: () => T): T;
  /** Notifies of `create.start` and the like (neutron/pecan_wsgi/hooks/notifier.py). */
  tell?: (call: Call, action: string, payload: () => object) => void;
  maxLimit: number;
}

/** @param prefix of every path: `/v2.0` */
export function resourceRoutes<Row>(prefix: string, resource: Resource<Row>): Route[] {
  const { name, path } = resource;
  const asks = (action: Action) => ({ handlerAsks: [`${action}_${name}`] });
  const routes: Route[] = [
    {
      method: "GET",
      path: `${prefix}/${path}`,
      handler: (call) => list(resource, call),
      access: asks("get"),
    },
    {
      method: "GET",
      path: `${prefix}/${path}/:id`,
      handler: (call) => show(resource, call),
      access: asks("get"),
    },
  ];
  if (resource.create || resource.createMany) {
    routes.push({
      method: "POST",
      path: `${prefix}/${path}`,
      handler: (call) => create(resource, call),
      access: asks("create"),
    });
  }
  if (resource.update) {
    routes.push({
      method: "PUT",
      path: `${prefix}/${path}/:id`,
      handler: (call) => update(resource, call),
      access: asks("update"),
    });
  }
  if (resource.remove) {
    routes.push({
      method: "DELETE",
      path: `${prefix}/${path}/:id`,
      handler: (call) => remove(resource, call),
      access: asks("delete"),
    });
  }
  return routes;
}

function list<Row>(resource: Resource<Row>, call: Call): Reply {
  const { name, collection, attributes, key = "id" } = resource;
  const query = readQuery(call, attributes, resource.maxLimit);
  resource.beforeList?.(call);
  const rows = readRows(resource, call, query);
  const views = resource.view(call.context, rows);
  const shown = views.flatMap((view) => {
    const target = targetOf(resource, view, call.context);
    if (!check(call, `get_${name}`, target)) return [];
    return [hideAttributes(call, name, view, target)];
  });
  if (views.length === 0) call.policyChecks++;
  const links = pageLinks(call, query, shown, key);
  return json(200, {
    [collection]: shown.map((view) => onlyFields(view, query.fields)),
    ...(links.length > 0 ? { [`${collection}_links`]: links } : {}),
  });
}

function readRows<Row>(resource: Resource<Row>, call: Call, query: ListQuery): Row[] {
  const { source, key = "id" } = resource;
  const conditions: (SQL | undefined)[] = [source.visible(call.context)];
  for (const { attribute, values, texts } of query.filters) {
    const special = source.filters?.[attribute];
    const column = source.columns[attribute];
    if (special) conditions.push(special(values, texts, call.context));
    else if (column) conditions.push(columnIn(column, values));
  }
  const sorts: SortKey[] = query.sorts.flatMap(({ key: attr, direction }) => {
    const column = source.columns[attr];
    return column ? [{ column, direction }] : [];
  });
  const keyColumn = source.columns[key]!;
  if (!sorts.some((sort) => sort.column === keyColumn)) sorts.push({ column: keyColumn, direction: "asc" });
  const order = query.reverse && query.limit !== null ? sorts.map(reversed) : sorts;
  if (query.limit !== null && query.marker !== null) {
    const marker = resource.get(call.context, query.marker) as Record<string, unknown>;
    conditions.push(
      afterMarker(
        order,
        order.map(({ column }) => marker[column.name]),
      ),
    );
  }
  const rows = source.rows.list(and(...conditions), orderBy(order), query.limit ?? undefined) as Row[];
  return order === sorts ? rows : rows.reverse();
}

const reversed = ({ column, direction }: SortKey): SortKey => ({
  column,
  direction: direction === "asc" ? "desc" : "asc",
});

/** A value of '' also finds what has none. */
function columnIn(column: SQLiteColumn, values: readonly unknown[]): SQL | undefined {
  const present = values.filter((value) => value !== null);
  const none = values.some((value) => value === null || value === "") ? isNull(column) : undefined;
  return or(inArray(column, present), none);
}

function show<Row>(resource: Resource<Row>, call: Call): Reply {
  const { name } = resource;
  const view = viewOf(resource, call, resource.get(call.context, call.param("id")));
  const target = targetOf(resource, view, call.context);
  if (!check(call, `get_${name}`, target)) throw new HTTPNotFound();
  return json(200, { [name]: onlyFields(hideAttributes(call, name, view, target), readFields(call)) });
}

async function create<Row>(resource: Resource<Row>, call: Call): Promise<Reply> {
  const { name, collection, attributes } = resource;
  const sent = await readJson(call);
  const { items, bulk } = readBody(sent, name, collection, true);
  resource.tell?.(call, "create.start", () => sent as object);
  const all = items.map((item) => prepareFields(call.context, attributes, item, true));
  const rows = resource.transaction(() => {
    for (const fields of all)
      enforce(call, "create", name, attributes, targetOf(resource, fields, call.context), fields);
    if (bulk && resource.createMany) return resource.createMany(call.context, all);
    return all.map((fields) => resource.create!(call.context, fields));
  });
  const views = resource
    .view(call.context, rows)
    .map((view) =>
      onlyFields(hideAttributes(call, name, view, targetOf(resource, view, call.context)), readFields(call)),
    );
  const shown = bulk ? { [collection]: views } : { [name]: views[0] };
  resource.tell?.(call, "create.end", () => shown);
  return json(201, shown);
}

async function update<Row>(resource: Resource<Row>, call: Call): Promise<Reply> {
  const { name, collection, attributes } = resource;
  const id = call.param("id");
  const sent = await readJson(call);
  const { items } = readBody(sent, name, collection, false);
  resource.tell?.(call, "update.start", () => ({ ...(sent as object), id }));
  const fields = prepareFields(call.context, attributes, items[0]!, false);
  const row = resource.transaction(() => {
    const before = viewOf(resource, call, resource.get(call.context, id));
    enforceOrHide(resource, call, "update", before, fields);
    checkRevision(call, before);
    return resource.update!(call.context, id, fields);
  });
  const view = viewOf(resource, call, row);
  const shown = {
    [name]: onlyFields(
      hideAttributes(call, name, view, targetOf(resource, view, call.context)),
      readFields(call),
    ),
  };
  resource.tell?.(call, "update.end", () => shown);
  return json(200, shown);
}

async function remove<Row>(resource: Resource<Row>, call: Call): Promise<Reply> {
  if ((await call.bytes()).length > 0) throw new HTTPBadRequest("Request body is not supported in DELETE.");
  const id = call.param("id");
  resource.tell?.(call, "delete.start", () => ({ [`${resource.name}_id`]: id }));
  const gone = resource.transaction(() => {
    const before = viewOf(resource, call, resource.get(call.context, id));
    enforceOrHide(resource, call, "delete", before, {});
    checkRevision(call, before);
    resource.remove!(call.context, id);
    return before;
  });
  resource.tell?.(call, "delete.end", () => ({ [resource.name]: gone, [`${resource.name}_id`]: id }));
  return empty(204);
}

/** For a change Neutron reads only what its rules need to know; that these are shared it then does not know. */
const UNREAD: Record<string, string> = { address_group: "shared" };

/** Whoever may not even see the resource is told that it does not exist. */
export function enforceOrHide<Row>(
  resource: Pick<Resource<Row>, "name" | "attributes" | "target">,
  call: Call,
  action: Action,
  before: Fields,
  changes: Fields,
): void {
  const target = targetOf(resource, { ...before, ...changes }, call.context);
  try {
    enforce(call, action, resource.name, resource.attributes, target, changes);
  } catch (error) {
    if (!(error instanceof PolicyNotAuthorized)) throw error;
    const { [UNREAD[resource.name] ?? ""]: _, ...read } = before;
    const seen = action === "update" ? read : before;
    if (!check(call, `get_${resource.name}`, targetOf(resource, seen, call.context)))
      throw new HTTPNotFound();
    throw error;
  }
}

export function viewOf<Row>(resource: Pick<Resource<Row>, "view">, call: Call, row: Row): Fields {
  return resource.view(call.context, [row])[0]!;
}

export function targetOf<Row>(
  resource: Pick<Resource<Row>, "target">,
  view: Fields,
  context: RequestContext,
): PolicyTarget {
  return resource.target ? { ...view, ...resource.target(view, context) } : view;
}

/** @throws HTTPBadRequest for a body that is no JSON object */
export async function readJson(call: Call): Promise<unknown> {
  const text = await call.bodyText();
  if (text === "") return {};
  try {
    return parseJson(text);
  } catch (cause) {
    throw Object.assign(new HTTPBadRequest("Body contains invalid data"), { cause });
  }
}

/** The body of an action: an object, with or without a name around it. @throws HTTPBadRequest */
export async function readObject(call: Call): Promise<Fields> {
  const body = await readJson(call);
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Fields;
  throw new HTTPBadRequest("Body contains invalid data");
}

/** `If-Match: revision_number=3` (the extension revision-if-match). */
function checkRevision(call: Call, view: Fields): void {
  const tags = (call.header("if-match") ?? "")
    .split(",")
    .map((tag) => tag.trim().replace(/^"(.*)"$/, "$1"))
    .filter((tag) => tag.startsWith("revision_number="));
  if (tags.length === 0) return;
  if (tags.length > 1) {
    throw new BadRequest("if-match", "Multiple revision_number etags are not supported.");
  }
  const text = tags[0]!.slice("revision_number=".length);
  if (!/^\d+$/.test(text)) {
    throw new BadRequest("if-match", "Revision number etag must be in the format of revision_number=<int>");
  }
  const current = view["revision_number"];
  if (typeof current === "number" && current !== Number(text)) {
    throw new RevisionNumberConstraintFailed(Number(text), current);
  }
}
