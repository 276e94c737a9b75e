// /os-services, /os-hosts, /capabilities and /scheduler-stats. Authority: cinder/api/contrib/{services,hosts,capabilities,
// scheduler_stats}.py of Zed.

import { Invalid, NotFound } from "../../core/errors.ts";
import { isoMicros } from "../../core/times.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Cinder } from "../cinder.ts";
import { HostNotFound, InvalidInput, ServiceNotFound } from "../errors.ts";
import { fromMoment, shownMoment } from "../moments.ts";
import { poolStates } from "../scheduler/pools.ts";
import type { ServiceRow } from "../tables.ts";
import { VOLUME_BINARY, volumeTopic } from "../topics.ts";
import { askBackend } from "../volumes/ask.ts";
import { checkBody, type Json, readJson } from "./bodies.ts";
import { rejectFilters } from "./filters.ts";
import { boolParam, take } from "./query.ts";
import * as schemas from "./schemas/administration.ts";

const BACKEND_STATE_REPORT = 49;
const POOL_FILTER = 28;
const POOL_TYPE_FILTER = 35;

export function serviceRoutes(cinder: Cinder): Route[] {
  const { services } = cinder;

  function list(call: Call): Reply {
    call.enforce("volume_extension:services:index");
    const host = call.query.get("host");
    const binary = call.query.get("binary");
    const states = new Map(poolStates(cinder).map(({ backend, capabilities }) => [backend, capabilities]));
    const rows = services
      .list()
      .filter((row) => host === null || row.host === host || row.host.startsWith(`${host}@`))
      .filter((row) => binary === null || row.binary === binary);
    return json(200, {
      services: rows.map((row) => serviceView(call, row, states.get(row.host)?.["backend_state"] ?? null)),
    });
  }

  function serviceView(call: Call, row: ServiceRow, backendState: unknown): Json {
    const seen = Math.max(fromMoment(row.updated_at ?? row.created_at), fromMoment(row.modified_at));
    const view: Json = {
      binary: row.binary,
      host: row.host,
      zone: row.availability_zone,
      status: row.disabled ? "disabled" : "enabled",
      state: services.isUp(row) ? "up" : "down",
      updated_at: isoMicros(seen),
      disabled_reason: row.disabled_reason,
    };
    if (call.minor >= 7) view["cluster"] = row.cluster_name;
    if (row.binary !== VOLUME_BINARY) return view;
    if (call.minor >= BACKEND_STATE_REPORT) view["backend_state"] = backendState;
    return {
      ...view,
      replication_status: row.replication_status,
      active_backend_id: row.active_backend_id,
      frozen: row.frozen,
    };
  }

  /** @throws Invalid for a body that does not fit the action */
  async function bodyOf(call: Call, schema: object): Promise<Record<string, string | null | undefined>> {
    const body = await readJson(call);
    checkBody(schema, body);
    return body as Record<string, string | null | undefined>;
  }

  function hostOf(body: Record<string, unknown>): string {
    const { host } = body;
    if (typeof host !== "string") throw new InvalidInput("Host field is missing.");
    return host;
  }

  async function update(call: Call): Promise<Reply> {
    call.enforce("volume_extension:services:update");
    switch (call.param("action")) {
      case "enable":
        return setEnabled(await bodyOf(call, schemas.enableService), { disabled: false, status: "enabled" });
      case "disable":
        return setEnabled(await bodyOf(call, schemas.enableService), { disabled: true, status: "disabled" });
      case "disable-log-reason": {
        const body = await bodyOf(call, schemas.disableServiceWithReason);
        const disabled_reason = body["disabled_reason"] ?? null;
        return setEnabled(body, { disabled: true, disabled_reason, status: "disabled" });
      }
      case "freeze":
        call.enforce("volume:freeze_host");
        return freeze(hostOf(await bodyOf(call, schemas.freeze)), true);
      case "thaw":
        call.enforce("volume:thaw_host");
        return freeze(hostOf(await bodyOf(call, schemas.freeze)), false);
      default:
        throw new InvalidInput("Unknown action");
    }
  }

  function setEnabled(
    body: Record<string, string | null | undefined>,
    { status, ...changes }: { disabled: boolean; disabled_reason?: string | null; status: string },
  ): Reply {
    const host = hostOf(body);
    const { service = "", binary = "" } = body;
    const row = services.store.find(binary || service || "", host);
    if (!row) throw new ServiceNotFound(binary || service || "", host);
    services.store.change(row.id, changes);
    return json(200, { ...changes, host, service, binary, status });
  }

  function freeze(host: string, frozen: boolean): Reply {
    const row = services.store.find(VOLUME_BINARY, host);
    if (!row) throw new InvalidInput(`No service found with host=${host}`);
    if (row.frozen === frozen) {
      throw new InvalidInput(`No service could be changed: ${!frozen} is not the value of frozen.`);
    }
    services.store.change(row.id, { frozen });
    return empty(202);
  }

  const asks = (...rules: string[]) => ({ handlerAsks: rules });
  return [
    { method: "GET", path: "/os-services", handler: list, access: asks("volume_extension:services:index") },
    {
      method: "PUT",
      path: "/os-services/:action",
      handler: update,
      access: asks("volume_extension:services:update", "volume:freeze_host", "volume:thaw_host"),
    },
  ];
}

export function hostRoutes(cinder: Cinder): Route[] {
  const { services } = cinder;
  const rule = "volume_extension:hosts";

  function list(call: Call): Reply {
    call.enforce(rule);
    const zone = call.query.get("zone");
    const rows = services.list().filter((row) => !row.disabled && (!zone || row.availability_zone === zone));
    return json(200, { hosts: rows.map(hostView) });
  }

  function hostView(row: ServiceRow): Json {
    return {
      host_name: row.host,
      service: row.topic,
      zone: row.availability_zone,
      "service-status": services.isUp(row) ? "available" : "unavailable",
      "service-state": row.disabled ? "disabled" : "enabled",
      "last-update": shownMoment(row.updated_at),
    };
  }

  function show(call: Call): Reply {
    call.enforce(rule);
    const host = call.param("host");
    if (!services.store.find(VOLUME_BINARY, host)) throw new ServiceNotFound(VOLUME_BINARY, host);
    const { volumes, snapshots } = cinder.store;
    const projects = [...new Set(volumes.onBackend(host).map(({ project_id }) => project_id ?? ""))];
    const ofProjects = projects.map((project) => ({
      project,
      volumes: volumes.sumsOnBackend(host, project),
      snapshots: snapshots.sumsOnBackend(host, project),
    }));
    const sum = (what: "count" | "sizeGb") =>
      ofProjects.reduce((total, each) => total + each.snapshots[what], 0);
    const total = {
      project: "(total)",
      volumes: volumes.sumsOnBackend(host, null),
      snapshots: { count: sum("count"), sizeGb: sum("sizeGb") },
    };
    return json(200, {
      host: [total, ...ofProjects].map((each) => ({
        resource: {
          host,
          project: each.project,
          volume_count: String(each.volumes.count),
          total_volume_gb: String(each.volumes.sizeGb),
          snapshot_count: String(each.snapshots.count),
          total_snapshot_gb: String(each.snapshots.sizeGb),
        },
      })),
    });
  }

  async function update(call: Call): Promise<Reply> {
    const host = call.param("host");
    const rows = services.list().filter((row) => row.host === host);
    if (rows.length === 0) throw new HostNotFound(host);
    call.enforce(rule);
    const body = await readJson(call);
    if (typeof body !== "object" || body === null || Array.isArray(body)) {
      throw new Invalid("Malformed request body");
    }
    let enable: boolean | null = null;
    for (const [key, value] of Object.entries(body)) {
      if (key.toLowerCase().trim() !== "status") throw new Invalid(`Invalid update setting: '${key}'`);
      const word = typeof value === "string" ? value.toLowerCase().trim() : "";
      if (word !== "enable" && word !== "disable") throw new Invalid(`Invalid status: '${value}'`);
      enable = word === "enable";
    }
    if (enable === null) return json(200, {});
    for (const row of rows) services.store.change(row.id, { disabled: !enable });
    return json(200, { host, status: enable ? "enabled" : "disabled" });
  }

  return [
    { method: "GET", path: "/os-hosts", handler: list, access: { handlerAsks: [rule] } },
    { method: "GET", path: "/os-hosts/:host", handler: show, access: { handlerAsks: [rule] } },
    { method: "PUT", path: "/os-hosts/:host", handler: update, access: { handlerAsks: [rule] } },
  ];
}

export function poolRoutes(cinder: Cinder): Route[] {
  async function capabilities(call: Call): Promise<Reply> {
    call.enforce("volume_extension:capabilities");
    const host = call.param("host");
    const row = cinder.services.store.find(VOLUME_BINARY, host);
    if (!row) throw new NotFound(`Can't find service: ${host}`);
    const found = await askBackend<Json>(cinder, call, row.host, "get_capabilities", {});
    return json(200, { namespace: `OS::Storage::Capabilities::${volumeTopic(row.host)}`, ...found });
  }

  function pools(call: Call): Reply {
    call.enforce("scheduler_extension:scheduler_stats:get_pools");
    const query = new URLSearchParams(call.query);
    const detail = boolParam("detail", take(query, "detail"));
    if (call.minor < POOL_FILTER) for (const name of [...query.keys()]) query.delete(name);
    if (call.minor >= 31) rejectFilters(call.context, call.minor, "pool", query);
    if (call.minor < POOL_TYPE_FILTER) query.delete("volume_type");
    const name = query.get("name");
    const type = query.get("volume_type");
    const wanted =
      type === null ? null : (cinder.types.find(call, type).extraSpecs["volume_backend_name"] ?? null);
    const found = poolStates(cinder)
      .filter(({ id }) => name === null || id === name)
      .filter(({ capabilities: c }) => wanted === null || c["volume_backend_name"] === wanted);
    return json(200, {
      pools: found.map((pool) => ({
        name: pool.id,
        ...(detail ? { capabilities: pool.capabilities } : {}),
      })),
    });
  }

  return [
    {
      method: "GET",
      path: "/capabilities/:host",
      handler: capabilities,
      access: { handlerAsks: ["volume_extension:capabilities"] },
    },
    {
      method: "GET",
      path: "/scheduler-stats/get_pools",
      handler: pools,
      access: { handlerAsks: ["scheduler_extension:scheduler_stats:get_pools"] },
    },
  ];
}
