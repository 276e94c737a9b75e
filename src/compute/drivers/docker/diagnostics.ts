// What docker's statistics say of a guest, in Nova's standard form.

import type { Diagnostics, GuestRef } from "../driver.ts";
import { type DockerHost, LABELS, powerStateOf } from "./host.ts";
import { cardsOf } from "./network.ts";

const MIB = 2 ** 20;

export function diagnostics(host: DockerHost, guest: GuestRef): Promise<Diagnostics> {
  return host.reading("diagnostics of", guest, async () => {
    const { Id, State, HostConfig, Config } = await host.find(guest);
    const stats = await host.docker.getContainer(Id).stats({ stream: false, "one-shot": true });
    const cpus = Math.max(1, Math.round((HostConfig.CpuShares ?? 1024) / 1024));
    const total = stats.cpu_stats?.cpu_usage?.total_usage;
    const amount = (op: string): number | null => {
      const entries = stats.blkio_stats?.io_service_bytes_recursive as
        | { op: string; value: number }[]
        | null
        | undefined;
      return entries
        ? entries.filter((e) => e.op.toLowerCase() === op).reduce((sum, { value }) => sum + value, 0)
        : null;
    };
    return {
      state: powerStateOf(State),
      uptime: State.Running
        ? Math.max(0, Math.floor((host.clock.now() - Date.parse(State.StartedAt)) / 1000))
        : null,
      hypervisor: "docker",
      hypervisorOs: "linux",
      configDrive: Config.Labels[LABELS.configDrive] === "True",
      memoryMaximumMb: HostConfig.Memory ? Math.floor(HostConfig.Memory / MIB) : null,
      memoryUsedMb:
        stats.memory_stats?.usage === undefined ? null : Math.ceil(stats.memory_stats.usage / MIB),
      cpus: Array.from({ length: cpus }, (_, id) => ({
        id,
        timeNs: total === undefined ? null : Math.floor(total / cpus),
        utilisation: null,
      })),
      disks: [
        {
          device: "vda",
          readBytes: amount("read"),
          readRequests: null,
          writeBytes: amount("write"),
          writeRequests: null,
          errors: null,
        },
      ],
      nics: State.Pid > 0 ? await cardsOf(State.Pid) : [],
    };
  });
}
