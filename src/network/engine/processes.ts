// Programs that this process starts and does not own: found again by their pid files, recognised by their command lines.

import { readFileSync } from "node:fs";

/** A program may have to answer for this long before it is killed. */
const STOP_MS = 2000;

export function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
}

/** The words of a process's command line; none when there is no such process. */
export function commandOf(pid: number): string[] {
  const text = readOrNull(`/proc/${pid}/cmdline`) ?? "";
  return text === "" ? [] : text.replace(/\0$/, "").split("\0");
}

/** Whether a process was started with these words; the program itself may have been found elsewhere. */
export function sameCommand(pid: number, argv: readonly string[]): boolean {
  const running = commandOf(pid);
  return running.length === argv.length && argv.slice(1).every((word, i) => running[i + 1] === word);
}

/** The dnsmasq that wrote this pid file and still runs, or null. */
export function pidIn(file: string): number | null {
  const pid = Number.parseInt(readOrNull(file) ?? "", 10);
  if (!Number.isInteger(pid)) return null;
  return commandOf(pid).includes(`--pid-file=${file}`) ? pid : null;
}

/** False when there is no such process. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

export async function stopProcess(pid: number): Promise<void> {
  if (!signal(pid, "SIGTERM")) return;
  const endMs = performance.now() + STOP_MS;
  while (performance.now() < endMs) {
    if (hasEnded(pid)) return;
    await Bun.sleep(10);
  }
  signal(pid, "SIGKILL");
}

/** Its sockets are closed. (A command line is gone earlier than that.) */
function hasEnded(pid: number): boolean {
  const stat = readOrNull(`/proc/${pid}/stat`);
  return stat === null || /\) [ZX] /.test(stat);
}
