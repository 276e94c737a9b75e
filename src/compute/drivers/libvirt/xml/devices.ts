// The devices of a guest that are neither disks nor network cards.

import type { Hardware } from "../hardware.ts";
import { el, type XmlElement } from "./element.ts";

/** Free slots for devices that are attached later; a Q35 machine has none by itself. */
const Q35_SPARE_PORTS = 12;

export interface DeviceOptions {
  /** What the first serial line prints goes there, through virtlogd, which keeps it within bounds. */
  consoleLog: string;
  vncListen: string;
  usesScsi: boolean;
  freePageReporting: boolean;
}

export function deviceElements(hardware: Hardware, options: DeviceOptions): XmlElement[] {
  return [
    // Costs no idle wake-ups, which the tablet on the older controllers does.
    el("controller", { type: "usb", index: 0, model: "qemu-xhci" }),
    ...(options.usesScsi ? [el("controller", { type: "scsi", index: 0, model: hardware.scsiModel })] : []),
    ...(hardware.isQ35 ? rootPorts() : []),
    ...serialLines(hardware, options.consoleLog),
    ...(hardware.guestAgent
      ? [el("channel", { type: "unix" }, el("target", { type: "virtio", name: "org.qemu.guest_agent.0" }))]
      : []),
    ...inputs(hardware),
    el("graphics", { type: "vnc", port: -1, autoport: true, listen: options.vncListen }),
    el("video", {}, el("model", { type: hardware.video.model, vram: hardware.video.vramKb })),
    ...random(hardware),
    ...(hardware.watchdogAction
      ? [el("watchdog", { model: "i6300esb", action: hardware.watchdogAction })]
      : []),
    // The period is nova's mem_stats_period_seconds.
    el(
      "memballoon",
      { model: "virtio", freePageReporting: options.freePageReporting ? "on" : null },
      el("stats", { period: 10 }),
    ),
  ];
}

function rootPorts(): XmlElement[] {
  const port = () => el("controller", { type: "pci", model: "pcie-root-port" });
  return [
    el("controller", { type: "pci", index: 0, model: "pcie-root" }),
    ...Array.from({ length: Q35_SPARE_PORTS }, port),
  ];
}

function serialLines(hardware: Hardware, log: string): XmlElement[] {
  return Array.from({ length: hardware.serialPorts }, (_, port) =>
    el(
      "serial",
      { type: "pty" },
      port === 0 && el("log", { file: log, append: "on" }),
      el("target", { port }),
    ),
  );
}

/** An absolute pointer, so that the browser's and the guest's are in the same place. */
function inputs(hardware: Hardware): XmlElement[] {
  if (hardware.image["hw_input_bus"] === "virtio") {
    return ["tablet", "keyboard"].map((type) => el("input", { type, bus: "virtio" }));
  }
  return [el("input", { type: "tablet", bus: "usb" })];
}

function random(hardware: Hardware): XmlElement[] {
  const { random } = hardware;
  if (!random) return [];
  const limit = random.bytes !== null && el("rate", { bytes: random.bytes, period: random.periodMs });
  return [el("rng", { model: "virtio" }, limit, el("backend", { model: "random" }, "/dev/urandom"))];
}
