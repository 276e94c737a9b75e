// What the tests with real guests share: a context of their own, the guest image, specs, and whether any of it is here.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KeySpec, Section } from "../../../../config/keys.ts";
import { systemClock } from "../../../../core/clock.ts";
import { LogBook } from "../../../../core/log.ts";
import { connect } from "../../../../libvirt/connection.ts";
import type { Vif } from "../../../../network/public.ts";
import type { BlockDevice, DriverContext, GuestImage, GuestSpec } from "../../driver.ts";

const guestDir = process.env["STACK_GUEST_DIR"] ?? join(import.meta.dir, "../../../../../build/guest");

/** Why real guests cannot be run here; null when they can. */
export async function whyNotLive(uri = "qemu:///system"): Promise<string | null> {
  if (process.geteuid?.() !== 0) return "real guests need root";
  if (!existsSync(join(guestDir, "manifest.json")))
    return `no guest image in ${guestDir} (scripts/build-guest)`;
  try {
    await (await connect(uri, { connectTimeoutMs: 3000 })).close();
    return null;
  } catch (error) {
    return `${uri} does not answer (scripts/hypervisor start): ${(error as Error).message}`;
  }
}

/** The keys' defaults, with some set otherwise. */
export function configWith(values: Record<string, string> = {}): DriverContext["config"] {
  return ((section: Section<Record<string, KeySpec<unknown>>>) =>
    Object.fromEntries(
      Object.entries(section.keys).map(([name, spec]) => [name, spec.parse(values[name] ?? spec.default)]),
    )) as DriverContext["config"];
}

export interface LiveContext extends Disposable {
  context: DriverContext;
  /** Lines that were logged. */
  log(): string[];
}

/** A state directory that is gone afterwards; the guests are the test's business. */
export function liveContext(values: Record<string, string> = {}): LiveContext {
  const stateDir = mkdtempSync(join(tmpdir(), "libvirt-driver-"));
  const book = new LogBook({ clock: systemClock });
  if (process.env["LIVE_LOG"]) book.listen((line) => console.log(line.text));
  return {
    context: {
      log: book.logger("n-cpu", "nova.virt.libvirt.driver"),
      clock: systemClock,
      machine: { hostName: "live-test", privileged: true, slot: 0 },
      config: configWith(values),
      instancesDir: join(stateDir, "instances"),
      stateDir,
    },
    log: () => book.lines("n-cpu").map(({ text }) => text),
    [Symbol.dispose]: () => rmSync(stateDir, { recursive: true, force: true }),
  };
}

interface Manifest {
  command_line: string;
  files: { file: string; disk_format: string; container_format: string; size: number }[];
}

export function guestImage(kind: "qcow2" | "ami" = "qcow2"): GuestImage {
  const manifest = JSON.parse(readFileSync(join(guestDir, "manifest.json"), "utf8")) as Manifest;
  const file = (format: string) => {
    const found = manifest.files.find(({ disk_format }) => disk_format === format);
    if (!found) throw new Error(`no ${format} in the manifest`);
    return found;
  };
  const { file: name, container_format, size } = file(kind);
  const direct = kind === "ami";
  return {
    id: direct ? "70c1dc4a-2a34-4c39-a0b4-8f1c2a1d0002" : "70c1dc4a-2a34-4c39-a0b4-8f1c2a1d0001",
    path: join(guestDir, name),
    diskFormat: kind,
    containerFormat: container_format,
    sizeBytes: size,
    kernelPath: direct ? join(guestDir, file("aki").file) : null,
    ramdiskPath: direct ? join(guestDir, file("ari").file) : null,
    properties: direct ? { os_command_line: manifest.command_line } : {},
  };
}

let made = 0;

/** A small guest without network. */
export function guestSpec(changes: Partial<GuestSpec> = {}): GuestSpec {
  const n = ++made;
  const tail = (process.pid * 1000 + n).toString(16).padStart(12, "0");
  return {
    uuid: `5f4c1a52-6f0e-4f0e-9d5b-${tail}`,
    name: `lvdrv-${process.pid}-${n}`,
    displayName: "live <test> & more",
    hostname: `live-${n}`,
    projectId: "a0000000000000000000000000000001",
    userId: "b0000000000000000000000000000001",
    flavorName: "m1.nano",
    vcpus: 1,
    memoryMb: 128,
    rootGb: 1,
    extraSpecs: {},
    image: guestImage(),
    bootsFromVolume: false,
    imageProperties: {},
    rootDeviceName: "/dev/vda",
    localDisks: [],
    blockDevices: [],
    vifs: [],
    configDrive: null,
    ...changes,
  };
}

/** A raw file as a volume. */
export function fileVolume(dir: string, deviceName: string, changes: Partial<BlockDevice> = {}): BlockDevice {
  const volumeId = crypto.randomUUID();
  return {
    volumeId,
    connection: {
      kind: "file",
      path: join(dir, `volume-${volumeId}`),
      format: "raw",
      readonly: false,
      serial: volumeId,
    },
    deviceName,
    bootIndex: null,
    deviceType: "disk",
    bus: null,
    tag: null,
    ...changes,
  };
}

/** A network card for a bridge of this machine. */
export function vif(on: string | null): Vif {
  const id = crypto.randomUUID();
  return {
    id,
    macAddress: `fa:16:3e:${id.slice(0, 2)}:${id.slice(2, 4)}:${id.slice(4, 6)}`,
    networkId: crypto.randomUUID(),
    networkName: "private",
    addresses: [],
    mtu: 1450,
    bridge: on,
    tapName: `tap${id.slice(0, 11)}`,
    status: "ACTIVE",
    tag: null,
    ownedByServer: true,
  };
}

/** What comes first from a port of this machine. */
export function greeting(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp(port, "127.0.0.1");
    socket.on("error", reject);
    socket.on("data", (data) => {
      socket.destroy();
      resolve(data.toString("latin1"));
    });
    socket.on("close", () => resolve(""));
  });
}
