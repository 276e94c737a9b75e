import { describe, expect, test } from "bun:test";
import { UnsupportedHardware } from "./errors.ts";
import { Hardware, truth } from "./hardware.ts";

function hardware(image: Record<string, string> = {}, flavor: Record<string, string> = {}): Hardware {
  return new Hardware(image, flavor, "qemu", "pc");
}

test("IM-13 without any wish it is virtio, with an IDE CD", () => {
  const plain = hardware();
  expect([plain.diskBus, plain.cdromBus, plain.vifModel, plain.machine]).toEqual([
    "virtio",
    "ide",
    "virtio",
    "pc",
  ]);
  expect(plain.video).toEqual({ model: "virtio", vramKb: null });
  expect([plain.watchdogAction, plain.guestAgent, plain.rescue, plain.uefi]).toEqual([
    null,
    false,
    null,
    false,
  ]);
  expect([plain.serialPorts, plain.adminUser, plain.random]).toEqual([
    1,
    "root",
    { bytes: null, periodMs: null },
  ]);
});

test("IM-13 what an image asks for", () => {
  const asked = hardware({ hw_disk_bus: "scsi", hw_cdrom_bus: "ide", hw_vif_model: "e1000" });
  expect([asked.diskBus, asked.cdromBus, asked.vifModel, asked.scsiModel]).toEqual([
    "scsi",
    "ide",
    "e1000",
    "virtio-scsi",
  ]);
  expect(hardware({ hw_machine_type: "pc-q35-7.2" }).cdromBus).toBe("sata");
  expect(hardware({ os_type: "windows" }).adminUser).toBe("Administrator");
});

describe("what QEMU has not is refused", () => {
  const wishes: [string, (h: Hardware) => unknown][] = [
    ["hw_disk_bus=xen", (h) => h.diskBus],
    ["hw_cdrom_bus=", (h) => h.cdromBus],
    ["hw_vif_model=netfront", (h) => h.vifModel],
    ["hw_scsi_model=ibmvscsi", (h) => h.scsiModel],
    ["hw_video_model=xen", (h) => h.video],
    ["hw_video_ram=64", (h) => h.video],
    ["hw_watchdog_action=explode", (h) => h.watchdogAction],
    ["hw_machine_type=virt,accel=kvm", (h) => h.machine],
    ["hw_rescue_device=floppy", (h) => h.rescue],
  ];
  test.each(wishes)("%s", (wish, look) => {
    const [name = "", value = ""] = wish.split("=");
    expect(() => look(hardware({ [name]: value || "none" }))).toThrow(UnsupportedHardware);
  });

  test("in nova's words", () => {
    expect(() => hardware({ hw_vif_model: "sungem" }).vifModel).toThrow(
      "Requested hardware 'sungem' is not supported by the 'qemu' virt driver",
    );
    expect(() => hardware({ hw_machine_type: "q35", hw_disk_bus: "ide" }).diskBus).toThrow(
      UnsupportedHardware,
    );
  });
});

test("image and flavor together", () => {
  expect(
    hardware({ hw_watchdog_action: "disabled" }, { "hw:watchdog_action": "reset" }).watchdogAction,
  ).toBeNull();
  expect(hardware({}, { "hw:watchdog_action": "reset" }).watchdogAction).toBe("reset");
  expect(hardware({ hw_video_ram: "16" }, { "hw_video:ram_max_mb": "32" }).video.vramKb).toBe(16_384);
  expect(hardware({ hw_serial_port_count: "3" }, { "hw:serial_port_count": "2" }).serialPorts).toBe(2);
  expect(hardware({}, { "hw:serial_port_count": "9" }).serialPorts).toBe(4);
  expect(hardware({}, { "hw_rng:allowed": "no" }).random).toBeNull();
  expect(hardware({}, { "quota:cpu_shares": "7", "quota:cpu_quota": "-1" }).cpuLimits).toEqual({ shares: 7 });
});

test("the topology of virtual CPUs", () => {
  const topology = (vcpus: number, flavor: Record<string, string> = {}) => {
    const { sockets, cores, threads } = hardware({}, flavor).topology(vcpus);
    return `${sockets}/${cores}/${threads}`;
  };
  expect(topology(4)).toBe("4/1/1");
  expect(topology(8, { "hw:cpu_sockets": "2" })).toBe("2/4/1");
  expect(topology(8, { "hw:cpu_cores": "4" })).toBe("2/4/1");
  expect(topology(8, { "hw:cpu_sockets": "1", "hw:cpu_threads": "2" })).toBe("1/4/2");
  expect(topology(8, { "hw:cpu_sockets": "2", "hw:cpu_cores": "2" })).toBe("2/2/2");
  expect(topology(8, { "hw:cpu_sockets": "2", "hw:cpu_cores": "2", "hw:cpu_threads": "2" })).toBe("2/2/2");
  // What does not come out even is not kept.
  expect(topology(6, { "hw:cpu_sockets": "4" })).toBe("6/1/1");
  expect(topology(8, { "hw:cpu_sockets": "1", "hw:cpu_cores": "2", "hw:cpu_threads": "2" })).toBe("8/1/1");
  expect(topology(2, { "hw:cpu_cores": "0" })).toBe("2/1/1");
});

test("words for true", () => {
  expect(["yes", "True", " on ", "1", "t"].every(truth)).toBe(true);
  expect(["no", "", "2", undefined].some(truth)).toBe(false);
});
