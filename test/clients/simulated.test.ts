// The unmodified clients against the compiled cloud with the simulated driver: the whole walk of a first day.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWith, isRoot, program } from "../support/requires.ts";
import { BINARY, Stack } from "../support/stack.ts";

const NOBODY = 65534;
const CLIENTS = [program("openstack"), program("swift")];

describeWith("the openstack client", CLIENTS, () => {
  let stack: Stack;
  const openstack = (...args: string[]) => stack.demo("openstack", ...args);
  const value = async (column: string, ...args: string[]) =>
    (await openstack(...args, "-f", "value", "-c", column)).trim();

  beforeAll(async () => {
    stack = await Stack.up();
    const image = join(stack.state, "image.raw");
    writeFileSync(image, new Uint8Array(1 << 20));
    await stack.admin(
      ...["openstack", "image", "create", "--public", "--disk-format", "raw", "--container-format", "bare"],
      ...["--file", image, "tiny"],
    );
  }, 60_000);
  afterAll(() => stack[Symbol.asyncDispose]());

  test("token, catalog, images, flavors, networks", async () => {
    expect(await value("project_id", "token", "issue")).toMatch(/^[0-9a-f]{32}$/);
    const types = (await openstack("catalog", "list", "-f", "value", "-c", "Type")).split("\n");
    for (const type of ["identity", "image", "compute", "network", "volumev3", "object-store", "placement"]) {
      expect(types).toContain(type);
    }
    expect(await openstack("image", "list", "-f", "value", "-c", "Name")).toContain("tiny");
    const flavors = await openstack("flavor", "list", "-f", "value", "-c", "Name");
    expect(flavors.trim().split("\n")).toEqual(["m1.tiny", "m1.small", "m1.medium", "m1.large", "m1.xlarge"]);
    expect(await openstack("network", "list", "-f", "value", "-c", "Name")).toContain("private");
  });

  test("a server from key pair to delete", async () => {
    const pem = await openstack("keypair", "create", "mine");
    expect(pem).toContain("PRIVATE KEY-----");
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
    await openstack(
      ...[
        "server",
        "create",
        "--image",
        "tiny",
        "--flavor",
        "m1.tiny",
        "--key-name",
        "mine",
        "--wait",
        "one",
      ],
    );
    expect(await value("status", "server", "show", "one")).toBe("ACTIVE");
    expect(await value("addresses", "server", "show", "one")).toMatch(/'private': \['10\.0\.\d+\.\d+'\]/);
    expect((await openstack("console", "log", "show", "one")).split("\n").length).toBeGreaterThan(10);

    const ip = await value("floating_ip_address", "floating", "ip", "create", "public");
    await openstack("server", "add", "floating", "ip", "one", ip);
    expect(await value("addresses", "server", "show", "one")).toContain(ip);

    await openstack("volume", "create", "--size", "1", "data");
    await until(async () => (await value("status", "volume", "show", "data")) === "available");
    await openstack("server", "add", "volume", "one", "data");
    await until(async () => (await value("status", "volume", "show", "data")) === "in-use");
    await openstack("server", "remove", "volume", "one", "data");
    await until(async () => (await value("status", "volume", "show", "data")) === "available");

    await openstack("server", "stop", "one");
    await until(async () => (await value("status", "server", "show", "one")) === "SHUTOFF");
    await openstack("server", "start", "one");
    await until(async () => (await value("status", "server", "show", "one")) === "ACTIVE");
    await openstack("server", "reboot", "--wait", "one");
    await openstack("server", "reboot", "--hard", "--wait", "one");
    await openstack("server", "delete", "--wait", "one");
    await openstack("volume", "delete", "data");
    await openstack("floating", "ip", "delete", ip);
    expect((await openstack("server", "list", "-f", "value")).trim()).toBe("");
    await until(async () => (await openstack("volume", "list", "-f", "value")).trim() === "");
  }, 240_000);

  test("stopping the scheduler makes servers wait; starting it lets them through", async () => {
    expect((await stack.cli("stop", "n-sch")).status).toBe(0);
    await openstack("server", "create", "--image", "tiny", "--flavor", "m1.tiny", "waits");
    const state = async () => value("OS-EXT-STS:task_state", "server", "show", "waits");
    expect(await value("status", "server", "show", "waits")).toBe("BUILD");
    expect(await state()).toBe("scheduling");
    const queues = (await stack.cli("queues")).stdout;
    expect(queues).toMatch(/^scheduler\t1$/m);
    expect((await stack.cli("start", "n-sch")).status).toBe(0);
    await until(async () => (await value("status", "server", "show", "waits")) === "ACTIVE");
    await openstack("server", "delete", "--wait", "waits");
  }, 120_000);

  test.each([
    ["an empty file", 0],
    ["1 GiB", 1 << 30],
  ])(
    "swift: %s comes back as it went",
    async (_, size) => {
      const path = join(stack.state, "upload.bin");
      const sum = writePattern(path, size);
      await stack.demo("swift", "upload", "--object-name", "o", "c", path);
      expect((await stack.demo("swift", "list", "c")).trim()).toBe("o");
      const stat = await stack.demo("swift", "stat", "c", "o");
      expect(stat).toMatch(new RegExp(`Content Length: ${size}$`, "m"));
      expect(stat).toMatch(new RegExp(`ETag: ${sum}$`, "m"));
      const back = join(stack.state, "download.bin");
      await stack.demo("swift", "download", "-o", back, "c", "o");
      expect(md5(back)).toBe(sum);
      await stack.demo("swift", "delete", "c");
    },
    240_000,
  );
});

describeWith("other ways to run", CLIENTS, () => {
  test("AD-06 a hundred simulated hosts are shown, and servers spread over them", async () => {
    await using stack = await Stack.up({
      env: { NUMBER_FAKE_NOVA_COMPUTE: "100" },
      args: ["--set", "QUOTA_INSTANCES=-1", "--set", "QUOTA_CORES=-1", "--set", "QUOTA_RAM=-1"],
    });
    const hosts = await stack.admin("openstack", "hypervisor", "list", "-f", "value", "-c", "ID");
    expect(hosts.trim().split("\n")).toHaveLength(100);
    const image = join(stack.state, "image.raw");
    writeFileSync(image, new Uint8Array(1024));
    const create = [
      "image",
      "create",
      "--disk-format",
      "raw",
      "--container-format",
      "bare",
      "--file",
      image,
      "i",
    ];
    await stack.admin("openstack", ...create);
    await stack.admin(
      ...["openstack", "server", "create", "--image", "i", "--flavor", "m1.tiny", "--network", "private"],
      ...["--min", "50", "--max", "50", "--wait", "many"],
    );
    const rows = await stack.admin("openstack", "server", "list", "--long", "-f", "value", "-c", "Host");
    const used = rows.trim().split("\n");
    expect(used).toHaveLength(50);
    expect(new Set(used).size).toBeGreaterThanOrEqual(45);
  }, 240_000);

  test("a compute service that is stopped is shown as dead where that is shown", async () => {
    const env = { SERVICE_DOWN_TIME: "3", REPORT_INTERVAL: "1" };
    await using stack = await Stack.up({ env });
    const state = async () =>
      (
        await stack.admin(
          "openstack",
          "compute",
          "service",
          "list",
          "-f",
          "value",
          "-c",
          "Binary",
          "-c",
          "State",
        )
      )
        .trim()
        .split("\n")
        .sort();
    const table = async () => (await stack.cli("nova-manage", "service", "list")).stdout;
    expect(await state()).toEqual(["nova-compute up", "nova-conductor up", "nova-scheduler up"]);
    expect(await table()).toMatch(/^nova-compute .* enabled +:-\) +\d{4}-/m);
    await stack.cli("stop", "n-cpu");
    await until(async () => (await state())[0] === "nova-compute down", 20);
    expect((await state()).slice(1)).toEqual(["nova-conductor up", "nova-scheduler up"]);
    expect(await table()).toMatch(/^nova-compute .* enabled +XXX +\d{4}-/m);
    expect(await stack.admin("openstack", "hypervisor", "list", "-f", "value", "-c", "State")).toBe("down\n");
    await stack.cli("start", "n-cpu");
    await until(async () => (await state())[0] === "nova-compute up", 20);
  }, 120_000);

  test("stack run works beside a running cloud and leaves nothing behind", async () => {
    await using stack = await Stack.up();
    const traces = () => readdirSync(tmpdir()).filter((name) => name.startsWith("stack-run-"));
    const before = traces();
    const outcome = await stack.cli("run", "--driver", "fake", "--", "openstack", "server", "list");
    expect(outcome.stderr).toBe("");
    expect(outcome.status).toBe(0);
    expect((await stack.cli("run", "--driver", "fake", "--", "sh", "-c", "exit 3")).status).toBe(3);
    expect(traces()).toEqual(before);
    expect((await stack.cli("status")).status).toBe(0);
  }, 120_000);
});

describeWith("an ordinary user", [...CLIENTS, isRoot, program("setpriv")], () => {
  test("needs nothing but the binary", async () => {
    const home = mkdtempSync(join(tmpdir(), "stack-user-"));
    try {
      const binary = join(home, "stack");
      copyFileSync(BINARY, binary);
      chmodSync(binary, 0o755);
      const state = join(home, "state");
      mkdirSync(state);
      for (const path of [home, state]) chownSync(path, NOBODY, NOBODY);
      const user = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
      const bare = ["env", "-i", `HOME=${home}`, `PATH=${home}`];
      await using stack = await Stack.up({
        through: [...user, ...bare],
        binary,
        state,
        args: ["--driver", "auto"],
      });
      const status = JSON.parse((await stack.cli("status", "--json")).stdout);
      expect(status.driver.name).toBe("fake");
      expect(status.driver.reason).toContain("root");
      const image = join(home, "image.raw");
      writeFileSync(image, new Uint8Array(1024));
      const create = [
        "image",
        "create",
        "--disk-format",
        "raw",
        "--container-format",
        "bare",
        "--file",
        image,
      ];
      await stack.demo("openstack", ...create, "i");
      await stack.demo("openstack", "server", "create", "--image", "i", "--flavor", "m1.tiny", "--wait", "s");
      const shown = await stack.demo("openstack", "server", "list", "-f", "value", "-c", "Status");
      expect(shown).toBe("ACTIVE\n");
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  }, 120_000);
});

async function until(done: () => Promise<boolean>, seconds = 60): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error(`still waiting after ${seconds} s for: ${done}`);
    await Bun.sleep(200);
  }
}

/** A file of that size whose every MiB differs; returns its MD5. */
function writePattern(path: string, size: number): string {
  const hash = createHash("md5");
  const fd = openSync(path, "w");
  const chunk = Buffer.alloc(1 << 20, "stack");
  for (let at = 0; at < size; at += chunk.length) {
    chunk.writeUInt32LE(at / chunk.length, 0);
    hash.update(chunk);
    writeSync(fd, chunk);
  }
  closeSync(fd);
  return hash.digest("hex");
}

function md5(path: string): string {
  const hash = new Bun.CryptoHasher("md5");
  hash.update(readFileSync(path) as Uint8Array<ArrayBuffer>);
  return hash.digest("hex");
}
