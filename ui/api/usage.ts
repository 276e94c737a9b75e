// The Compute API: what a project has used over a time.

import { projectId } from "../core/session.ts";
import { compute } from "./compute-api.ts";

export interface ServerUsage {
  id: string;
  name: string;
  vcpus: number;
  memoryMb: number;
  diskGb: number;
  hours: number;
  uptimeSeconds: number;
  state: string;
}

export interface Usage {
  vcpuHours: number;
  memoryMbHours: number;
  diskGbHours: number;
  servers: ServerUsage[];
}

interface WireUsage {
  total_vcpus_usage: number;
  total_memory_mb_usage: number;
  total_local_gb_usage: number;
  server_usages: {
    instance_id: string;
    name: string;
    vcpus: number;
    memory_mb: number;
    local_gb: number;
    hours: number;
    uptime: number;
    state: string;
  }[];
}

/** @param from and @param to days, `2026-11-20`, both included, in UTC */
export async function projectUsage(from: string, to: string, signal?: AbortSignal): Promise<Usage> {
  const usage: Usage = { vcpuHours: 0, memoryMbHours: 0, diskGbHours: 0, servers: [] };
  for (let marker: string | undefined; ; ) {
    const query = { start: `${from}T00:00:00`, end: `${to}T23:59:59`, marker };
    const path = `/os-simple-tenant-usage/${projectId()}`;
    // Each page has its own totals. Without any use there is nothing but an empty object.
    const { tenant_usage: page } = await compute<{ tenant_usage: Partial<WireUsage> }>(path, {
      query,
      signal,
    });
    const rows = page.server_usages ?? [];
    if (rows.length === 0) return usage;
    usage.vcpuHours += page.total_vcpus_usage ?? 0;
    usage.memoryMbHours += page.total_memory_mb_usage ?? 0;
    usage.diskGbHours += page.total_local_gb_usage ?? 0;
    usage.servers.push(
      ...rows.map((row) => ({
        id: row.instance_id,
        name: row.name,
        vcpus: row.vcpus,
        memoryMb: row.memory_mb,
        diskGb: row.local_gb,
        hours: row.hours,
        uptimeSeconds: row.uptime,
        state: row.state,
      })),
    );
    marker = rows.at(-1)!.instance_id;
  }
}
