// What projects have used: hours of running servers times their size. Authority:
// nova/api/openstack/compute/simple_tenant_usage.py of Zed.

import { Invalid } from "../../core/errors.ts";
import type { PeripheryStore, UsageRow } from "../store-periphery.ts";

const HOUR_MS = 3_600_000;

export interface ServerUsage {
  instanceId: string;
  name: string | null;
  projectId: string;
  hours: number;
  flavor: string;
  memoryMb: number;
  localGb: number;
  vcpus: number;
  startedAtMs: number;
  endedAtMs: number | null;
  state: string;
  /** Seconds since it was launched, up to now or its end. */
  uptime: number;
}

export interface ProjectUsage {
  projectId: string;
  servers: ServerUsage[];
  hours: number;
  localGbHours: number;
  vcpuHours: number;
  memoryMbHours: number;
}

export interface UsageWindow {
  startMs: number;
  stopMs: number;
  projectId: string | null;
}

export class UsageMarkerNotFound extends Invalid {
  constructor(marker: string) {
    super(`Marker ${marker} could not be found.`);
  }
}

/**
 * The projects of the servers on this page, in the order of their ids. `servers` lists those of the page in order.
 * @throws UsageMarkerNotFound
 */
export function projectUsages(
  store: PeripheryStore,
  window: UsageWindow,
  page: { limit: number; marker: string | null },
  nowMs: number,
): { projects: ProjectUsage[]; servers: ServerUsage[] } {
  let after: { projectId: string; uuid: string } | null = null;
  if (page.marker !== null) {
    const projectId = store.projectOf(page.marker);
    if (projectId === null) throw new UsageMarkerNotFound(page.marker);
    after = { projectId, uuid: page.marker };
  }
  const rows = store.usageRows(
    { start: sqlText(window.startMs), stop: sqlText(window.stopMs), projectId: window.projectId },
    { limit: page.limit, after },
  );
  const projects = new Map<string, ProjectUsage>();
  const servers: ServerUsage[] = [];
  for (const row of rows) {
    const server = serverUsage(row, window, nowMs);
    servers.push(server);
    const project = projects.get(server.projectId) ?? {
      projectId: server.projectId,
      servers: [],
      hours: 0,
      localGbHours: 0,
      vcpuHours: 0,
      memoryMbHours: 0,
    };
    projects.set(server.projectId, project);
    project.servers.push(server);
    project.hours += server.hours;
    project.localGbHours += server.localGb * server.hours;
    project.vcpuHours += server.vcpus * server.hours;
    project.memoryMbHours += server.memoryMb * server.hours;
  }
  return { projects: [...projects.values()], servers };
}

function serverUsage(row: UsageRow, window: UsageWindow, nowMs: number): ServerUsage {
  const startedAtMs = msOf(row.launched_at);
  const endedAtMs = row.terminated_at === null ? null : msOf(row.terminated_at);
  const from = Math.max(startedAtMs, window.startMs);
  const to = endedAtMs === null ? window.stopMs : Math.min(window.stopMs, endedAtMs);
  return {
    instanceId: row.uuid,
    name: row.display_name,
    projectId: row.project_id ?? "",
    hours: Math.max(0, to - from) / HOUR_MS,
    flavor: row.flavor_name ?? "",
    memoryMb: row.memory_mb ?? 0,
    localGb: (row.root_gb ?? 0) + (row.ephemeral_gb ?? 0),
    vcpus: row.vcpus ?? 0,
    startedAtMs,
    endedAtMs,
    state: endedAtMs === null ? (row.vm_state ?? "") : "terminated",
    uptime: Math.floor(((endedAtMs ?? nowMs) - startedAtMs) / 1000),
  };
}

/** With milliseconds, so that a server launched in this very second is before now. */
function sqlText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 23).replace("T", " ");
}

function msOf(text: string): number {
  const ms = Date.parse(`${text.replace(" ", "T")}Z`);
  return Number.isNaN(ms) ? 0 : ms;
}
