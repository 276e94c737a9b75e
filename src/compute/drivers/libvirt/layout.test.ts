// Names and buses of disks beyond what the golden domains show.

import { expect, test } from "bun:test";
import { type BlockDevice, GuestDiskFailed, type GuestSpec } from "../driver.ts";
import { Hardware } from "./hardware.ts";
import { diskLayout, scsiUnitOf, targetOn, volumeAlias, volumeConfig } from "./layout.ts";

const spec = {
  uuid: "0a3d1e2f-8f4e-4d1c-9d2b-5d6f7a8b9c0d",
  bootsFromVolume: false,
  rootDeviceName: "/dev/vda",
  localDisks: [],
  blockDevices: [],
} as unknown as GuestSpec;

function targets(changes: Partial<GuestSpec>, image: Record<string, string> = {}, disks = {}): string[] {
  return diskLayout({
    spec: { ...spec, ...changes },
    hardware: new Hardware(image, {}, "qemu", "pc"),
    info: { host: "c01", disks: { disk: { format: "qcow2" }, ...disks } },
    path: (name) => name,
    cache: "none",
  }).map(({ bus, target }) => `${bus} ${target}`);
}

function volume(deviceName: string, changes: Partial<BlockDevice> = {}): BlockDevice {
  const volumeId = crypto.randomUUID();
  return {
    volumeId,
    connection: { kind: "file", path: "/v", format: "raw", readonly: false, serial: volumeId },
    deviceName,
    bootIndex: null,
    deviceType: "disk",
    bus: null,
    tag: null,
    ...changes,
  };
}

test("CP-45 names follow the rows, with the prefix of the bus", () => {
  expect(targets({ blockDevices: [volume("/dev/vdb"), volume("/dev/vdaa")] })).toEqual([
    "virtio vda",
    "virtio vdb",
    "virtio vdaa",
  ]);
  expect(targets({ blockDevices: [volume("/dev/vdb")] }, { hw_disk_bus: "sata" })).toEqual([
    "sata sda",
    "sata sdb",
  ]);
  expect(targets({ rootDeviceName: "/dev/xvda" }, { hw_disk_bus: "ide" })).toEqual(["ide hda"]);
});

test("a name that is taken, or none at all, becomes the next free one", () => {
  expect(
    targets({ blockDevices: [volume("/dev/vda"), volume("nonsense"), volume("/dev/sda", { bus: "usb" })] }),
  ).toEqual(["virtio vda", "virtio vdb", "virtio vdc", "usb sda"]);
  expect(targetOn("virtio", "/dev/vdb", ["vda", "vdb", "vdc"])).toBe("vdd");
  expect(targetOn("ide", "/dev/vdb", [])).toBe("hdb");
});

test("a config drive as a disk keeps away from the names of volumes", () => {
  const vfat = { "disk.config": { format: "raw", kind: "vfat" } };
  expect(targets({}, {}, vfat)).toEqual(["virtio vda", "virtio vdz"]);
  expect(targets({}, { hw_disk_bus: "ide" }, vfat)).toEqual(["ide hda", "ide hdb"]);
});

test("SCSI units, where the controller has room for them", () => {
  expect(scsiUnitOf("scsi", "sda", "virtio-scsi")).toBe(0);
  expect(scsiUnitOf("scsi", "sdz", "virtio-scsi")).toBe(25);
  expect(scsiUnitOf("scsi", "sdaa", "virtio-scsi")).toBe(26);
  expect(scsiUnitOf("scsi", "sda", "lsilogic")).toBeNull();
  expect(scsiUnitOf("virtio", "vda", "virtio-scsi")).toBeNull();
});

test("disks that are not there, and volumes without data", () => {
  expect(() => targets({ localDisks: [{ kind: "swap" }] as never })).toThrow(GuestDiskFailed);
  const simulated = volume("/dev/vdb");
  simulated.connection = { ...simulated.connection, kind: "none" };
  expect(() => volumeConfig(simulated, "virtio", "vdb", "none", false)).toThrow("simulated");
});

test("aliases hold only what libvirt allows", () => {
  expect(volumeAlias("a/b c'd")).toBe("ua-a_b_c_d");
});
