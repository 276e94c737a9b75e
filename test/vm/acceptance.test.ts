// A real virtual machine, from `stack up` to `stack down`: DHCP, metadata, ssh by key, floating address, hot-plugged
// volume, power, and nothing left behind. Needs root, libvirt with QEMU, and the guest image of scripts/build-guest.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith, file, isRoot, program } from "../support/requires.ts";
import { ROOT, run, Stack } from "../support/stack.ts";

const MANIFEST = join(ROOT, "build/guest/manifest.json");
const LIBVIRT_SOCKET = "/var/run/libvirt/libvirt-sock";
const NEEDS = [
  isRoot,
  file(LIBVIRT_SOCKET, "a running libvirtd (scripts/hypervisor start --install)"),
  file(MANIFEST, "the guest image (scripts/build-guest)"),
  program("openstack"),
  program("ssh"),
  program("ping"),
  program("dnsmasq"),
  program("nft"),
];

/** What a cloud could leave on a machine. */
async function traces(): Promise<string[]> {
  const lines = async (...command: string[]) =>
    (await run(command)).stdout.split("\n").filter((line) => line !== "");
  const links = (await lines("ip", "-o", "link")).map((line) => `link ${line.split(": ")[1]!.split("@")[0]}`);
  const tables = await lines("nft", "list", "tables");
  const spaces = (await lines("ip", "netns", "list")).map((line) => `netns ${line.split(" ")[0]}`);
  const servers = (await lines("pgrep", "-a", "dnsmasq")).map((line) => line.replace(/^\d+ /, ""));
  const domains = (await lines("virsh", "-q", "list", "--all", "--name")).map(
    (name) => `domain ${name.trim()}`,
  );
  const addresses = (await lines("ip", "-o", "-4", "addr")).map((line) =>
    line.split(/\s+/).slice(1, 4).join(" "),
  );
  return [...links, ...tables, ...spaces, ...servers, ...domains, ...addresses].sort();
}

describeWith("CP-47 a real server", NEEDS, () => {
  let stack: Stack;
  let before: string[];
  let key: string;
  const image = () => JSON.parse(readFileSync(MANIFEST, "utf8")).name as string;
  const openstack = (...args: string[]) => stack.demo("openstack", ...args);
  const value = async (column: string, ...args: string[]) =>
    (await openstack(...args, "-f", "value", "-c", column)).trim();
  const address = async () => {
    const found = /\d+\.\d+\.\d+\.\d+/.exec(await value("addresses", "server", "show", "vm"));
    return found![0];
  };
  const ssh = (host: string, command: string) =>
    run([
      ...["ssh", "-i", key, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"],
      ...["-o", "BatchMode=yes", "-o", "ConnectTimeout=5", `cirros@${host}`, command],
    ]);
  const sshOk = async (host: string, command: string, seconds = 60) => {
    let last = "";
    await until(
      async () => {
        const outcome = await ssh(host, command);
        last = outcome.status === 0 ? outcome.stdout : outcome.stderr;
        return outcome.status === 0;
      },
      seconds,
      () => last,
    );
    return last;
  };

  beforeAll(async () => {
    before = await traces();
    stack = await Stack.up({ args: ["--driver", "libvirt"] });
    key = join(stack.state, "mine.pem");
    await until(
      async () => (await openstack("image", "list", "-f", "value", "-c", "Name")).includes(image()),
      60,
    );
    await until(async () => (await value("status", "image", "show", image())) === "active", 60);
  }, 180_000);
  afterAll(() => stack?.[Symbol.asyncDispose](), 120_000);

  test("KP-07 MD-01 boots with a lease, its name, its key and its user data", async () => {
    writeFileSync(key, await openstack("keypair", "create", "mine"), { mode: 0o600 });
    await openstack(
      "security",
      "group",
      "rule",
      "create",
      "--protocol",
      "tcp",
      "--dst-port",
      "22",
      "default",
    );
    await openstack("security", "group", "rule", "create", "--protocol", "icmp", "default");
    const script = join(stack.state, "user-data.sh");
    writeFileSync(script, "#!/bin/sh\necho user data of $(hostname) ran > /run/user-data-ran\n");
    await openstack(
      ...["server", "create", "--image", image(), "--flavor", "m1.tiny", "--key-name", "mine"],
      ...["--user-data", script, "--wait", "vm"],
    );
    const ip = await address();
    await until(async () => (await openstack("console", "log", "show", "vm")).includes("login:"), 120);
    const log = await openstack("console", "log", "show", "vm");
    expect(log).toMatch(new RegExp(`Lease of ${ip.replaceAll(".", "\\.")} obtained`));
    expect((await run(["ping", "-c", "1", "-W", "5", ip])).status).toBe(0);
    expect((await sshOk(ip, "hostname")).trim()).toMatch(/^vm(\.novalocal)?$/);
    expect(await sshOk(ip, "cat /run/user-data-ran")).toContain("user data of vm");
  }, 300_000);

  test("FI-12 answers at its floating address", async () => {
    const floating = await value("floating_ip_address", "floating", "ip", "create", "public");
    await openstack("server", "add", "floating", "ip", "vm", floating);
    expect((await sshOk(floating, "hostname")).trim()).toMatch(/^vm/);
    await openstack("server", "remove", "floating", "ip", "vm", floating);
    expect((await ssh(floating, "true")).status).not.toBe(0);
    await openstack("floating", "ip", "delete", floating);
  }, 180_000);

  test("SG-13 a rule that goes closes the port at once", async () => {
    const ip = await address();
    const rules = JSON.parse(await openstack("security", "group", "rule", "list", "default", "-f", "json"));
    const icmp = rules.find((rule: Record<string, string>) => rule["IP Protocol"] === "icmp");
    await openstack("security", "group", "rule", "delete", icmp.ID);
    await until(async () => (await run(["ping", "-c", "1", "-W", "1", ip])).status !== 0, 10);
    await openstack("security", "group", "rule", "create", "--protocol", "icmp", "default");
    await until(async () => (await run(["ping", "-c", "1", "-W", "1", ip])).status === 0, 10);
  }, 120_000);

  test("VO-09 VO-11 VO-12 VO-14 the guest sees a volume come, go, and come back with its data", async () => {
    const ip = await address();
    const volume = async () => value("status", "volume", "show", "data");
    await openstack("volume", "create", "--size", "1", "data");
    await until(async () => (await volume()) === "available", 60);
    await openstack("server", "add", "volume", "vm", "data");
    await until(async () => (await ssh(ip, "grep -w vdb /proc/partitions")).status === 0, 60);
    expect(await sshOk(ip, "awk '$4 == \"vdb\" { print $3 * 1024 }' /proc/partitions")).toContain(
      "1073741824",
    );
    await sshOk(ip, "echo kept | sudo dd of=/dev/vdb bs=512 conv=sync,fsync 2>/dev/null");
    await openstack("server", "remove", "volume", "vm", "data");
    await until(async () => (await ssh(ip, "grep -w vdb /proc/partitions")).status === 1, 60);
    await until(async () => (await volume()) === "available", 60);
    await openstack("server", "add", "volume", "vm", "data");
    await until(async () => (await ssh(ip, "grep -w vdb /proc/partitions")).status === 0, 60);
    expect(await sshOk(ip, "sudo head -c 4 /dev/vdb")).toBe("kept");
    await openstack("server", "remove", "volume", "vm", "data");
    await until(async () => (await volume()) === "available", 60);
  }, 300_000);

  test("CP-19 CP-22 CP-23 stops, starts and reboots, and keeps its address", async () => {
    const ip = await address();
    const status = async () => value("status", "server", "show", "vm");
    await openstack("server", "stop", "vm");
    await until(async () => (await status()) === "SHUTOFF", 90);
    expect((await run(["ping", "-c", "1", "-W", "1", ip])).status).not.toBe(0);
    await openstack("server", "start", "vm");
    await until(async () => (await status()) === "ACTIVE", 90);
    expect(await address()).toBe(ip);
    const uptime = async () => Number((await sshOk(ip, "cut -d. -f1 /proc/uptime", 120)).trim());
    await uptime();
    for (const kind of ["--soft", "--hard"]) {
      const earlier = await uptime();
      await openstack("server", "reboot", kind, "--wait", "vm");
      await until(async () => (await uptime()) < earlier + 5, 120);
    }
  }, 600_000);

  test("CP-29 is deleted with everything that was its own; down leaves nothing on the machine", async () => {
    await openstack("server", "delete", "--wait", "vm");
    await openstack("volume", "delete", "data");
    await until(async () => (await openstack("volume", "list", "-f", "value")).trim() === "", 60);
    expect((await stack.cli("down")).status).toBe(0);
    expect(await traces()).toEqual(before);
  }, 180_000);
});

async function until(done: () => Promise<boolean>, seconds: number, last = () => ""): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error(`still waiting after ${seconds} s for: ${done} ${last()}`);
    await Bun.sleep(500);
  }
}
