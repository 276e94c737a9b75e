// /os-volume-transfer, and /volume-transfers since 3.55. Authority: cinder/api/contrib/volume_transfer.py, cinder/api/v3/
// volume_transfer.py and cinder/api/views/transfers.py of Zed.

import { boolFromString } from "../../core/python.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Cinder } from "../cinder.ts";
import { findVolume } from "../locate.ts";
import { shownMoment } from "../moments.ts";
import type { TransferRow } from "../tables-more.ts";
import { acceptTransfer, createTransfer, deleteTransfer, findTransfer, listTransfers } from "../transfers.ts";
import type { Json } from "./bodies.ts";
import { nextLink, resourceLinks } from "./paths.ts";
import { asRecord, take, takePage, takeSort } from "./query.ts";
import * as schemas from "./schemas/administration.ts";

const WITH_SNAPSHOTS = 55;
const WITH_HISTORY = 57;
const PAGINATION = 59;
/** The collection every link names, also those of `/volume-transfers`. */
const COLLECTION = "os-volume-transfer";

function summary(call: Call, row: TransferRow): Json {
  return {
    id: row.id,
    volume_id: row.volume_id,
    name: row.display_name,
    links: resourceLinks(call, COLLECTION, row.id),
  };
}

function detail(call: Call, row: TransferRow): Json {
  const view: Json = { ...summary(call, row), created_at: shownMoment(row.created_at) };
  if (call.minor >= WITH_SNAPSHOTS) view["no_snapshots"] = row.no_snapshots;
  if (call.minor < WITH_HISTORY) return view;
  return {
    ...view,
    destination_project_id: row.destination_project_id,
    source_project_id: row.source_project_id,
    accepted: row.accepted,
  };
}

function routesAt(cinder: Cinder, path: string, modern: boolean): Route[] {
  function list(view: (call: Call, row: TransferRow) => Json) {
    return (call: Call): Reply => {
      const query = new URLSearchParams(call.query);
      const page = takePage(query, cinder.settings.CINDER_OSAPI_MAX_LIMIT);
      const paged = modern && call.minor >= PAGINATION;
      const sort = paged ? takeSort(query) : [{ key: "created_at", direction: "asc" }];
      const allTenants = boolFromString(take(query, "all_tenants") ?? "") === true;
      const filters = asRecord(query);
      if (filters["name"] !== undefined) {
        filters["display_name"] = filters["name"];
        delete filters["name"];
      }
      const limits = paged ? page : { ...page, marker: null };
      const rows = listTransfers(cinder, call, filters, allTenants, { ...limits, sort });
      const ids = rows.map(({ id }) => id);
      return json(200, {
        transfers: rows.map((row) => view(call, row)),
        ...nextLink(call, "transfers_links", COLLECTION, page.limit, ids, rows.length),
      });
    };
  }

  function create(call: Call): Reply {
    const body = (call.body as { transfer: Json }).transfer;
    const volume = findVolume(cinder, call, body["volume_id"] as string);
    const name = typeof body["name"] === "string" ? body["name"].trim() : null;
    const noSnapshots = modern && boolFromString(body["no_snapshots"] ?? false) === true;
    const { row, authKey } = createTransfer(cinder, call, volume, name, noSnapshots);
    return json(202, { transfer: { ...detail(call, row), auth_key: authKey } });
  }

  function accept(call: Call): Reply {
    const { auth_key } = (call.body as { accept: { auth_key: string | number } }).accept;
    const row = acceptTransfer(cinder, call, call.param("id"), String(auth_key));
    return json(202, { transfer: summary(call, row) });
  }

  function show(call: Call): Reply {
    return json(200, { transfer: detail(call, findTransfer(cinder, call, call.param("id"))) });
  }

  function remove(call: Call): Reply {
    deleteTransfer(cinder, call, call.param("id"));
    return empty(202);
  }

  const asks = (...rules: string[]) => ({ handlerAsks: rules.map((rule) => `volume:${rule}`) });
  const since = modern ? { since: WITH_SNAPSHOTS } : {};
  const createBody = modern ? schemas.createTransferWithSnapshots : schemas.createTransfer;
  return [
    {
      method: "GET",
      path,
      handler: list(summary),
      access: asks("get_all_transfers", "get_transfer"),
      ...since,
    },
    {
      method: "GET",
      path: `${path}/detail`,
      handler: list(detail),
      access: asks("get_all_transfers", "get_transfer"),
      ...since,
    },
    {
      method: "POST",
      path,
      handler: create,
      access: asks("get", "create_transfer"),
      body: createBody as never,
      ...since,
    },
    { method: "GET", path: `${path}/:id`, handler: show, access: asks("get_transfer"), ...since },
    { method: "DELETE", path: `${path}/:id`, handler: remove, access: asks("delete_transfer"), ...since },
    {
      method: "POST",
      path: `${path}/:id/accept`,
      handler: accept,
      access: asks("accept_transfer"),
      body: schemas.acceptTransfer,
      ...since,
    },
  ];
}

export function transferRoutes(cinder: Cinder): Route[] {
  return [...routesAt(cinder, "/os-volume-transfer", false), ...routesAt(cinder, "/volume-transfers", true)];
}
