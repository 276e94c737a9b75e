// /clusters (3.7) and /workers/cleanup (3.24). The services of this cloud form no clusters, so the lists are empty and none can
// be found; a clean-up is what every start of a service does, so there is nothing it could be asked of besides. Authority:
// cinder/api/v3/clusters.py and workers.py of Zed.

import { NotFound } from "../../core/errors.ts";
import { boolFromString } from "../../core/python.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import type { Cinder } from "../cinder.ts";
import { ClusterNotFound, InvalidInput } from "../errors.ts";
import type { ServiceRow } from "../tables.ts";
import { SCHEDULER_BINARY, VOLUME_BINARY } from "../topics.ts";
import { checkBody, type Json, readJson } from "./bodies.ts";
import { boolParam } from "./query.ts";
import * as schemas from "./schemas/clusters.ts";

const CLUSTERS = 7;
const REPLICATION = 26;
const CLEANUP = 24;
const FILTERS = ["name", "binary", "is_up", "disabled", "num_hosts", "num_down_hosts"];
const REPLICATION_FILTERS = ["replication_status", "frozen", "active_backend_id"];
/** What a service goes on with or ends (cinder/objects/cleanable.py). */
const CLEANABLE = ["Snapshot", "Volume"];

export function clusterRoutes(cinder: Cinder): Route[] {
  function list(call: Call): Reply {
    call.enforce("clusters:get_all");
    const allowed = call.minor >= REPLICATION ? [...FILTERS, ...REPLICATION_FILTERS] : FILTERS;
    const unknown = [...new Set(call.query.keys())].filter((name) => !allowed.includes(name));
    if (unknown.length > 0) throw new InvalidInput(`Invalid filter keys: ${unknown.join(", ")}`);
    for (const name of ["disabled", "is_up"]) boolParam(name, call.query.get(name));
    return json(200, { clusters: [] });
  }

  async function update(call: Call): Promise<Reply> {
    call.enforce("clusters:update");
    const action = call.param("id");
    if (action !== "enable" && action !== "disable") throw new NotFound("Unknown action");
    const body = await readJson(call);
    checkBody(action === "enable" ? schemas.enableCluster : schemas.disableCluster, body);
    throw new ClusterNotFound((body as { name: string }).name);
  }

  async function cleanup(call: Call): Promise<Reply> {
    call.enforce("workers:cleanup");
    const body = (await readJson(call)) as Json;
    checkBody(schemas.cleanup, body);
    const type = typeof body["resource_type"] === "string" ? body["resource_type"] : null;
    if (type !== null && !CLEANABLE.some((name) => name.toLowerCase() === type.toLowerCase())) {
      throw new InvalidInput(`Resource type ${type} not valid, must be ${CLEANABLE.join(" or ")}`);
    }
    if (body["resource_id"]) {
      throw new InvalidInput(`There is no resource with UUID ${body["resource_id"]} pending cleanup.`);
    }
    const matching = cinder.services.list().filter((row) => isMeant(row, body));
    // Those that run have cleaned up when they started; of those that are down nobody else could take over the data.
    const isUp = (row: ServiceRow) => cinder.services.isUp(row);
    return json(202, {
      cleaning: matching.filter(isUp).map(view),
      unavailable: matching.filter((row) => !isUp(row)).map(view),
    });
  }

  function isMeant(row: ServiceRow, body: Json): boolean {
    if (row.binary !== VOLUME_BINARY && row.binary !== SCHEDULER_BINARY) return false;
    const wanted = (name: string, value: unknown) =>
      body[name] === undefined || body[name] === null || String(body[name]) === String(value);
    const up = boolFromString(body["is_up"] ?? false) === true;
    return (
      cinder.services.isUp(row) === up &&
      wanted("binary", row.binary) &&
      wanted("host", row.host) &&
      wanted("cluster_name", row.cluster_name) &&
      wanted("service_id", row.id) &&
      (body["disabled"] === undefined || boolFromString(body["disabled"]) === row.disabled)
    );
  }

  const view = ({ id, host, binary, cluster_name }: ServiceRow): Json => ({ id, host, binary, cluster_name });
  const asks = (rule: string) => ({ handlerAsks: [rule] });
  const since = CLUSTERS;
  return [
    { method: "GET", path: "/clusters", handler: list, access: asks("clusters:get_all"), since },
    { method: "GET", path: "/clusters/detail", handler: list, access: asks("clusters:get_all"), since },
    {
      method: "GET",
      path: "/clusters/:id",
      handler(call) {
        call.enforce("clusters:get");
        throw new ClusterNotFound(call.param("id"));
      },
      access: asks("clusters:get"),
      since,
    },
    { method: "PUT", path: "/clusters/:id", handler: update, access: asks("clusters:update"), since },
    {
      method: "POST",
      path: "/workers/cleanup",
      handler: cleanup,
      access: asks("workers:cleanup"),
      since: CLEANUP,
    },
  ];
}
