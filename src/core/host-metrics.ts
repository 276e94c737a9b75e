// What to watch of the machine and of this process (Ops Guide, "Monitoring"): load, memory, disk, network. Names are
// those of Prometheus' node_exporter and of its client libraries.

import { readFileSync, statfsSync } from "node:fs";
import { loadavg, totalmem } from "node:os";
import { counter, gauge, type Metric } from "./metrics.ts";

/** @param folder the state directory, whose file system is what fills up */
export function hostMetrics(folder: string): Metric[] {
  const [one, five, fifteen] = loadavg();
  const disk = statfsSync(folder);
  const at = { mountpoint: folder };
  const { rss } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const devices = networkDevices();
  return [
    gauge("node_load1", "Load of the last minute.", [{ value: one! }]),
    gauge("node_load5", "Load of the last five minutes.", [{ value: five! }]),
    gauge("node_load15", "Load of the last fifteen minutes.", [{ value: fifteen! }]),
    gauge("node_memory_MemTotal_bytes", "Memory of the machine.", [{ value: totalmem() }]),
    gauge("node_memory_MemAvailable_bytes", "Memory that programs could still get.", [
      { value: availableBytes() },
    ]),
    gauge("node_filesystem_size_bytes", "File system of the state directory.", [
      { labels: at, value: disk.blocks * disk.bsize },
    ]),
    gauge("node_filesystem_avail_bytes", "What of it is free.", [
      { labels: at, value: disk.bavail * disk.bsize },
    ]),
    counter(
      "node_network_receive_bytes_total",
      "Bytes received, by network device.",
      devices.map(({ device, received }) => ({ labels: { device }, value: received })),
    ),
    counter(
      "node_network_transmit_bytes_total",
      "Bytes sent, by network device.",
      devices.map(({ device, sent }) => ({ labels: { device }, value: sent })),
    ),
    gauge("process_resident_memory_bytes", "Memory of this process.", [{ value: rss }]),
    counter("process_cpu_seconds_total", "Processor time of this process.", [
      { value: (user + system) / 1e6 },
    ]),
    gauge("process_start_time_seconds", "When this process began, in seconds since 1970.", [
      { value: Math.round(Date.now() / 1000 - process.uptime()) },
    ]),
  ];
}

/** `MemAvailable` of /proc/meminfo. */
function availableBytes(): number {
  const kib = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  return Number(kib ?? 0) * 1024;
}

/** /proc/net/dev: `eth0: RECEIVED packets errs drop fifo frame compressed multicast SENT ...`. */
function networkDevices(): { device: string; received: number; sent: number }[] {
  const rows = readFileSync("/proc/net/dev", "utf8").split("\n").slice(2);
  return rows.flatMap((row) => {
    const [device, numbers] = row.split(":");
    if (device === undefined || numbers === undefined) return [];
    const columns = numbers.trim().split(/\s+/).map(Number);
    return [{ device: device.trim(), received: columns[0] ?? 0, sent: columns[8] ?? 0 }];
  });
}
