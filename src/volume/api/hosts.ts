// /os-hosts. Authority: cinder/api/contrib/hosts.py of Zed.

import { Invalid } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import type { Cinder } from "../cinder.ts";
import { HostNotFound, ServiceNotFound } from "../errors.ts";
import { shownMoment } from "../moments.ts";
import type { ServiceRow } from "../tables.ts";
import { VOLUME_BINARY } from "../topics.ts";
import { type Json, readJson } from "./bodies.ts";

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
