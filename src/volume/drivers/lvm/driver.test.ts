// The commands of the LVM driver, recorded: what it would run on a machine that has a device mapper.

import { beforeEach, describe, expect, test } from "bun:test";
import { FakeClock } from "../../../core/clock.ts";
import { testLog } from "../../../core/test-log.ts";
import { CommandFailed, type Runner } from "../commands.ts";
import type { DriverContext, DriverSnapshot, DriverVolume } from "../driver.ts";
import { GIB } from "../driver.ts";
import { LvmDriver } from "./driver.ts";

const signal = new AbortController().signal;

/** A volume group that remembers what the commands make of it. */
class RecordedGroup {
  commands: string[] = [];
  volumes = new Map<string, { size: number; attributes: string; origin: string }>();
  exists = true;
  freeGb = 20;

  run: Runner = async (command) => {
    const [program, ...args] = command;
    const last = args.at(-1) ?? "";
    if (program === "vgs") {
      if (!this.exists) throw new CommandFailed(command, 5, "Volume group not found");
      return ` 20.00:${this.freeGb.toFixed(2)}:${this.volumes.size}\n`;
    }
    if (program === "lvs" && args.includes("data_percent")) return " 25.00\n";
    if (program === "lvs") {
      const rows = [...this.volumes].map(([name, v]) => `  ${name}:${v.size}:${v.attributes}:${v.origin}`);
      return `${rows.join("\n")}\n`;
    }
    if (program === "qemu-img" && args[0] === "info") return '{"virtual-size": 1048576}';
    this.commands.push(command.join(" "));
    const named = args[args.indexOf("-n") + 1] ?? "";
    if (program === "lvcreate") {
      const isPool = args.includes("-T") && !args.includes("-V");
      const name = isPool ? last.split("/")[1]! : named;
      const size = Number(/(\d+)g/.exec(args.join(" "))?.[1] ?? 0) * GIB;
      const origin = args.includes("--snapshot") ? last.split("/")[1]! : "";
      const thin = args.includes("-V") || (origin !== "" && !args.includes("-L"));
      const inherited = this.volumes.get(origin)?.size ?? 0;
      this.volumes.set(name, {
        size: thin && origin !== "" ? inherited : size,
        attributes: isPool ? "twi-a-tz--" : thin ? "Vwi-a-tz--" : origin ? "swi-a-s---" : "-wi-a-----",
        origin,
      });
    }
    if (program === "lvextend")
      this.volumes.get(last.split("/")[1]!)!.size = Number.parseInt(args[1]!, 10) * GIB;
    if (program === "lvremove" || program === "lvconvert") this.volumes.delete(last.split("/")[1]!);
    if (program === "lvrename") {
      this.volumes.set(args[2]!, this.volumes.get(args[1]!)!);
      this.volumes.delete(args[1]!);
    }
    return "";
  };

  /** What was run since the last time. */
  take(): string[] {
    return this.commands.splice(0);
  }
}

let group: RecordedGroup;
beforeEach(() => {
  group = new RecordedGroup();
});

function driverOf(lvmType: DriverContext["lvmType"], log = testLog()): LvmDriver {
  const context: DriverContext = {
    backendName: "lvm",
    log: log.book.logger("c-vol", "cinder-volume"),
    clock: new FakeClock(),
    machine: { hostName: "testhost", privileged: true, slot: 0 },
    dir: "/nowhere",
    poolBytes: 0,
    fileFormat: "auto",
    volumeGroup: "cinder-volumes",
    lvmType,
    volumeClear: "zero",
    formatOf: () => null,
    liveCopy: async () => false,
  };
  return new LvmDriver(context, group.run, true);
}

const volume = (id: string, format: string, sizeGb = 1): DriverVolume => ({
  id,
  dataId: id,
  sizeGb,
  format,
  multiattach: false,
  attached: false,
});
const snapshot = (id: string, of: DriverVolume): DriverSnapshot => ({
  id,
  dataId: id,
  volume: of,
  sizeGb: of.sizeGb,
  format: of.format,
});

describe("thick", () => {
  test("VO-27 a volume of the group cinder-volumes: made, extended, cleared and removed", async () => {
    const driver = driverOf("default");
    await driver.init();
    const v = volume("a", driver.formatFor());
    await driver.create(v);
    await driver.create(v);
    await driver.extend(v, 3);
    expect(await driver.connect(v, false)).toMatchObject({
      kind: "block",
      path: "/dev/cinder-volumes/volume-a",
      format: "raw",
    });
    await driver.delete(v);
    await driver.delete(v);
    expect(group.take()).toEqual([
      "lvcreate --yes -n volume-a cinder-volumes -L 1g",
      "lvextend -L 3g cinder-volumes/volume-a",
      "dd if=/dev/zero of=/dev/cinder-volumes/volume-a bs=4M count=768 oflag=direct status=none",
      "lvremove --yes -f cinder-volumes/volume-a",
    ]);
    expect(await driver.stats()).toMatchObject({ totalCapacityGb: 20, thickProvisioning: true });
  });

  test("snapshots have room of their own, clones are copied from a snapshot", async () => {
    const driver = driverOf("default");
    await driver.init();
    const v = volume("a", "lvm");
    await driver.create(v);
    const s = snapshot("s", v);
    await driver.createSnapshot(s);
    await driver.createFromSnapshot(volume("b", "lvm", 2), s, signal);
    await driver.createFromVolume(volume("c", "lvm"), v, signal);
    await driver.revert(v, s);
    await driver.deleteSnapshot(s);
    expect(group.take()).toEqual([
      "lvcreate --yes -n volume-a cinder-volumes -L 1g",
      "lvcreate --yes --snapshot -n _snapshot-s -L 1g cinder-volumes/volume-a",
      "lvcreate --yes -n stack-part-b cinder-volumes -L 2g",
      "dd if=/dev/cinder-volumes/_snapshot-s of=/dev/cinder-volumes/stack-part-b bs=4M conv=fsync status=none",
      "lvrename cinder-volumes stack-part-b volume-b",
      "lvcreate --yes -n stack-part-c cinder-volumes -L 1g",
      "lvcreate --yes --snapshot -n stack-part-c-source -L 1g cinder-volumes/volume-a",
      "dd if=/dev/cinder-volumes/stack-part-c-source of=/dev/cinder-volumes/stack-part-c bs=4M conv=fsync status=none",
      "lvremove --yes -f cinder-volumes/stack-part-c-source",
      "lvrename cinder-volumes stack-part-c volume-c",
      "lvconvert --yes --merge cinder-volumes/_snapshot-s",
      "lvchange -a n cinder-volumes/volume-a",
      "lvchange --yes -K -a y cinder-volumes/volume-a",
      "lvcreate --yes --snapshot -n _snapshot-s -L 1g cinder-volumes/volume-a",
      "dd if=/dev/zero of=/dev/mapper/cinder--volumes-_snapshot--s-cow bs=4M count=256 oflag=direct status=none",
      "lvremove --yes -f cinder-volumes/_snapshot-s",
    ]);
  });

  test("an image is written into a part that is renamed when it is complete", async () => {
    const driver = driverOf("default");
    await driver.init();
    const source = { path: "/images/i", format: "qcow2", trusted: false, imageId: "i" };
    await driver.createFromData(volume("a", "lvm"), source, signal);
    expect(group.take()).toEqual([
      "lvcreate --yes -n stack-part-a cinder-volumes -L 1g",
      "qemu-img convert -t writeback -n -f qcow2 -O raw /images/i /dev/cinder-volumes/stack-part-a",
      "lvrename cinder-volumes stack-part-a volume-a",
    ]);
  });

  test("a new start removes what was half-made", async () => {
    group.volumes.set("stack-part-x", { size: GIB, attributes: "-wi-a-----", origin: "" });
    await driverOf("default").init();
    expect(group.take()).toEqual(["lvremove --yes -f cinder-volumes/stack-part-x"]);
  });

  test("an existing logical volume is renamed to the volume's name", async () => {
    const driver = driverOf("default");
    await driver.init();
    group.volumes.set("mine", { size: 1.5 * GIB, attributes: "-wi-a-----", origin: "" });
    expect(await driver.inspect({ "source-name": "mine" })).toEqual({ sizeGb: 2, format: "lvm" });
    await driver.manage(volume("a", "lvm", 2), { "source-name": "mine" });
    await driver.manage(volume("a", "lvm", 2), { "source-name": "mine" });
    expect(group.take()).toEqual(["lvrename cinder-volumes mine volume-a"]);
    await expect(driver.inspect({ "source-name": "other" })).rejects.toThrow("does not exist");
  });
});

describe("thin", () => {
  test("an empty group becomes a pool; snapshots and clones cost nothing", async () => {
    const driver = driverOf("auto");
    await driver.init();
    const v = volume("a", driver.formatFor());
    await driver.create(v);
    const s = snapshot("s", v);
    await driver.createSnapshot(s);
    await driver.createFromSnapshot(volume("b", "lvm-thin", 2), s, signal);
    await driver.delete(v);
    expect(group.take()).toEqual([
      "lvcreate --yes -T -L 19g cinder-volumes/cinder-volumes-pool",
      "lvcreate --yes -T cinder-volumes/cinder-volumes-pool -V 1g -n volume-a",
      "lvcreate --yes --snapshot -n _snapshot-s cinder-volumes/volume-a",
      "lvchange --yes -K -ay cinder-volumes/_snapshot-s",
      "lvcreate --yes --snapshot -n volume-b cinder-volumes/_snapshot-s",
      "lvchange --yes -K -ay cinder-volumes/volume-b",
      "lvextend -L 2g cinder-volumes/volume-b",
      "lvremove --yes -f cinder-volumes/volume-a",
    ]);
    expect(await driver.stats()).toMatchObject({
      thinProvisioning: true,
      totalCapacityGb: 19,
      freeCapacityGb: 14.25,
    });
  });
});

test("VO-29 a group that does not exist", async () => {
  group.exists = false;
  await expect(driverOf("auto").init()).rejects.toThrow(
    "Bad or unexpected response from the storage volume backend API: volume group cinder-volumes doesn't exist",
  );
});
