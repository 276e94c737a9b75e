// Another libvirtd on the same machine: in a mount namespace of its own, where libvirt's folders are its own too, with another
// host UUID. It is what live migration takes for a second host. Needs root.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
  const child = Bun.spawn(["unshare", "-m", "--propagation", "private", "sh", "-c", script], {
    stdout: "ignore",
    stderr: "ignore",
  });
  const uri = `qemu+unix:///system?socket=${join(dir, "sock/libvirt-sock")}`;
  const end = async () => {
    child.kill();
    await child.exited;
    try {
      process.kill(Number(readFileSync(join(dir, "virtlogd.pid"), "utf8")));
    } catch {
      // It never came up.
    }
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await answering(uri, child);
  } catch (error) {
    await end();
    throw error;
  }
  return { uri, [Symbol.asyncDispose]: end };
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
