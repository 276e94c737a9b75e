// Volumes of a real virtual machine while it writes to them: snapshot, clone and backup are of one moment. Needs what the
// acceptance test needs.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith, file, isRoot, program } from "../support/requires.ts";
import { ROOT, run, Stack } from "../support/stack.ts";

const GUEST = join(ROOT, "build/guest");
const MANIFEST = join(GUEST, "manifest.json");
const NEEDS = [
  isRoot,
  file("/var/run/libvirt/libvirt-sock", "a running libvirtd (scripts/hypervisor start --install)"),
  file(MANIFEST, "the guest image (scripts/build-guest)"),
  program("openstack"),
  program("cinder"),
  program("qemu-img"),
  program("ssh"),
  program("dnsmasq"),
];
/** Written in turn, each synced: at any moment the first is the second, or one ahead. */
const WRITER =
  "echo $$ >/tmp/writer; i=10000000; while :; do i=$((i+1)); printf $i | dd of=/dev/vdb bs=8 conv=notrunc,fsync 2>/dev/null; printf $i | dd of=/dev/vdb bs=8 seek=131072 conv=notrunc,fsync 2>/dev/null; done";

describeWith("volumes of a real server", NEEDS, () => {
  let stack: Stack;
  let key: string;
  const image = () => JSON.parse(readFileSync(MANIFEST, "utf8")).name as string;
  const openstack = (...args: string[]) => stack.demo("openstack", ...args);
  const value = async (column: string, ...args: string[]) =>
    (await openstack(...args, "-f", "value", "-c", column)).trim();
  const address = async () =>
    /\d+\.\d+\.\d+\.\d+/.exec(await value("addresses", "server", "show", "vm"))?.[0] ?? "";
  const ssh = (host: string, command: string, stdin?: Uint8Array) =>
    run(
      [
        ...["ssh", "-i", key, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"],
        ...["-o", "BatchMode=yes", "-o", "ConnectTimeout=5", `cirros@${host}`, command],
      ],
      { timeoutMs: 300_000, ...(stdin ? { stdin } : {}) },
    );
  const sshOk = async (command: string, stdin?: Uint8Array) => {
    const ip = await address();
    let last = "";
    await until(async () => {
      const outcome = await ssh(ip, command, stdin);
      last = outcome.status === 0 ? outcome.stdout : outcome.stderr;
      return outcome.status === 0;
    }, 120);
    return last;
  };
  const status = (...what: string[]) => value("status", ...what);
  const settled = (kind: string, name: string, wanted = "available") =>
    until(async () => {
      const found = await status("volume", ...kind.split(" ").filter(Boolean), "show", name);
      if (found.startsWith("error")) throw new Error(`${kind} ${name} is ${found}`);
      return found === wanted;
    }, 120);
  const hasDisk = async (disk: string) =>
    (await ssh(await address(), `grep -w ${disk} /proc/partitions`)).status === 0;

  async function attach(name: string, disk: string): Promise<void> {
    await openstack("server", "add", "volume", "vm", name);
    await until(() => hasDisk(disk), 60);
    await settled("", name, "in-use");
  }

  async function detach(name: string, disk: string): Promise<void> {
    await openstack("server", "remove", "volume", "vm", name);
    await until(async () => !(await hasDisk(disk)), 60);
    await settled("", name);
  }

  beforeAll(async () => {
    stack = await Stack.up({ args: ["--driver", "libvirt"] });
    key = join(stack.state, "mine.pem");
    await until(
      async () => (await openstack("image", "list", "-f", "value", "-c", "Name")).includes(image()),
      60,
    );
    await until(async () => (await status("image", "show", image())) === "active", 60);
    writeFileSync(key, await openstack("keypair", "create", "mine"), { mode: 0o600 });
    const rule = ["security", "group", "rule", "create", "--protocol", "tcp", "--dst-port", "22", "default"];
    await openstack(...rule);
    const boot = ["--image", image(), "--flavor", "m1.tiny", "--key-name", "mine", "--wait", "vm"];
    await openstack("server", "create", ...boot);
    await sshOk("true");
  }, 300_000);
  afterAll(() => stack?.[Symbol.asyncDispose](), 120_000);

  test("a snapshot, a clone and a backup of a volume the guest writes to are of one moment", async () => {
    // What a backup is restored to takes its name, so it goes by its id.
    const busy = await value("id", "volume", "create", "--size", "1", "busy");
    await settled("", busy);
    await attach(busy, "vdb");
    await sshOk(`sudo sh -c '${WRITER}' >/dev/null 2>&1 </dev/null & sleep 1`);
    await openstack("volume", "snapshot", "create", "--force", "--volume", busy, "live");
    await settled("snapshot", "live");
    await openstack("volume", "create", "--source", busy, "clone");
    await settled("", "clone");
    await openstack("volume", "backup", "create", "--force", "--name", "saved", busy);
    await settled("backup", "saved");
    expect(await status("volume", "show", busy)).toBe("in-use");
    await openstack("volume", "create", "--snapshot", "live", "copy");
    // The openstack client of Debian 12 cannot print what it is answered here.
    const restored =
      /volume_id +\| (\S+)/.exec(await stack.demo("cinder", "backup-restore", "saved"))?.[1] ?? "";
    // One that went on would make a plain file of the name once the disk is gone, and the next disk would have no node.
    await sshOk("sudo kill $(cat /tmp/writer)");
    const counters: number[] = [];
    for (const name of ["copy", "clone", restored]) {
      await settled("", name);
      await attach(name, "vdc");
      const read = (block: number) =>
        sshOk(`sudo dd if=/dev/vdc bs=8 count=1 skip=${block} 2>/dev/null`).then(Number);
      const [first, second] = [await read(0), await read(131_072)];
      expect([first - second === 0 || first - second === 1, first > 10_000_000]).toEqual([true, true]);
      counters.push(first);
      await detach(name, "vdc");
    }
    // Taken one after the other, while the guest went on.
    expect(counters).toEqual([...counters].sort((a, b) => a - b));
    await detach(busy, "vdb");
    await openstack("volume", "snapshot", "delete", "live");
    for (const name of ["copy", "clone"]) await openstack("volume", "delete", name);
  }, 900_000);

  test("VO-26 a volume made bootable by hand boots", async () => {
    const raw = join(stack.state, "boot.raw");
    await run(["qemu-img", "convert", "-O", "raw", join(GUEST, "guest.qcow2"), raw]);
    await openstack("volume", "create", "--size", "1", "hand");
    await settled("", "hand");
    await attach("hand", "vdb");
    await sshOk("test -b /dev/vdb");
    await sshOk("sudo dd of=/dev/vdb bs=64k conv=fsync 2>/dev/null", readFileSync(raw));
    await detach("hand", "vdb");
    expect(await value("bootable", "volume", "show", "hand")).toBe("false");
    await openstack("volume", "set", "--bootable", "hand");
    await openstack("server", "create", "--volume", "hand", "--flavor", "m1.tiny", "--wait", "second");
    let log = "";
    const loggedIn = async () => {
      log = await openstack("console", "log", "show", "second");
      return log.includes("login:");
    };
    await until(loggedIn, 400, () => log.slice(-2000));
    await openstack("server", "delete", "--wait", "second");
    await settled("", "hand");
  }, 900_000);
});

async function until(done: () => Promise<boolean>, seconds: number, last = () => ""): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error(`still waiting after ${seconds} s for: ${done} ${last()}`);
    await Bun.sleep(500);
  }
}
