// The whole `<domain>`: https://libvirt.org/formatdomain.html. What nova puts into it: nova/virt/libvirt/driver.py
// (_get_guest_config) of Zed. Pure: the same values give the same text.

import type { GuestSpec } from "../../driver.ts";
import type { Hardware } from "../hardware.ts";
import { deviceElements } from "./devices.ts";
import { type DiskConfig, diskElement } from "./disk.ts";
import { el, type XmlElement, xmlText } from "./element.ts";
import { type InterfaceConfig, interfaceElement } from "./interface.ts";
import { NOVA_VERSION, novaElement, type Ownership, ownerElement } from "./metadata.ts";

export interface DirectKernel {
  kernel: string;
  ramdisk: string | null;
  commandLine: string;
}

export interface DomainConfig {
  spec: GuestSpec;
  hardware: Hardware;
  owner: Ownership;
  /** For the metadata. */
  atMs: number;
  cpu: { mode: CpuMode; model: string };
  disks: readonly DiskConfig[];
  interfaces: readonly InterfaceConfig[];
  kernel: DirectKernel | null;
  consoleLog: string;
  vncListen: string;
  freePageReporting: boolean;
  /** Whom QEMU runs as, so that it can reach folders that are the cloud's alone; null where libvirt knows no such label. */
  user: { uid: number; gid: number } | null;
}

export function domainXml(config: DomainConfig): string {
  return xmlText(domainElement(config));
}

export function domainElement(config: DomainConfig): XmlElement {
  const { spec, hardware, owner } = config;
  return el(
    "domain",
    { type: hardware.virtType },
    el("name", {}, spec.name),
    el("uuid", {}, spec.uuid),
    el(
      "metadata",
      {},
      novaElement(spec, config.atMs),
      ownerElement({
        ...owner,
        diskBus: hardware.diskBus,
        vifModel: hardware.vifModel,
        adminUser: hardware.adminUser,
      }),
    ),
    el("memory", { unit: "KiB" }, spec.memoryMb * 1024),
    el("vcpu", {}, spec.vcpus),
    cpuTune(hardware),
    systemInformation(spec),
    operatingSystem(config),
    features(hardware),
    cpuElement(config.cpu.mode, config.cpu.model, el("topology", hardware.topology(spec.vcpus))),
    clock(hardware),
    el("on_poweroff", {}, "destroy"),
    el("on_reboot", {}, "restart"),
    el("on_crash", {}, "destroy"),
    el(
      "devices",
      {},
      config.disks.map(diskElement),
      config.interfaces.map(interfaceElement),
      deviceElements(hardware, {
        consoleLog: config.consoleLog,
        vncListen: config.vncListen,
        freePageReporting: config.freePageReporting,
        usesScsi: config.disks.some(({ bus }) => bus === "scsi") || hardware.diskBus === "scsi",
      }),
    ),
    config.user &&
      el(
        "seclabel",
        { type: "static", model: "dac", relabel: "no" },
        el("label", {}, `+${config.user.uid}:+${config.user.gid}`),
      ),
  );
}

function cpuTune(hardware: Hardware): XmlElement | null {
  const limits = Object.entries(hardware.cpuLimits);
  if (limits.length === 0) return null;
  return el(
    "cputune",
    {},
    limits.map(([name, value]) => el(name, {}, value)),
  );
}

/** cloud-init knows an OpenStack guest by the product's name. */
function systemInformation(spec: GuestSpec): XmlElement {
  const entry = (name: string, value: string) => el("entry", { name }, value);
  return el(
    "sysinfo",
    { type: "smbios" },
    el(
      "system",
      {},
      entry("manufacturer", "OpenStack Foundation"),
      entry("product", "OpenStack Nova"),
      entry("version", NOVA_VERSION),
      entry("serial", spec.uuid),
      entry("uuid", spec.uuid),
      entry("family", "Virtual Machine"),
    ),
  );
}

function operatingSystem({ hardware, kernel }: DomainConfig): XmlElement {
  return el(
    "os",
    { firmware: hardware.uefi ? "efi" : null },
    el("type", { arch: "x86_64", machine: hardware.machine }, "hvm"),
    kernel && [
      el("kernel", {}, kernel.kernel),
      kernel.ramdisk && el("initrd", {}, kernel.ramdisk),
      el("cmdline", {}, kernel.commandLine),
    ],
    hardware.bootMenu && el("bootmenu", { enable: true }),
    el("smbios", { mode: "sysinfo" }),
  );
}

function features(hardware: Hardware): XmlElement {
  const on = (name: string, extra: Record<string, string> = {}) => el(name, { state: "on", ...extra });
  return el(
    "features",
    {},
    el("acpi"),
    el("apic"),
    on("vmcoreinfo"),
    hardware.windows &&
      hardware.virtType === "kvm" &&
      el(
        "hyperv",
        {},
        on("relaxed"),
        on("vapic"),
        on("spinlocks", { retries: "8191" }),
        on("vpindex"),
        on("runtime"),
        on("synic"),
        on("reset"),
        on("frequencies"),
        on("tlbflush"),
        on("ipi"),
      ),
  );
}

export type CpuMode = "host-model" | "host-passthrough" | "maximum" | "custom" | "none";

/** `model` counts for `custom` only. */
export function cpuElement(mode: CpuMode, model: string, topology: XmlElement): XmlElement {
  switch (mode) {
    case "custom":
      return el("cpu", { mode, match: "exact" }, el("model", { fallback: "allow" }, model), topology);
    case "none":
      return el("cpu", {}, topology);
    case "host-model":
      return el("cpu", { mode, check: "partial" }, topology);
    default:
      return el("cpu", { mode }, topology);
  }
}

function clock(hardware: Hardware): XmlElement {
  const offset = hardware.windows ? "localtime" : "utc";
  if (hardware.virtType !== "kvm") return el("clock", { offset });
  return el(
    "clock",
    { offset },
    el("timer", { name: "pit", tickpolicy: "delay" }),
    el("timer", { name: "rtc", tickpolicy: "catchup" }),
    el("timer", { name: "hpet", present: hardware.hpet ? "yes" : "no" }),
    hardware.windows && el("timer", { name: "hypervclock", present: true }),
  );
}
