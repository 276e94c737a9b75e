// A docker image without a registry: one static program, imported as a file system and saved as Glance would keep it.

import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const BUSYBOX = "/bin/busybox";
const APPLETS = ["sh", "sleep", "ip", "ping", "echo", "cat", "ls", "kill", "wget", "grep", "dd", "head"];

/** Why containers cannot be run here; null when they can. */
export async function whyNoDocker(): Promise<string | null> {
  if (process.geteuid?.() !== 0) return "containers on the cloud's networks need root";
  if (!existsSync(BUSYBOX)) return `no ${BUSYBOX} (busybox-static)`;
  const answer = await Bun.$`docker version`.quiet().nothrow();
  return answer.exitCode === 0 ? null : "no docker daemon answers (scripts/hypervisor start --docker)";
}

/** Writes the file that `docker save` makes of an image that runs `command` in a shell. Nothing stays in docker. */
export async function saveBusyboxImage(path: string, command: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "docker-image-"));
  const name = `stack-test-${process.pid}:latest`;
  try {
    for (const dir of ["bin", "dev", "etc", "proc", "sys", "tmp"]) mkdirSync(join(folder, dir));
    await Bun.$`cp ${BUSYBOX} ${join(folder, "bin/busybox")}`;
    for (const applet of APPLETS) symlinkSync("busybox", join(folder, "bin", applet));
    const change = `CMD ${JSON.stringify(["/bin/sh", "-c", command])}`;
    await Bun.$`tar -C ${folder} -c . | docker import -c ${change} - ${name}`.quiet();
    await Bun.$`docker save -o ${path} ${name}`.quiet();
    return statSync(path).size;
  } finally {
    await Bun.$`docker image rm ${name}`.quiet().nothrow();
    rmSync(folder, { recursive: true, force: true });
  }
}
