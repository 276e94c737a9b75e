// Another libvirtd on the same machine: in a mount namespace of its own, where libvirt's folders are its own too, with another
// host UUID. It is what live migration takes for a second host. Needs root.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../../../libvirt/connection.ts";

const FOLDERS = {
  run: "/run/libvirt",
  lib: "/var/lib/libvirt",
  log: "/var/log/libvirt",
  cache: "/var/cache/libvirt",
  etc: "/etc/libvirt",
};

export interface SecondDaemon extends AsyncDisposable {
  uri: string;
  /** As a crash of libvirtd alone; its guests run on. */
  kill(): Promise<void>;
  /** After `kill`: the same daemon again. Returns when it answers. */
  start(): Promise<void>;
}

/** Null when it can be had. */
export function whyNoSecondDaemon(): string | null {
  const found = (program: string) => Bun.which(program, { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" });
  const wanted = ["unshare", "nsenter", "libvirtd", "virtlogd"];
  return wanted.every(found) ? null : `not all of ${wanted.join(", ")} are there`;
}

/** Its guests have to be gone before it is disposed of. */
export async function secondDaemon(): Promise<SecondDaemon> {
  const dir = mkdtempSync(join(tmpdir(), "second-libvirtd-"));
  for (const name of [...Object.keys(FOLDERS), "sock"]) mkdirSync(join(dir, name));
  const settings = [`host_uuid = "${crypto.randomUUID()}"`, `unix_sock_dir = "${join(dir, "sock")}"`];
  writeFileSync(join(dir, "etc/libvirtd.conf"), `${settings.join("\n")}\n`);
  const mounts = Object.entries(FOLDERS).map(
    ([name, path]) => `mkdir -p ${path} && mount --bind ${join(dir, name)} ${path}`,
  );
  const script = [
    ...mounts,
    `virtlogd -d -p ${join(dir, "virtlogd.pid")}`,
    `exec libvirtd -p ${join(dir, "libvirtd.pid")}`,
  ].join(" && ");
  const launch = (...command: string[]) => Bun.spawn(command, { stdout: "ignore", stderr: "ignore" });
  let child = launch("unshare", "-m", "--propagation", "private", "sh", "-c", script);
  const uri = `qemu+unix:///system?socket=${join(dir, "sock/libvirt-sock")}`;
  const end = async () => {
    child.kill();
    await child.exited;
    await endVirtlogd(join(dir, "virtlogd.pid"));
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await answering(uri, child);
  } catch (error) {
    await end();
    throw error;
  }
  return {
    uri,
    async kill() {
      child.kill("SIGKILL");
      await child.exited;
    },
    async start() {
      // virtlogd still lives in the namespace.
      const pid = readFileSync(join(dir, "virtlogd.pid"), "utf8").trim();
      child = launch("nsenter", "-t", pid, "-m", "libvirtd", "-p", join(dir, "libvirtd.pid"));
      await answering(uri, child);
    },
    [Symbol.asyncDispose]: end,
  };
}

/** It writes into the folder until it has ended. */
async function endVirtlogd(pidFile: string): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, "utf8"));
  const runs = () => {
    try {
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
    } catch {
      return false;
    }
  };
  if (runs()) process.kill(pid);
  for (let i = 0; i < 200 && runs(); i++) await Bun.sleep(50);
}

async function answering(uri: string, child: { exitCode: number | null }): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const connection = await connect(uri, { connectTimeoutMs: 60_000 });
      await connection.close();
      return;
    } catch (error) {
      if (child.exitCode !== null || attempt >= 600) throw error;
      await Bun.sleep(100);
    }
  }
}
