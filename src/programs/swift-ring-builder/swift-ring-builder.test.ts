import { expect, test } from "bun:test";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "../../core/clock.ts";
import { decodeRing, devicesOf } from "../../object-store/rings/ring.ts";
import { dataFiles, md5, noise, objectCloud, swiftAs } from "../../object-store/testing.ts";
import type { TestCloud } from "../../testing/cloud.ts";
import { swiftRingBuilder } from "./index.ts";

async function run(state: string, ...argv: string[]) {
  const said = { status: -1, out: "", err: "" };
  said.status = await swiftRingBuilder(argv, {
    env: { STACK_STATE: state },
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
  });
  return said;
}

const builder = (cloud: TestCloud, ...argv: string[]) => run(cloud.paths.root, ...argv);

/** On which devices large data lie, and how many files each has. */
function placed(cloud: TestCloud): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { parentPath } of dataFiles(cloud)) {
    const device = /\/swift\/([^/]+)\/objects\//.exec(parentPath)?.[1];
    if (device) counts[device] = (counts[device] ?? 0) + 1;
  }
  return counts;
}

test("OB-34 a node is removed from the rings, which are rebalanced: it leaves the cluster, and its data move", async () => {
  const clock = new FakeClock();
  await using cloud = await objectCloud({
    clock,
    settings: { SWIFT_REPLICAS: "2", SWIFT_AUDIT_INTERVAL: "1000", SWIFT_AUDIT_RATE: "1G" },
  });
  const swift = await swiftAs(cloud);
  await swift.put("c");
  const data = noise(100_000);
  for (let i = 0; i < 4; i++) await swift.put(`c/before${i}`, data);
  expect(placed(cloud)).toEqual({ d1: 4, d2: 4 });
  // Two copies need two nodes: the last but one cannot go without another in its place.
  expect((await builder(cloud, "object.builder", "remove", "127.0.0.1")).out).toBe(
    'd0r1z1-127.0.0.1:6210R127.0.0.1:6210/d1_"" marked for removal and will be removed next rebalance.\n',
  );
  const refused = await builder(cloud, "object.builder", "rebalance");
  expect([refused.status, refused.out.split("\n").slice(-3)]).toEqual([
    2,
    [" Replica count of 2 requires more than 1 devices", "-".repeat(79), ""],
  ]);
  for (const [kind, port] of [
    ["account", 6232],
    ["container", 6231],
    ["object", 6230],
  ] as const) {
    const file = `${kind}.builder`;
    expect(await builder(cloud, file, "add", `r1z3-127.0.0.3:${port}/d3`, "1")).toEqual({
      status: 0,
      out: `Device d2r1z3-127.0.0.3:${port}R127.0.0.3:${port}/d3_"" with 1.0 weight got id 2\n`,
      err: "",
    });
    if (kind !== "object") expect((await builder(cloud, file, "remove", "127.0.0.1")).status).toBe(0);
    const { status, out } = await builder(cloud, file, "rebalance");
    expect([kind, status, out]).toEqual([
      kind,
      0,
      "Reassigned 512 (100.00%) partitions. Balance is now 0.00.  Dispersion is now 0.00\n",
    ]);
    const ring = decodeRing(readFileSync(cloud.paths.at("etc", "swift", `${kind}.ring.gz`)));
    expect(devicesOf(ring, 77).sort()).toEqual(["d2", "d3"]);
  }
  // The running service reads the ring again; what is put now goes to the two that are left.
  await clock.advance(15_000);
  await swift.put("c/after", data);
  expect(placed(cloud)).toEqual({ d1: 4, d2: 5, d3: 1 });
  expect(md5((await swift.ask("GET", "c/before0")).bytes)).toBe(md5(data));
  // The audit moves the rest, and the node has nothing left that anybody would miss.
  while (placed(cloud)["d1"]) {
    await clock.advance(1_000_000);
    await Bun.sleep(1);
  }
  expect(placed(cloud)).toEqual({ d2: 5, d3: 5 });
  rmSync(cloud.paths.at("swift", "d1"), { recursive: true });
  for (const name of await swift.names("c")) {
    expect(md5((await swift.ask("GET", `c/${name}`)).bytes)).toBe(md5(data));
  }
});

test("OB-39 the folder of the rings is saved: without it an administrator's changes are lost, with it they are back", async () => {
  const saved = mkdtempSync(join(tmpdir(), "swift-rings-"));
  try {
    await using cloud = await objectCloud({ settings: { SWIFT_REPLICAS: "1" } });
    const swift = await swiftAs(cloud);
    await swift.put("c");
    await builder(cloud, "object.builder", "add", "r1z2-127.0.0.2:6220/d2", "100");
    await builder(cloud, "object.builder", "set_weight", "d0", "0");
    await builder(cloud, "object.builder", "pretend_min_part_hours_passed");
    expect((await builder(cloud, "object.builder", "rebalance")).status).toBe(0);
    await cloud.cloud.restartService("swift");
    await swift.put("c/o", noise(100_000));
    expect(placed(cloud)).toEqual({ d2: 1 });
    const folder = cloud.paths.at("etc", "swift");
    const before = await builder(cloud, "object.builder");
    // Every rebalance leaves a copy of both files behind, too.
    expect(readdirSync(join(folder, "backups")).map((name) => name.replace(/^\d+\./, ""))).toEqual(
      expect.arrayContaining(["object.builder", "object.ring.gz"]),
    );
    cpSync(folder, saved, { recursive: true });
    rmSync(folder, { recursive: true });
    expect(await builder(cloud, "object.builder")).toMatchObject({
      status: 2,
      out: expect.stringContaining("Ring Builder file does not exist: "),
    });
    await cloud.cloud.restartService("swift");
    await swift.put("c/p", noise(100_000));
    expect(placed(cloud)).toEqual({ d1: 1, d2: 1 });
    rmSync(folder, { recursive: true });
    cpSync(saved, folder, { recursive: true });
    const after = await builder(cloud, "object.builder");
    const steady = (text: string) => text.replace(/\(\d:\d\d:\d\d remaining\)/, "");
    expect(steady(after.out)).toBe(steady(before.out));
    expect((await builder(cloud, "object.builder", "validate")).status).toBe(0);
    await cloud.cloud.restartService("swift");
    await swift.put("c/q", noise(100_000));
    expect(placed(cloud)).toEqual({ d1: 1, d2: 2 });
    for (const name of ["o", "p", "q"])
      expect((await swift.ask("GET", `c/${name}`)).bytes.length).toBe(100_000);
  } finally {
    rmSync(saved, { recursive: true, force: true });
  }
});

test("a ring of one's own: made, filled, shown, searched, changed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "swift-ring-"));
  const file = join(folder, "object.builder");
  const say = async (...argv: string[]) => run(folder, file, ...argv);
  try {
    expect(await say("create", "4", "3", "1")).toEqual({ status: 0, out: "", err: "" });
    expect((await say("rebalance")).status).toBe(2);
    for (const n of [1, 2, 3, 4]) {
      const { status } = await say("add", `r1z${n}-10.0.0.${n}:6200/sdb1_rack ${n}`, "100");
      expect(status).toBe(0);
    }
    expect((await say("add", "z9-10.0.0.1:6200/sdb1", "100")).out).toBe(
      "Device 0 already uses 10.0.0.1:6200/sdb1.\nThe on-disk ring builder is unchanged.\n\n",
    );
    const { out: rebalanced } = await say("rebalance");
    expect(rebalanced).toStartWith("Reassigned 48 (300.00%) partitions. Balance is now 0.00.");
    const { out } = await say();
    const lines = out.split("\n");
    expect(lines[1]).toBe(
      "16 partitions, 3.000000 replicas, 1 regions, 4 zones, 4 devices, 0.00 balance, 0.00 dispersion",
    );
    expect(lines[4]).toBe(`Ring file ${file.replace("builder", "ring.gz")} is up-to-date`);
    expect(lines.slice(5, 7)).toEqual([
      "Devices:   id region zone ip address:port replication ip:port  name weight partitions balance flags meta",
      "            0      1    1   10.0.0.1:6200       10.0.0.1:6200  sdb1 100.00         12    0.00       rack 1",
    ]);
    expect((await say("search", "z2-10.0.0.2")).out.split("\n")[1]).toBe(
      "             1       1     2        10.0.0.2  6200        10.0.0.2              6200      sdb1 100.00         12    0.00 rack 2",
    );
    expect((await say("list_parts", "d3")).out.split("\n")).toHaveLength(14);
    expect(await say("rebalance")).toMatchObject({
      status: 1,
      out: expect.stringContaining("No partitions could be reassigned.\nThe time between rebalances must be"),
    });
    expect((await say("set_weight", "/sdb1", "50", "--yes")).out).toContain("weight set to 50.0\n");
    expect((await say("set_info", "--ip", "10.0.0.4", "--change-ip", "10.0.0.5")).out).toContain(
      '-10.0.0.5:6200R10.0.0.4:6200/sdb1_"rack 4"\n',
    );
    expect((await say()).out).toContain("is obsolete\n");
    expect((await say("write_ring")).status).toBe(0);
    expect((await say()).out).toContain("is up-to-date\n");
    for (const [argv, status] of [
      [["search", "10.9.9.9"], 2],
      [["remove", "nonsense!"], 2],
      [["remove"], 2],
      [["set_replicas", "0.5"], 2],
      [["set_replicas", "2.5"], 0],
      [["set_overload", "10%"], 0],
      [["set_min_part_hours", "2"], 0],
      [["nonsense"], 2],
      [["add", "z1-10.0.0.9:6200/../x", "1"], 2],
    ] as const) {
      expect([argv.join(" "), (await say(...argv)).status]).toEqual([argv.join(" "), status]);
    }
    await say("pretend_min_part_hours_passed");
    expect((await say("rebalance")).status).toBe(0);
    expect((await say("validate")).status).toBe(0);
    expect((await say()).out).toContain("16 partitions, 2.500000 replicas");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
