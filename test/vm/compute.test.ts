// Real servers of libvirt: what only a guest can tell of config drives, keys, snapshots, resizes, swapped volumes and
// consoles that run away. The metadata service is off all the time. Needs what acceptance.test.ts needs.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith, file, isRoot, program } from "../support/requires.ts";
import { ROOT, run, Stack } from "../support/stack.ts";

const MANIFEST = join(ROOT, "build/guest/manifest.json");
const NEEDS = [
  isRoot,
  file("/var/run/libvirt/libvirt-sock", "a running libvirtd (scripts/hypervisor start --install)"),
  file(MANIFEST, "the guest image (scripts/build-guest)"),
  ...["openstack", "nova", "ssh", "ssh-add", "virsh", "dnsmasq", "nft"].map(program),
];
const MIB = 2 ** 20;

describeWith("real servers without a metadata service", NEEDS, () => {
  let stack: Stack;
  let key: string;
  let ip: string;
  const image = JSON.parse(readFileSync(MANIFEST, "utf8")).name as string;
  const openstack = (...args: string[]) => stack.demo("openstack", ...args);
  const value = async (column: string, ...args: string[]) =>
    (await openstack(...args, "-f", "value", "-c", column)).trim();
  const status = () => value("status", "server", "show", "vm");
  const OPTIONS = [
    ...["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"],
    ...["-o", "BatchMode=yes", "-o", "ConnectTimeout=5"],
  ];
  const ssh = (command: string) => run(["ssh", "-i", key, ...OPTIONS, `cirros@${ip}`, command]);

  async function until(what: string, done: () => Promise<boolean>, seconds = 120): Promise<void> {
    const end = Date.now() + seconds * 1000;
    while (!(await done())) {
      if (Date.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
      await Bun.sleep(500);
    }
  }

  /** What the guest answers, as soon as it does. */
  async function guest(command: string, seconds = 120): Promise<string> {
    let said = "";
    await until(
      `the guest to do: ${command}`,
      async () => {
        const outcome = await ssh(command);
        said = outcome.status === 0 ? outcome.stdout : said;
        return outcome.status === 0;
      },
      seconds,
    );
    return said;
  }

  beforeAll(async () => {
    stack = await Stack.up({ args: ["--driver", "libvirt", "--set", "CONFIG_DRIVE_FORMAT=vfat"] });
    expect((await stack.cli("stop", "n-api-meta")).status).toBe(0);
    key = join(stack.state, "mine.pem");
    writeFileSync(key, await openstack("keypair", "create", "mine"), { mode: 0o600 });
    const rule = ["security", "group", "rule", "create", "--protocol"];
    await openstack(...rule, "tcp", "--dst-port", "22", "default");
    const known = async () =>
      (await openstack("image", "list", "-f", "value", "-c", "Name", "-c", "Status")).includes(
        `${image} active`,
      );
    await until("the image", known);
    const note = join(stack.state, "note.txt");
    writeFileSync(note, "brought by the config drive\n");
    await openstack(
      ...["server", "create", "--image", image, "--flavor", "m1.tiny", "--key-name", "mine", "--wait"],
      ...["--config-drive", "True", "--file", `/home/cirros/note.txt=${note}`, "vm"],
    );
    ip = /\d+\.\d+\.\d+\.\d+/.exec(await value("addresses", "server", "show", "vm"))![0];
  }, 300_000);
  afterAll(() => stack?.[Symbol.asyncDispose](), 120_000);

  test("MD-17 CP-47 keys, name and files come from the config drive: login without a password", async () => {
    expect((await guest("id -un; hostname", 180)).split("\n").slice(0, 2)).toEqual(["cirros", "vm"]);
    expect(await guest("cat /home/cirros/note.txt")).toBe("brought by the config drive\n");
    const log = await openstack("console", "log", "show", "vm");
    expect(log).not.toMatch(/169\.254\.169\.254.*(found|ok)/i);
  }, 300_000);

  test("MD-10 the config drive is found by its label", async () => {
    expect(await guest('sudo blkid -t LABEL="config-2" -odevice')).toBe("/dev/vdb\n");
    await guest(
      "sudo mkdir -p /mnt/config && sudo mount $(sudo blkid -t LABEL=config-2 -odevice) /mnt/config",
    );
    expect(await guest("ls /mnt/config")).toMatch(/ec2\s+openstack/);
    expect(JSON.parse(await guest("cat /mnt/config/openstack/latest/meta_data.json"))).toMatchObject({
      name: "vm",
      hostname: "vm.novalocal",
    });
    await guest("sudo umount /mnt/config");
  }, 120_000);

  test("KP-06 a key that the agent knows opens the server", async () => {
    const options = OPTIONS.join(" ");
    const script = `ssh-add ${key} && ssh-add -l && ssh ${options} cirros@${ip} hostname`;
    const { status: code, stdout } = await run(["ssh-agent", "sh", "-c", script]);
    expect([code, stdout.trim().split("\n").at(-1)]).toEqual([0, "vm"]);
    expect(stdout).toMatch(/SHA256:\S+ .*\(RSA\)/);
  }, 60_000);

  test("CP-42 virsh list on the node", async () => {
    const id = await value("id", "server", "show", "vm");
    const column = "OS-EXT-SRV-ATTR:instance_name";
    const name = (await stack.admin("openstack", "server", "show", id, "-f", "value", "-c", column)).trim();
    const listed = async () => (await run(["virsh", "-c", "qemu:///system", "list"])).stdout;
    expect(await listed()).toMatch(/^ Id +Name +State\n-+\n/);
    expect(await listed()).toMatch(new RegExp(`^ \\d+ +${name} +running$`, "m"));
    await openstack("server", "pause", "vm");
    await until("the pause", async () => (await status()) === "PAUSED");
    expect(await listed()).toMatch(new RegExp(`^ \\d+ +${name} +paused$`, "m"));
    await openstack("server", "unpause", "vm");
    await until("its end", async () => (await status()) === "ACTIVE");
  }, 60_000);

  test("CP-36 a frozen file system stands still for a snapshot and goes on", async () => {
    await openstack("volume", "create", "--size", "1", "data");
    await until("the volume", async () => (await value("status", "volume", "show", "data")) === "available");
    await openstack("server", "add", "volume", "vm", "data");
    await guest("grep -w vdc /proc/partitions");
    await guest("sudo mke2fs -q -t ext4 /dev/vdc && sudo mount /dev/vdc /mnt && sync");
    await guest("sudo fsfreeze -f /mnt");
    await guest(
      "(sudo sh -c 'echo written > /mnt/file; sync' >/dev/null 2>&1 &) ; sleep 2; ! sudo test -s /mnt/file || exit 0",
    );
    expect((await ssh("ps | grep -c '[e]cho written'")).stdout.trim()).not.toBe("0");
    await stack.demo("nova", "image-create", "vm", "mon-snapshot");
    const saved = async () => (await value("status", "image", "show", "mon-snapshot")) === "active";
    await until("the snapshot", saved, 180);
    await guest("sudo fsfreeze -u /mnt");
    await until("the write", async () => (await ssh("sudo cat /mnt/file")).stdout === "written\n", 30);
  }, 400_000);

  test("a volume is swapped under the running guest, with its file system", async () => {
    await openstack("volume", "create", "--size", "2", "larger");
    await until(
      "the volume",
      async () => (await value("status", "volume", "show", "larger")) === "available",
    );
    const id = (name: string) => value("id", "volume", "show", name);
    const server = await value("id", "server", "show", "vm");
    const [old, fresh] = [await id("data"), await id("larger")];
    await stack.admin("nova", "volume-update", server, old, fresh);
    await until(
      "the old volume",
      async () => (await value("status", "volume", "show", "data")) === "available",
    );
    expect(await value("status", "volume", "show", "larger")).toBe("in-use");
    expect(
      await guest(
        "sudo cat /mnt/file; sudo sh -c 'echo more >> /mnt/file; sync'; grep -w vdc /proc/partitions",
      ),
    ).toMatch(/^written\n.*\b2097152\b/);
    await openstack("volume", "delete", "data");
    await guest("sudo umount /mnt && sudo e2fsck -fn /dev/vdc && sudo mount /dev/vdc /mnt");
    expect(await guest("sudo cat /mnt/file")).toBe("written\nmore\n");
    await guest("sudo umount /mnt");
    await openstack("server", "remove", "volume", "vm", "larger");
    await until(
      "the detach",
      async () => (await value("status", "volume", "show", "larger")) === "available",
    );
  }, 300_000);

  test("suspend and resume: the guest goes on where it was; resize: it restarts on the larger flavor", async () => {
    const memoryKb = async () => Number(/MemTotal: +(\d+)/.exec(await guest("cat /proc/meminfo", 240))![1]);
    const boot = await guest("cat /proc/sys/kernel/random/boot_id");
    await openstack("server", "suspend", "vm");
    await until("the suspend", async () => (await status()) === "SUSPENDED");
    await openstack("server", "resume", "vm");
    await until("the resume", async () => (await status()) === "ACTIVE");
    expect(await guest("cat /proc/sys/kernel/random/boot_id")).toBe(boot);
    const before = await memoryKb();
    await stack.admin(
      ...["openstack", "flavor", "create", "--ram", "768", "--disk", "2", "--vcpus", "2", "m1.grown"],
    );
    await openstack("server", "resize", "--flavor", "m1.grown", "--wait", "vm");
    expect(await status()).toBe("VERIFY_RESIZE");
    await openstack("server", "resize", "confirm", "vm");
    await until("the confirmation", async () => (await status()) === "ACTIVE");
    expect(await memoryKb()).toBeGreaterThan(before + 200_000);
    expect((await guest("grep -c ^processor /proc/cpuinfo")).trim()).toBe("2");
    expect(await guest("cat /proc/sys/kernel/random/boot_id")).not.toBe(boot);
    expect(await guest("cat /home/cirros/note.txt")).toBe("brought by the config drive\n");
  }, 400_000);

  test("CV-03 a guest that fills its console fills neither the disk nor the message queue", async () => {
    // In the background: a serial line is slow.
    await guest("(sudo sh -c 'yes filling the log | head -c 5000000 > /dev/ttyS0' >/dev/null 2>&1 &) ; true");
    const server = await value("id", "server", "show", "vm");
    const folder = join(stack.state, "instances", server);
    const sizes = () =>
      readdirSync(folder)
        .filter((name) => name.startsWith("console.log"))
        .map((name) => statSync(join(folder, name)).size);
    const written = async () => (await ssh("ps | grep -c '[h]ead -c 5000000'")).stdout.trim() === "0";
    await until("the guest to have written 5 MB", written, 240);
    expect(Math.max(...sizes())).toBeLessThanOrEqual(2 * MIB + 65_536);
    expect(sizes().reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(10 * MIB);
    const text = await openstack("console", "log", "show", "vm");
    expect(text).toContain("filling the log");
    expect(text.length).toBeLessThanOrEqual(102_400 + 1);
  }, 400_000);
});
