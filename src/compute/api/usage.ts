// /os-simple-tenant-usage. Authority: nova/api/openstack/compute/simple_tenant_usage.py and views/usages.py of Zed.

import type { Clock } from "../../core/clock.ts";
import { Invalid } from "../../core/errors.ts";
import { pyFloat } from "../../core/python.ts";
import { isoMicros } from "../../core/times.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import { type ProjectUsage, projectUsages, type ServerUsage, type UsageWindow } from "../quotas/usage.ts";
import type { PeripheryStore } from "../store-periphery.ts";
import { nextLink } from "./links.ts";
import { multi } from "./parameter-types.ts";
import { pageOf, paging, text } from "./periphery.types.ts";

const PAGING_SINCE = 40;

const show0 = { start: multi(text), end: multi(text) };
const list0 = { ...show0, detailed: multi(text) };
const versions = (properties: Record<string, unknown>) =>
  [
    [1, { type: "object", properties }],
    [PAGING_SINCE, { type: "object", properties: { ...properties, ...paging } }],
    [75, { type: "object", properties: { ...properties, ...paging }, additionalProperties: false }],
  ] as const;

export function usageRoutes(store: PeripheryStore, clock: Clock, maxLimit: number): Route[] {
  function list(call: Call): Reply {
    const window = windowOf(call, null);
    const detailed = call.query.get("detailed") === "1";
    const { projects, servers } = find(call, window);
    const view = projects.map((project) => projectView(project, window, detailed));
    return json(200, { tenant_usages: view, ...next(call, "tenant_usages", "", servers) });
  }

  function show(call: Call): Reply {
    const projectId = call.param("id");
    call.enforce("os_compute_api:os-simple-tenant-usage:show", { project_id: projectId });
    const window = windowOf(call, projectId);
    const { projects, servers } = find(call, window);
    const [project] = projects;
    return json(200, {
      tenant_usage: project ? projectView(project, window, true) : {},
      ...next(call, "tenant_usage", `/${projectId}`, servers),
    });
  }

  function find(call: Call, window: UsageWindow) {
    const page = call.minor >= PAGING_SINCE ? pageOf(call, maxLimit) : { limit: maxLimit, marker: null };
    return projectUsages(store, window, page, clock.now());
  }

  function windowOf(call: Call, projectId: string | null): UsageWindow {
    const startMs = parseMoment(call.query.get("start"), clock);
    const stopMs = parseMoment(call.query.get("end"), clock);
    if (startMs >= stopMs)
      throw new Invalid("Invalid start time. The start time cannot occur after the end time.");
    return { startMs, stopMs: Math.min(stopMs, clock.now()), projectId };
  }

  /** Unlike elsewhere the page is counted in servers, and the marker is a server. */
  function next(call: Call, name: string, path: string, servers: readonly ServerUsage[]) {
    if (call.minor < PAGING_SINCE) return {};
    const ids = servers.map((server) => server.instanceId);
    return nextLink(call, name, `os-simple-tenant-usage${path}`, pageOf(call, maxLimit).limit, ids);
  }

  return [
    {
      method: "GET",
      path: "/os-simple-tenant-usage",
      handler: list,
      access: "os_compute_api:os-simple-tenant-usage:list",
      query: versions(list0),
    },
    {
      method: "GET",
      path: "/os-simple-tenant-usage/:id",
      handler: show,
      access: { handlerAsks: ["os_compute_api:os-simple-tenant-usage:show"] },
      query: versions(show0),
    },
  ];
}

const FORMS = /^\d{4}-\d\d?-\d\d?(T\d\d?:\d\d?:\d\d?(\.\d{1,6})?| \d\d?:\d\d?:\d\d?\.\d{1,6})$/;

/** `%Y-%m-%dT%H:%M:%S` with or without a fraction, or with a blank and a fraction; now when it is absent. */
function parseMoment(value: string | null, clock: Clock): number {
  if (value === null || value === "") return clock.now();
  const parts = FORMS.test(value) ? value.split(/\D/).map(Number) : null;
  if (parts) {
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
    const fraction = Number(`0.${/\.(\d+)$/.exec(value)?.[1] ?? "0"}`);
    const ms = Date.UTC(year, month - 1, day, hour, minute, second, Math.floor(fraction * 1000));
    const back = new Date(ms);
    const real =
      back.getUTCMonth() === month - 1 &&
      back.getUTCDate() === day &&
      hour < 24 &&
      minute < 60 &&
      second < 60;
    if (real) return ms;
  }
  throw new Invalid("Invalid datetime string: Datetime is in invalid format");
}

function projectView(project: ProjectUsage, window: UsageWindow, detailed: boolean): Record<string, unknown> {
  return {
    tenant_id: project.projectId,
    ...(detailed ? { server_usages: project.servers.map(serverView) } : {}),
    total_local_gb_usage: pyFloat(project.localGbHours),
    total_vcpus_usage: pyFloat(project.vcpuHours),
    total_memory_mb_usage: pyFloat(project.memoryMbHours),
    total_hours: pyFloat(project.hours),
    start: isoMicros(window.startMs),
    stop: isoMicros(window.stopMs),
  };
}

function serverView(server: ServerUsage): Record<string, unknown> {
  return {
    hours: pyFloat(server.hours),
    flavor: server.flavor,
    instance_id: server.instanceId,
    name: server.name,
    tenant_id: server.projectId,
    memory_mb: server.memoryMb,
    local_gb: server.localGb,
    vcpus: server.vcpus,
    started_at: isoMicros(server.startedAtMs),
    ended_at: server.endedAtMs === null ? null : isoMicros(server.endedAtMs),
    state: server.state,
    uptime: server.uptime,
  };
}
