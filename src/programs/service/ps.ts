// `stack ps aux`: the processes of the cloud as one would see them if each service had one. All services share one process,
// so memory and processor time are shown with the first of them; what the cloud has started (dnsmasq, ...) follows.

import { readdirSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { CommandError, controlClient } from "../../cli/command.ts";
import { CloudNotRunning, ControlError } from "../../control/client.ts";
import { endWithStatus } from "../ending.ts";
import type { ProgramIo } from "../program.ts";

const HEADER = "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n";

interface Process {
  pid: number;
  parent: number;
  /** One letter of proc(5). */
  state: string;
  cpuSeconds: number;
  startedAt: Date;
  virtualKb: number;
  residentKb: number;
  command: string;
}

export function ps(_argv: readonly string[], io: ProgramIo): Promise<number> {
  return endWithStatus(io, [CommandError, CloudNotRunning, ControlError], async () => {
    const { pid, services } = await controlClient({ values: {}, env: io.env }).status();
    const all = processes();
    const own = all.find((one) => one.pid === pid);
    if (!own) throw new CommandError(`process ${pid} is not on this machine`);
    const running = services.filter(({ state }) => state === "running");
    io.out(HEADER);
    for (const [i, { name, window }] of running.entries()) {
      const shown = i === 0 ? own : { ...own, cpuSeconds: 0, virtualKb: 0, residentKb: 0 };
      io.out(row({ ...shown, command: `stack: ${name} (${window})` }));
    }
    for (const child of below(pid, all)) io.out(row(child));
    return 0;
  });
}

function below(pid: number, all: readonly Process[]): Process[] {
  return all.filter(({ parent }) => parent === pid).flatMap((child) => [child, ...below(child.pid, all)]);
}

function row(one: Process): string {
  const user = userInfo().username.slice(0, 8).padEnd(8);
  const ageSeconds = Math.max(1, (Date.now() - one.startedAt.getTime()) / 1000);
  const cpu = ((100 * one.cpuSeconds) / ageSeconds).toFixed(1);
  const memory = ((100 * one.residentKb) / memoryKb()).toFixed(1);
  const minutes = Math.floor(one.cpuSeconds / 60);
  const time = `${minutes}:${String(Math.floor(one.cpuSeconds % 60)).padStart(2, "0")}`;
  return `${[
    user,
    String(one.pid).padStart(7),
    cpu.padStart(4),
    memory.padStart(4),
    String(one.virtualKb).padStart(6),
    String(one.residentKb).padStart(5),
    "?       ",
    one.state.padEnd(4),
    one.startedAt.toTimeString().slice(0, 5),
    time.padStart(6),
    one.command,
  ].join(" ")}\n`;
}

function memoryKb(): number {
  return Number(/^MemTotal:\s+(\d+)/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1] ?? 1);
}

/** Ticks a second: what Linux tells programs, whatever its own clock does. */
const HERTZ = 100;
const PAGE_KB = 4;

function processes(): Process[] {
  const bootedAt = Number(/^btime (\d+)/m.exec(readFileSync("/proc/stat", "utf8"))?.[1] ?? 0);
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      // The name is in parentheses and may hold any.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const number = (n: number) => Number(fields[n - 3]);
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      return [
        {
          pid: Number(name),
          parent: number(4),
          state: fields[0] ?? "?",
          cpuSeconds: (number(14) + number(15)) / HERTZ,
          startedAt: new Date((bootedAt + number(22) / HERTZ) * 1000),
          virtualKb: Math.round(number(23) / 1024),
          residentKb: number(24) * PAGE_KB,
          command: command || `[${stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"))}]`,
        },
      ];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}
