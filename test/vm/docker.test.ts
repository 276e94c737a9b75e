// Servers that are containers, through the whole product with Debian's client: the docker driver, the cloud's own network,
// images of container_format docker. Needs root, a docker daemon, and nothing from the internet.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { saveBusyboxImage, whyNoDocker } from "../../src/compute/drivers/docker/testing/busybox-image.ts";
import { describeWith, program } from "../support/requires.ts";
import { run, Stack } from "../support/stack.ts";

const reason = await whyNoDocker();
const NEEDS = [
  { met: reason === null, reason: reason ?? "" },
  program("openstack"),
  program("dnsmasq"),
  program("nft"),
];
/** It says what it is, and what it has when its card is there. */
const COMMAND =
  "echo booted $(cat /etc/hostname); until ip addr show eth0 2>/dev/null | grep -q 'inet '; do sleep 0.1; done; " +
  "echo has $(ip -o -4 addr show eth0); trap 'exit 0' TERM; sleep 100000 & wait";

describeWith("servers that are containers", NEEDS, () => {
  let stack: Stack;
  let address = "";
  let id = "";
  let down = false;
  const folder = mkdtempSync(join(tmpdir(), "stack-docker-"));
  const openstack = (...args: string[]) => stack.demo("openstack", ...args);
  const value = async (column: string, ...args: string[]) =>
    (await openstack(...args, "-f", "value", "-c", column)).trim();
  const show = (column: string) => value(column, "server", "show", "box");
  const pings = async () => (await run(["ping", "-c", "1", "-W", "1", address])).status === 0;
  const log = () => openstack("console", "log", "show", "box");
  const containers = async () => {
    const cloud = readFileSync(join(stack.state, "libvirt/cloud-id"), "utf8");
    const all = ["docker", "ps", "-a", "--filter", `label=stack.cloud=${cloud}`, "--format", "{{.Names}}"];
    return (await run(all)).stdout.trim().split("\n").filter(Boolean);
  };
  const images = async () => {
    const cloud = readFileSync(join(stack.state, "libvirt/cloud-id"), "utf8");
    return (await run(["docker", "image", "ls", "-q", `stack-${cloud}`])).stdout.trim();
  };
  const becomes = (state: string) => until(state, async () => (await show("status")) === state, 60);

  beforeAll(async () => {
    stack = await Stack.up({ args: ["--driver", "docker", "--set", "CINDER_FILE_FORMAT=raw"] });
    const path = join(folder, "busybox.tar");
    await saveBusyboxImage(path, COMMAND);
    const made = ["--disk-format", "raw", "--container-format", "docker", "--file", path, "busybox"];
    await openstack("image", "create", ...made);
    await openstack("security", "group", "rule", "create", "--protocol", "icmp", "default");
  }, 200_000);

  afterAll(async () => {
    if (!down) await stack?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  test("a server runs, has its address, answers, and its console log shows what it prints", async () => {
    await openstack("server", "create", "--wait", "--image", "busybox", "--flavor", "m1.tiny", "box");
    expect(await show("status")).toBe("ACTIVE");
    id = await show("id");
    address = /\d+\.\d+\.\d+\.\d+/.exec(await show("addresses"))?.[0] ?? "";
    expect(address).not.toBe("");
    expect(await containers()).toEqual([`nova-${id}`]);
    await until("a ping", pings, 30);
    await until("the log", async () => (await log()).includes(`inet ${address}/`), 30);
    expect(await log()).toContain("booted box");
    const port = JSON.parse(await openstack("port", "list", "--server", "box", "-f", "json")) as {
      "MAC Address": string;
    }[];
    const card = await run(["docker", "exec", `nova-${id}`, "ip", "link", "show", "eth0"]);
    expect(card.stdout).toContain(port[0]!["MAC Address"]);
  }, 200_000);

  test("pause, stop, start and reboot; it answers when it runs and only then", async () => {
    await openstack("server", "pause", "box");
    await becomes("PAUSED");
    expect(await pings()).toBe(true);
    await openstack("server", "unpause", "box");
    await becomes("ACTIVE");
    await openstack("server", "stop", "box");
    await becomes("SHUTOFF");
    await until("the end of its pings", async () => !(await pings()), 30);
    await openstack("server", "start", "box");
    await becomes("ACTIVE");
    await until("a ping", pings, 30);
    for (const kind of ["--soft", "--hard"]) {
      await openstack("server", "reboot", kind, "--wait", "box");
      await until("a ping", pings, 30);
    }
  }, 200_000);

  test("what containers cannot do ends as in Nova: the server is as it was", async () => {
    await openstack("server", "suspend", "box");
    await until("the end of the task", async () => (await show("OS-EXT-STS:task_state")) === "None", 30);
    expect(await show("status")).toBe("ACTIVE");
  }, 100_000);

  test("a volume is a bind mount: it comes while the server runs, keeps what is written, and goes when it is closed", async () => {
    await openstack("volume", "create", "--size", "1", "data");
    await until(
      "the volume",
      async () => (await value("status", "volume", "show", "data")) === "available",
      60,
    );
    await openstack("server", "add", "volume", "box", "data", "--device", "/dev/vdb");
    await until("in-use", async () => (await value("status", "volume", "show", "data")) === "in-use", 60);
    const inside = (command: string) => run(["docker", "exec", `nova-${id}`, "sh", "-c", command]);
    expect((await inside("ls -l /dev/volumes/vdb")).stdout).toContain(` ${2 ** 30} `);
    await inside("echo written | dd of=/dev/volumes/vdb conv=notrunc");
    await openstack("server", "reboot", "--hard", "--wait", "box");
    expect((await inside("head -c 7 /dev/volumes/vdb")).stdout).toBe("written");
    await openstack("server", "remove", "volume", "box", "data");
    await until(
      "available",
      async () => (await value("status", "volume", "show", "data")) === "available",
      60,
    );
    expect((await inside("cat /dev/volumes/vdb")).stdout).toBe("");
    await openstack("volume", "delete", "data");
  }, 200_000);

  test("a container that ends by itself is a server that is off", async () => {
    await run(["docker", "kill", `nova-${id}`]);
    await becomes("SHUTOFF");
    await openstack("server", "start", "box");
    await becomes("ACTIVE");
    await until("a ping", pings, 30);
  }, 100_000);

  test("an image of a server is one that servers are made of", async () => {
    await run(["docker", "exec", `nova-${id}`, "sh", "-c", "echo kept > /kept"]);
    await openstack("server", "image", "create", "--wait", "--name", "copy", "box");
    expect(await value("container_format", "image", "show", "copy")).toBe("docker");
    await openstack("server", "create", "--wait", "--image", "copy", "--flavor", "m1.tiny", "second");
    const second = await value("id", "server", "show", "second");
    expect((await run(["docker", "exec", `nova-${second}`, "cat", "/kept"])).stdout.trim()).toBe("kept");
    await openstack("server", "delete", "--wait", "second");
  }, 200_000);

  test("servers outlive the cloud's process; down leaves nothing in docker, and up has them again", async () => {
    await run(["docker", "exec", `nova-${id}`, "sh", "-c", "echo kept > /kept"]);
    await stack.kill();
    expect((await run(["docker", "inspect", "-f", "{{.State.Running}}", `nova-${id}`])).stdout.trim()).toBe(
      "true",
    );
    const again = ["up", "--detach", "--port", "0", "--driver", "docker", "--set", "CINDER_FILE_FORMAT=raw"];
    expect((await stack.cli(...again)).status).toBe(0);
    const next = await Stack.adopt(stack.state);
    expect(
      (await next.demo("openstack", "server", "show", "box", "-f", "value", "-c", "status")).trim(),
    ).toBe("ACTIVE");
    expect((await stack.cli("down")).status).toBe(0);
    expect(await containers()).toEqual([]);
    expect(await images()).toBe("");
    expect((await stack.cli(...again)).status).toBe(0);
    const third = await Stack.adopt(stack.state);
    await third.demo("openstack", "server", "start", "box").catch(() => "");
    await until(
      "the file that it had",
      async () => (await run(["docker", "exec", `nova-${id}`, "cat", "/kept"])).stdout.trim() === "kept",
      60,
    );
    await third.demo("openstack", "server", "delete", "--wait", "box");
    expect(await containers()).toEqual([]);
    expect((await run(["ip", "-o", "link", "show", "type", "veth"])).stdout).not.toContain(`tap${id}`);
    await stack.cli("down");
    down = true;
    rmSync(stack.state, { recursive: true, force: true });
  }, 300_000);
});

async function until(what: string, done: () => Promise<boolean>, seconds: number): Promise<void> {
  const endMs = performance.now() + seconds * 1000;
  while (!(await done())) {
    if (performance.now() > endMs) throw new Error(`waited ${seconds} s for ${what} in vain`);
    await Bun.sleep(200);
  }
}
