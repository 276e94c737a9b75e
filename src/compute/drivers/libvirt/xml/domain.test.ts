// Whole domains beside what they have to be. UPDATE_GOLDEN=1 writes the files anew; look at the difference then.

import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BlockDevice, GuestSpec } from "../../driver.ts";
import { interfaceConfig } from "../define.ts";
import type { FolderInfo } from "../folder.ts";
import { Hardware } from "../hardware.ts";
import { diskLayout } from "../layout.ts";
import { type DomainConfig, domainElement, domainXml } from "./domain.ts";
import { xmlText } from "./element.ts";
import { domainOwner, readOwner } from "./metadata.ts";
import { parseXml } from "./parse.ts";

const folder = "/var/lib/stack/instances/0a3d1e2f-8f4e-4d1c-9d2b-5d6f7a8b9c0d";

const spec: GuestSpec = {
  uuid: "0a3d1e2f-8f4e-4d1c-9d2b-5d6f7a8b9c0d",
  name: "instance-0000002a",
  displayName: "web <1> & \u0007co",
  hostname: "web-1",
  projectId: "5f705771ed364aa2b2c6ba1bc8e6c0e1",
  userId: "1a2b3c4d5e6f47088990a1b2c3d4e5f6",
  flavorName: "m1.tiny",
  vcpus: 1,
  memoryMb: 512,
  rootGb: 1,
  extraSpecs: {},
  image: {
    id: "1e2f3a4b-0000-4000-8000-000000000001",
    path: "/var/lib/stack/images/1e2f3a4b-0000-4000-8000-000000000001",
    diskFormat: "qcow2",
    containerFormat: "bare",
    sizeBytes: 13_167_616,
    kernelPath: null,
    ramdiskPath: null,
    properties: {},
  },
  bootsFromVolume: false,
  imageProperties: {},
  rootDeviceName: "/dev/vda",
  localDisks: [],
  blockDevices: [],
  vifs: [
    {
      id: "8d734d88-8730-40f1-aa35-3dc44dc7d732",
      macAddress: "fa:16:3e:12:34:56",
      networkId: "11111111-2222-4333-8444-555555555555",
      networkName: "private",
      addresses: [
        {
          address: "10.0.0.5",
          version: 4,
          cidr: "10.0.0.0/24",
          gateway: "10.0.0.1",
          dns: [],
          floating: [],
          subnetId: "66666666-2222-4333-8444-555555555555",
        },
      ],
      mtu: 1450,
      bridge: "br100",
      tapName: "tap8d734d88-87",
      status: "ACTIVE",
      tag: null,
      ownedByServer: true,
    },
  ],
  configDrive: null,
};

function volume(volumeId: string, deviceName: string, changes: Partial<BlockDevice> = {}): BlockDevice {
  const path = `/var/lib/stack/volumes/volume-${volumeId}`;
  return {
    volumeId,
    connection: { kind: "file", path, format: "raw", readonly: false, serial: volumeId },
    deviceName,
    bootIndex: null,
    deviceType: "disk",
    bus: null,
    tag: null,
    ...changes,
  };
}

interface Case {
  spec?: Partial<GuestSpec>;
  disks?: FolderInfo["disks"];
  virtType?: string;
  machine?: string;
  rescue?: Record<string, string>;
  config?: Partial<DomainConfig>;
}

function configOf({
  spec: changes = {},
  disks,
  virtType = "qemu",
  machine = "pc",
  rescue,
  config,
}: Case): DomainConfig {
  const guest = { ...spec, ...changes };
  const hardware = new Hardware(guest.imageProperties, guest.extraSpecs, virtType, machine);
  return {
    spec: guest,
    hardware,
    owner: {
      cloud: "c0ffee00-0000-4000-8000-000000000001",
      host: "c01",
      instances: "/var/lib/stack/instances",
    },
    atMs: Date.UTC(2013, 1, 27, 17, 39, 31),
    cpu: virtType === "kvm" ? { mode: "host-model", model: "" } : { mode: "custom", model: "Nehalem" },
    disks: diskLayout({
      spec: guest,
      hardware,
      info: { host: "c01", disks: disks ?? { disk: { format: "qcow2", base: "x" } } },
      path: (name) => `${folder}/${name}`,
      cache: "none",
      ...(rescue ? { rescue: hardware.with(rescue) } : {}),
    }),
    interfaces: guest.vifs.map((vif) => interfaceConfig(vif, vif.bridge ?? "", hardware.vifModel)),
    kernel: null,
    consoleLog: `${folder}/console.log`,
    vncListen: "127.0.0.1",
    freePageReporting: true,
    user: { uid: 0, gid: 0 },
    ...config,
  };
}

const cases: Record<string, Case> = {
  plain: {},
  "disks-of-all-kinds": {
    spec: {
      localDisks: [
        { deviceName: "/dev/vdb", sizeMb: 2048, guestFormat: null, kind: "ephemeral", bus: null },
        { deviceName: "/dev/vdc", sizeMb: 512, guestFormat: null, kind: "swap", bus: null },
      ],
      blockDevices: [
        volume("aaaaaaaa-0000-4000-8000-000000000001", "/dev/vdd", { bootIndex: 1 }),
        volume("aaaaaaaa-0000-4000-8000-000000000002", "/dev/sda", {
          bus: "scsi",
          connection: {
            kind: "block",
            path: "/dev/stack/volume-2",
            format: "raw",
            readonly: true,
            serial: "aaaaaaaa-0000-4000-8000-000000000002",
            multiattach: true,
          },
        }),
        volume("aaaaaaaa-0000-4000-8000-000000000003", "/dev/hdb", { deviceType: "cdrom" }),
      ],
      extraSpecs: { "quota:disk_total_iops_sec": "500", "quota:cpu_shares": "2048" },
    },
    disks: {
      disk: { format: "qcow2", base: "x" },
      "disk.eph0": { format: "qcow2", base: "ephemeral_2_ext4" },
      "disk.swap": { format: "qcow2", base: "swap_512" },
      "disk.config": { format: "raw", kind: "iso9660" },
    },
  },
  "image-properties": {
    spec: {
      vcpus: 4,
      imageProperties: {
        hw_disk_bus: "scsi",
        hw_vif_model: "e1000",
        hw_video_model: "vga",
        hw_video_ram: "16",
        hw_watchdog_action: "reset",
        hw_qemu_guest_agent: "yes",
        hw_input_bus: "virtio",
        hw_serial_port_count: "2",
        hw_boot_menu: "true",
        hw_cpu_threads: "2",
        os_admin_user: "admin",
      },
      extraSpecs: {
        "hw_video:ram_max_mb": "64",
        "hw:serial_port_count": "2",
        "hw:cpu_sockets": "1",
        "hw_rng:rate_bytes": "4096",
        "hw_rng:rate_period": "1000",
        "quota:vif_inbound_average": "1024",
      },
    },
    disks: { disk: { format: "qcow2", base: "x" }, "disk.config": { format: "raw", kind: "vfat" } },
  },
  "kvm-windows-q35": {
    spec: {
      imageProperties: { os_type: "windows", hw_machine_type: "q35", hw_firmware_type: "uefi" },
      extraSpecs: { "hw_rng:allowed": "False" },
    },
    disks: { disk: { format: "qcow2", base: "x" }, "disk.config": { format: "raw", kind: "iso9660" } },
    virtType: "kvm",
  },
  "direct-kernel-as-a-user": {
    config: {
      kernel: {
        kernel: `${folder}/kernel`,
        ramdisk: `${folder}/ramdisk`,
        commandLine: 'root=/dev/vda console=ttyS0 quiet="1"',
      },
      user: null,
      freePageReporting: false,
      cpu: { mode: "maximum", model: "" },
    },
  },
  iso: { disks: { disk: { format: "raw", kind: "iso", base: "x" } } },
  "boot-from-volume": {
    spec: {
      image: null,
      bootsFromVolume: true,
      vifs: [],
      blockDevices: [
        volume("aaaaaaaa-0000-4000-8000-000000000001", "/dev/vdb"),
        volume("aaaaaaaa-0000-4000-8000-000000000009", "/dev/vda", { bootIndex: 0 }),
      ],
    },
    disks: {},
  },
  rescue: {
    spec: { blockDevices: [volume("aaaaaaaa-0000-4000-8000-000000000001", "/dev/vdb")] },
    disks: { disk: { format: "qcow2", base: "x" }, "disk.rescue": { format: "qcow2", base: "y" } },
    rescue: {},
  },
  "stable-rescue": {
    spec: { blockDevices: [volume("aaaaaaaa-0000-4000-8000-000000000001", "/dev/vdb")] },
    disks: { disk: { format: "qcow2", base: "x" }, "disk.rescue": { format: "qcow2", base: "y" } },
    rescue: { hw_rescue_device: "cdrom", hw_rescue_bus: "usb" },
  },
};

for (const [name, value] of Object.entries(cases)) {
  test(`the domain "${name}"`, () => {
    const path = join(import.meta.dir, "golden", `${name}.xml`);
    const xml = domainXml(configOf(value));
    if (process.env["UPDATE_GOLDEN"]) writeFileSync(path, xml);
    expect(xml).toBe(readFileSync(path, "utf8"));
    expect(xmlText(parseXml(xml))).toBe(xml);
  });
}

test("whose it is can be read back", () => {
  const owner = domainOwner(domainElement(configOf({ spec: { imageProperties: { hw_disk_bus: "scsi" } } })));
  expect(owner && readOwner(owner)).toEqual({
    cloud: "c0ffee00-0000-4000-8000-000000000001",
    host: "c01",
    instances: "/var/lib/stack/instances",
    diskBus: "scsi",
    vifModel: "virtio",
    adminUser: "root",
  });
});
