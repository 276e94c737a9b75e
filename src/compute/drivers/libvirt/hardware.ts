// What images and flavors ask of the virtual hardware. Names, values and defaults: nova/objects/image_meta.py and
// nova/virt/hardware.py of Zed; what wins when both ask is nova's too.

import { UnsupportedHardware } from "./errors.ts";

export type DiskBus = "virtio" | "scsi" | "ide" | "usb" | "fdc" | "sata";

const DISK_BUSES: readonly string[] = ["virtio", "scsi", "ide", "usb", "fdc", "sata"];

/** nova/virt/libvirt/vif.py, SUPPORTED_VIF_MODELS for qemu and kvm, without those that no x86 machine has. */
export const VIF_MODELS = ["virtio", "ne2k_pci", "pcnet", "rtl8139", "e1000", "e1000e", "vmxnet3"] as const;

export const VIDEO_MODELS = ["vga", "cirrus", "vmvga", "qxl", "virtio", "none", "bochs"] as const;

const SCSI_MODELS: readonly string[] = [
  "virtio-scsi",
  "lsilogic",
  "lsisas1068",
  "lsisas1078",
  "vmpvscsi",
  "buslogic",
];

export const WATCHDOG_ACTIONS: readonly string[] = ["none", "pause", "poweroff", "reset"];

/** oslo_utils.strutils.bool_from_string. */
export function truth(text: string | undefined): boolean {
  return ["1", "t", "true", "on", "y", "yes"].includes((text ?? "").trim().toLowerCase());
}

function count(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,9}$/.test(text.trim()) ? Number(text) : null;
}

export class Hardware {
  readonly image: Readonly<Record<string, string>>;
  readonly flavor: Readonly<Record<string, string>>;
  readonly virtType: string;
  readonly #defaultMachine: string;

  constructor(
    image: Readonly<Record<string, string>>,
    flavor: Readonly<Record<string, string>>,
    virtType: string,
    defaultMachine: string,
  ) {
    this.image = image;
    this.flavor = flavor;
    this.virtType = virtType;
    this.#defaultMachine = defaultMachine;
  }

  /** The same guest from another image: for rescue. */
  with(image: Readonly<Record<string, string>>): Hardware {
    return new Hardware(image, this.flavor, this.virtType, this.#defaultMachine);
  }

  /** Names come from users and end up in a program's arguments. @throws UnsupportedHardware */
  get machine(): string {
    const machine = this.image["hw_machine_type"] ?? this.#defaultMachine;
    if (!/^(pc|q35|pc-i440fx-[\w.]+|pc-q35-[\w.]+)$/.test(machine)) throw this.#unsupported(machine);
    return machine;
  }

  get isQ35(): boolean {
    return this.machine.includes("q35");
  }

  /** @throws UnsupportedHardware */
  get diskBus(): DiskBus {
    return this.bus(this.image["hw_disk_bus"] ?? "virtio");
  }

  /** Q35 has no IDE. @throws UnsupportedHardware */
  get cdromBus(): DiskBus {
    return this.bus(this.image["hw_cdrom_bus"] ?? (this.isQ35 ? "sata" : "ide"));
  }

  /** Null: not asked for (`hw_rescue_device`, `hw_rescue_bus`). @throws UnsupportedHardware */
  get rescue(): { device: "disk" | "cdrom"; bus: DiskBus } | null {
    const device = this.image["hw_rescue_device"];
    const bus = this.image["hw_rescue_bus"];
    if (device === undefined && bus === undefined) return null;
    if (device !== undefined && device !== "disk" && device !== "cdrom") throw this.#unsupported(device);
    const cdrom = device === "cdrom";
    return {
      device: cdrom ? "cdrom" : "disk",
      bus: bus === undefined ? (cdrom ? this.cdromBus : this.diskBus) : this.bus(bus),
    };
  }

  /** @throws UnsupportedHardware */
  bus(bus: string): DiskBus {
    if (!DISK_BUSES.includes(bus) || (bus === "ide" && this.isQ35)) throw this.#unsupported(bus);
    return bus as DiskBus;
  }

  /**
   * Nova leaves the default to libvirt, which takes a controller of 1998 that current cloud kernels have no driver for.
   * @throws UnsupportedHardware
   */
  get scsiModel(): string {
    const model = this.image["hw_scsi_model"] ?? "virtio-scsi";
    if (!SCSI_MODELS.includes(model)) throw this.#unsupported(model);
    return model;
  }

  /** @throws UnsupportedHardware */
  get vifModel(): string {
    const model = this.image["hw_vif_model"] ?? "virtio";
    if (!(VIF_MODELS as readonly string[]).includes(model)) throw this.#unsupported(model);
    return model;
  }

  /** Memory in KiB; null: the model's own. @throws UnsupportedHardware */
  get video(): { model: string; vramKb: number | null } {
    const model = this.image["hw_video_model"] ?? "virtio";
    if (!(VIDEO_MODELS as readonly string[]).includes(model)) throw this.#unsupported(model);
    const asked = count(this.image["hw_video_ram"]) ?? 0;
    const most = count(this.flavor["hw_video:ram_max_mb"]) ?? 0;
    if (asked > most) throw this.#unsupported(`video RAM of ${asked} MB`);
    return { model, vramKb: asked > 0 ? asked * 1024 : null };
  }

  /** The image's word counts more than the flavor's. @throws UnsupportedHardware */
  get watchdogAction(): string | null {
    const action = this.image["hw_watchdog_action"] ?? this.flavor["hw:watchdog_action"] ?? "disabled";
    if (action === "disabled") return null;
    if (!WATCHDOG_ACTIONS.includes(action)) throw this.#unsupported(`watchdog action ${action}`);
    return action;
  }

  get guestAgent(): boolean {
    return truth(this.image["hw_qemu_guest_agent"]);
  }

  /** Limit in bytes per milliseconds, or none. Null: the guest gets no generator. */
  get random(): { bytes: number | null; periodMs: number | null } | null {
    if (!truth(this.flavor["hw_rng:allowed"] ?? "True")) return null;
    const bytes = count(this.flavor["hw_rng:rate_bytes"]);
    return { bytes, periodMs: bytes === null ? null : count(this.flavor["hw_rng:rate_period"]) };
  }

  get windows(): boolean {
    return this.image["os_type"] === "windows";
  }

  get uefi(): boolean {
    return this.image["hw_firmware_type"] === "uefi";
  }

  get bootMenu(): boolean {
    return truth(this.flavor["hw:boot_menu"] ?? this.image["hw_boot_menu"]);
  }

  get hpet(): boolean {
    return truth(this.image["hw_time_hpet"]);
  }

  /** The account whose password `setAdminPassword` sets. */
  get adminUser(): string {
    return this.image["os_admin_user"] ?? (this.windows ? "Administrator" : "root");
  }

  /** Serial lines; the first is the console. nova/virt/hardware.py, get_number_of_serial_ports; QEMU has four. */
  get serialPorts(): number {
    const most = count(this.flavor["hw:serial_port_count"]);
    const asked = count(this.image["hw_serial_port_count"]);
    return Math.min(4, Math.max(1, Math.min(asked ?? most ?? 1, most ?? asked ?? 1)));
  }

  topology(vcpus: number): { sockets: number; cores: number; threads: number } {
    const wish = (what: string) =>
      count(this.flavor[`hw:cpu_${what}`]) ?? count(this.image[`hw_cpu_${what}`]);
    const [sockets, cores, threads] = [wish("sockets"), wish("cores"), wish("threads")];
    const known = (sockets ?? 1) * (cores ?? 1) * (threads ?? 1);
    if (known > 0 && vcpus % known === 0) {
      const rest = vcpus / known;
      if (sockets === null) return { sockets: rest, cores: cores ?? 1, threads: threads ?? 1 };
      if (cores === null) return { sockets, cores: rest, threads: threads ?? 1 };
      if (threads === null || rest === 1) return { sockets, cores, threads: (threads ?? 1) * rest };
    }
    return { sockets: vcpus, cores: 1, threads: 1 };
  }

  /** `quota:disk_read_iops_sec` and its like: libvirt's `iotune`, name → number. */
  get diskLimits(): Record<string, number> {
    return this.#quotas("disk_", [
      "read_bytes_sec",
      "read_iops_sec",
      "write_bytes_sec",
      "write_iops_sec",
      "total_bytes_sec",
      "total_iops_sec",
    ]);
  }

  /** `quota:cpu_shares`, `cpu_period`, `cpu_quota`. */
  get cpuLimits(): Record<string, number> {
    return this.#quotas("cpu_", ["shares", "period", "quota"]);
  }

  /** `quota:vif_inbound_average` and its like, KiB/s and KiB. */
  vifLimits(direction: "inbound" | "outbound"): Record<string, number> {
    return this.#quotas(`vif_${direction}_`, ["average", "peak", "burst"]);
  }

  #quotas(prefix: string, names: readonly string[]): Record<string, number> {
    const limits: Record<string, number> = {};
    for (const name of names) {
      const value = count(this.flavor[`quota:${prefix}${name}`]);
      if (value !== null) limits[name] = value;
    }
    return limits;
  }

  #unsupported(model: string): UnsupportedHardware {
    return new UnsupportedHardware(model, this.virtType);
  }
}
