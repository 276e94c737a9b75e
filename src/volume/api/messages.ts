// /messages, since 3.3. Authority: cinder/api/v3/messages.py and cinder/api/v3/views/messages.py of Zed.

import { and } from "drizzle-orm";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { sees, targetOf } from "../access.ts";
import type { Cinder } from "../cinder.ts";
import { MessageNotFound } from "../errors.ts";
import { messageText } from "../messages.ts";
import { shownMoment } from "../moments.ts";
import { conditionsSql, pageOf } from "../store/page.ts";
import { type MessageRow, messages } from "../tables-more.ts";
import type { Json } from "./bodies.ts";
import { rejectFilters } from "./filters.ts";
import { conditionsOf } from "./list.ts";
import { nextLink, resourceLinks } from "./paths.ts";
import { takePage, takeSort } from "./query.ts";

const SINCE = 3;
const PAGINATION = 5;

function view(call: Call, row: MessageRow): Json {
  return {
    id: row.id,
    event_id: row.event_id,
    user_message: messageText(row.action_id, row.detail_id),
    message_level: row.message_level,
    created_at: shownMoment(row.created_at),
    guaranteed_until: shownMoment(row.expires_at),
    request_id: row.request_id,
    links: resourceLinks(call, "messages", row.id),
    ...(row.resource_type ? { resource_type: row.resource_type } : {}),
    ...(row.resource_uuid ? { resource_uuid: row.resource_uuid } : {}),
  };
}

export function messageRoutes(cinder: Cinder): Route[] {
  /** @throws MessageNotFound */
  function find(call: Call, id: string): MessageRow {
    const row = cinder.store.messages.get(id);
    if (!row || !sees(call.context, row)) throw new MessageNotFound(id);
    return row;
  }

  function list(call: Call): Reply {
    call.enforce("message:get_all");
    const paged = call.minor >= PAGINATION;
    const query = paged ? new URLSearchParams(call.query) : new URLSearchParams();
    const page = takePage(query, cinder.settings.CINDER_OSAPI_MAX_LIMIT);
    const sort = takeSort(query);
    if (call.minor >= 31) rejectFilters(call.context, call.minor, "message", query);
    query.delete("all_tenants");
    const conditions = conditionsOf(messages, query);
    const where = conditions && conditionsSql(messages, conditions);
    if (where === null) return json(200, { messages: [] });
    const own = { column: "project_id", equals: call.context.projectId };
    const scope = call.context.isAdmin ? [] : (conditionsSql(messages, [own]) ?? []);
    const marker = page.marker === null ? null : find(call, page.marker);
    const rows = pageOf(
      cinder.store.messages,
      and(...where, ...scope, cinder.messages.current()),
      { ...page, sort },
      marker,
    );
    const ids = rows.map(({ id }) => id);
    return json(200, {
      messages: rows.map((row) => view(call, row)),
      ...nextLink(call, "messages_links", "messages", page.limit, ids),
    });
  }

  function show(call: Call): Reply {
    const row = find(call, call.param("id"));
    call.enforce("message:get", targetOf(row));
    return json(200, { message: view(call, row) });
  }

  function remove(call: Call): Reply {
    const row = find(call, call.param("id"));
    call.enforce("message:delete", targetOf(row));
    cinder.store.messages.remove(row.id);
    return empty(204);
  }

  const since = SINCE;
  return [
    { method: "GET", path: "/messages", handler: list, access: { handlerAsks: ["message:get_all"] }, since },
    { method: "GET", path: "/messages/:id", handler: show, access: { handlerAsks: ["message:get"] }, since },
    {
      method: "DELETE",
      path: "/messages/:id",
      handler: remove,
      access: { handlerAsks: ["message:delete"] },
      since,
    },
  ];
}
