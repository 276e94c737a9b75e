// The network lab of a small cloud with real virtual machines: a tenant's network behind a router, made with the
// `neutron` client, guests that reach the outside through it, and the faults that leave a guest without an address.
// Needs root, libvirt with QEMU, and the guest image of scripts/build-guest.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith, file, isRoot, program } from "../support/requires.ts";
import { ROOT, run, Stack } from "../support/stack.ts";

const GUEST = join(ROOT, "build/guest");
const NEEDS = [
  isRoot,
  file("/var/run/libvirt/libvirt-sock", "a running libvirtd (scripts/hypervisor start --install)"),
  file(join(GUEST, "manifest.json"), "the guest image (scripts/build-guest)"),
  program("openstack"),
  program("neutron"),
  program("ssh"),
  program("dnsmasq"),
  program("nft"),
];
/** Nobody else's: a range for documentation. */
const OUTSIDE = "203.0.113.1";

describeWith("a tenant's network with real servers", NEEDS, () => {
  let stack: Stack;
  let key: string;
  let floating = "";
  const openstack = (...args: string[]) => stack.demo("openstack", ...args);
  const value = async (column: string, ...args: string[]) =>
    (await openstack(...args, "-f", "value", "-c", column)).trim();
  const ids: Record<string, string> = {};
  const ssh = (host: string, command: string) =>
    run([
      ...["ssh", "-i", key, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"],
      ...["-o", "BatchMode=yes", "-o", "ConnectTimeout=5", `cirros@${host}`, command],
    ]);
  const inside = async (command: string) => {
    let last = "";
    await until(
      "ssh",
      async () => {
        const outcome = await ssh(floating, command);
        last = outcome.stdout;
        return outcome.status === 0;
      },
      120,
    );
    return last;
  };
  const console_ = () => openstack("console", "log", "show", "demo-instance1");

  beforeAll(async () => {
    stack = await Stack.up({ args: ["--driver", "libvirt", "--set", `GUEST_IMAGE_DIR=${GUEST}`] });
    key = join(stack.state, "mine.pem");
    const image = JSON.parse(readFileSync(join(GUEST, "manifest.json"), "utf8")).name as string;
    await until(
      "the image",
      async () => (await value("status", "image", "show", image).catch(() => "")) === "active",
      90,
    );
    ids["image"] = image;
  }, 200_000);
  afterAll(() => stack?.[Symbol.asyncDispose](), 120_000);

  test("NE-01 NE-02 NE-03 NE-04 the networks and the router of the lab, with neutron", async () => {
    const admin = (...args: string[]) => stack.admin("neutron", ...args);
    const demo = (...args: string[]) => stack.demo("neutron", ...args);
    await admin("net-create", "ext-net", "--shared", "--router:external=True");
    await admin(
      ...["subnet-create", "ext-net", "--name", "ext-subnet", "--disable-dhcp", "--gateway", OUTSIDE],
      ...["--allocation-pool", "start=203.0.113.101,end=203.0.113.200", "203.0.113.0/24"],
    );
    await demo("net-create", "demo-net");
    await demo(
      "subnet-create",
      "demo-net",
      "--name",
      "demo-subnet",
      "--gateway",
      "192.168.7.1",
      "192.168.7.0/24",
    );
    expect(await demo("router-create", "demo-router")).toContain("Created a new router:");
    expect(await demo("router-interface-add", "demo-router", "demo-subnet")).toMatch(
      /^Added interface [0-9a-f-]{36} to router demo-router\.$/m,
    );
    expect(await demo("router-gateway-set", "demo-router", "ext-net")).toContain(
      "Set gateway for router demo-router",
    );
    ids["net"] = await value("id", "network", "show", "demo-net");
    ids["router"] = await value("id", "router", "show", "demo-router");
    expect(await demo("port-list")).toContain('"ip_address": "192.168.7.1"');
  }, 120_000);

  test("NE-22 namespaces with the cards that one looks for", async () => {
    const spaces = (await run(["ip", "netns"])).stdout;
    expect(spaces).toContain(`qdhcp-${ids["net"]}`);
    expect(spaces).toContain(`qrouter-${ids["router"]}`);
    const cards = (await run(["ip", "-n", `qrouter-${ids["router"]}`, "addr"])).stdout;
    expect(cards).toMatch(/qr-[0-9a-f-]{11}@.*\n[^\n]*\n\s+inet 192\.168\.7\.1\/24/);
    expect(cards).toMatch(/qg-[0-9a-f-]{11}@.*\n[^\n]*\n\s+inet 203\.0\.113\.101\/24/);
    const shown = await stack.cli("net", "show", "host");
    expect(shown.stdout).toContain(`qrouter-${ids["router"]}`);
    expect(shown.stdout).toContain(`brq${ids["net"]!.slice(0, 11)}`);
  }, 60_000);

  test("NE-15 a server on it has a lease, reaches the outside through the router, and is reached from there", async () => {
    writeFileSync(key, await openstack("keypair", "create", "mine"), { mode: 0o600 });
    await openstack("security", "group", "rule", "create", "--protocol", "icmp", "default");
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
    await openstack(
      ...["server", "create", "--image", ids["image"]!, "--flavor", "m1.tiny", "--key-name", "mine"],
      ...["--nic", `net-id=${ids["net"]}`, "--wait", "demo-instance1"],
    );
    await until("the login", async () => (await console_()).includes("login:"), 180);
    expect(await console_()).toMatch(/Lease of 192\.168\.7\.\d+ obtained/);
    const own = /192\.168\.7\.\d+/.exec(await value("addresses", "server", "show", "demo-instance1"))![0];
    const ping = ["ip", "netns", "exec", `qrouter-${ids["router"]}`, "ping", "-c", "1", "-W", "5", own];
    expect((await run(ping)).status).toBe(0);
    floating = await value("floating_ip_address", "floating", "ip", "create", "ext-net");
    await openstack("server", "add", "floating", "ip", "demo-instance1", floating);
    expect((await run(["ping", "-c", "1", "-W", "5", floating])).status).toBe(0);
    expect((await inside("hostname")).trim()).toMatch(/^demo-instance1/);
    expect(await inside(`sudo ping -c 1 ${OUTSIDE}`)).toContain("1 packets received");
    expect(await inside("ip route")).toContain("default via 192.168.7.1");
  }, 400_000);

  test("NW-15 the card's name is in the domain's description, and the bridge has it", async () => {
    const port = JSON.parse(await openstack("port", "list", "--server", "demo-instance1", "-f", "json"))[0]
      .ID;
    const tap = `tap${port.slice(0, 11)}`;
    const uuid = await value("id", "server", "show", "demo-instance1");
    const xml = (await run(["virsh", "dumpxml", uuid])).stdout;
    expect(xml).toContain(`<target dev='${tap}'/>`);
    expect(xml).toContain(`<source bridge='brq${ids["net"]!.slice(0, 11)}'/>`);
    expect((await run(["bridge", "link"])).stdout).toContain(tap);
  }, 60_000);

  test("DN-07 DN-15 without its DHCP server a guest says that it has no lease; restarting n-net heals it", async () => {
    expect((await stack.cli("stop", "n-net")).status).toBe(0);
    const folder = (await run(["pgrep", "-f", `dhcp/${ids["net"]}/pid`])).stdout.trim().split("\n");
    for (const pid of folder) process.kill(Number(pid));
    const before = (await console_()).length;
    await ssh(floating, "sudo reboot");
    const since = async () => (await openstack("console", "log", "show", "demo-instance1")).slice(before);
    await until(
      "the guest's complaint",
      async () => (await since()).includes("No lease, forking to background"),
      240,
    );
    const log = await since();
    expect(log.split("Sending discover...").length - 1).toBeGreaterThanOrEqual(3);
    await until(
      "the way to metadata",
      async () => /169\.254\.169\.254.*unreachable/i.test(await since()),
      120,
    );
    expect((await stack.cli("start", "n-net")).status).toBe(0);
    await until("the lease", async () => (await ssh(floating, "true")).status === 0, 240);
  }, 700_000);

  test("a server that is deleted leaves nothing plugged in; down leaves nothing at all", async () => {
    await openstack("server", "delete", "--wait", "demo-instance1");
    expect((await stack.cli("down")).status).toBe(0);
    const spaces = (await run(["ip", "netns"])).stdout;
    expect(spaces).not.toContain(ids["net"]!);
    expect(spaces).not.toContain(ids["router"]!);
    expect((await run(["ip", "link"])).stdout).not.toContain(`brq${ids["net"]!.slice(0, 11)}`);
    expect((await run(["ip", "-4", "addr"])).stdout).not.toContain(OUTSIDE);
  }, 180_000);
});

async function until(what: string, done: () => Promise<boolean>, seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s for ${what} in vain`);
    await Bun.sleep(500);
  }
}
