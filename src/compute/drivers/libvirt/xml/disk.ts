// `<disk>`: https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms

import { el, type XmlElement } from "./element.ts";

export interface DiskConfig {
  /** A file or a device of the host. */
  source: { kind: "file" | "block"; path: string };
  format: "qcow2" | "raw";
  device: "disk" | "cdrom" | "lun";
  bus: string;
  /** `vda` */
  target: string;
  /** On the first SCSI controller; null: where libvirt wants it, which for high letters is on further controllers. */
  scsiUnit?: number | null;
  /** The name by which it is found again; libvirt lets users name what begins with `ua-`. Null: libvirt's choice. */
  alias: string | null;
  cache: string;
  /** The guest's trims give room back to the host. */
  discard: boolean;
  readonly?: boolean;
  shareable?: boolean;
  serial?: string | null;
  /** 1 is tried first. */
  bootOrder?: number | null;
  limits?: Readonly<Record<string, number>>;
}

export function diskElement(disk: DiskConfig): XmlElement {
  const { source, limits = {} } = disk;
  const limited = Object.entries(limits);
  return el(
    "disk",
    { type: source.kind, device: disk.device },
    el("driver", {
      name: "qemu",
      type: disk.format,
      cache: disk.cache,
      discard: disk.discard && disk.device === "disk" ? "unmap" : null,
    }),
    el("source", { [source.kind === "file" ? "file" : "dev"]: source.path }),
    el("target", { dev: disk.target, bus: disk.bus }),
    limited.length > 0 &&
      el(
        "iotune",
        {},
        limited.map(([name, value]) => el(name, {}, value)),
      ),
    disk.serial && disk.device !== "lun" && el("serial", {}, disk.serial),
    (disk.readonly || disk.device === "cdrom") && el("readonly"),
    disk.shareable && el("shareable"),
    disk.bootOrder && el("boot", { order: disk.bootOrder }),
    disk.alias !== null && el("alias", { name: disk.alias }),
    typeof disk.scsiUnit === "number" &&
      el("address", { type: "drive", controller: 0, bus: 0, target: 0, unit: disk.scsiUnit }),
  );
}
