// What is slow to find out about a host and stays as it is: its capabilities, whether KVM works. Kept in the state directory;
// found out in the background, and before the first guest at the latest, never while the cloud starts.

import { join } from "node:path";
import type { Values } from "../../../config/keys.ts";
import type { Clock } from "../../../core/clock.ts";
import { messageOf } from "../../../core/errors.ts";
import type { Logger } from "../../../core/log.ts";
import type { Connection } from "../../../libvirt/connection.ts";
import { VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES } from "../../../libvirt/constants.gen.ts";
import { CallTimeoutError, isLibvirtError } from "../../../libvirt/errors.ts";
import {
  type Capabilities,
  type DomainCapabilities,
  featuresOf,
  readCapabilities,
  readDomainCapabilities,
} from "./capabilities.ts";
import type { libvirtSection } from "./config.ts";
import { type HostFiles, LocalFiles } from "./files.ts";
import { type Trial, tryVirtType } from "./kvm.ts";
import type { HypervisorSession } from "./session.ts";
import { hostTraits } from "./traits.ts";
import { cpuElement } from "./xml/domain.ts";
import { el, xmlText } from "./xml/element.ts";
import { parseXml } from "./xml/parse.ts";

export type VirtType = "kvm" | "qemu";

export interface HostFacts {
  /** 7002000 is 7.2.0. */
  hypervisorVersion: number;
  /** Memory that a guest frees can go back to the host. */
  freePageReporting: boolean;
  capabilities: Capabilities;
  virtType: VirtType;
  /** Why KVM is used or not. */
  kvm: Trial;
  traits: string[];
}

/** libvirt asks QEMU for everything it can when it is first asked itself, which takes seconds. */
const SLOW = { timeoutMs: 120_000 };

/** What the start of the cloud waits for that. */
const QUICK = { timeoutMs: 1000 };

/** https://libvirt.org/formatdomain.html#memory-balloon-device: "Since 6.9.0, requires QEMU 5.1". */
const FREE_PAGE_REPORTING = { library: 6_009_000, hypervisor: 5_001_000 };

/** Null while libvirt is still finding out. @throws LibvirtError when there is no QEMU */
export async function versionIfKnown(connection: Connection): Promise<number | null> {
  try {
    return await connection.connectGetVersion(QUICK);
  } catch (error) {
    if (error instanceof CallTimeoutError) return null;
    throw error;
  }
}

export interface FactsParts {
  session: HypervisorSession;
  /** The host's, for its boot id; the record itself is this machine's. */
  files: HostFiles;
  clock: Clock;
  log: Logger;
  settings: Values<typeof libvirtSection>;
  /** `STATE/libvirt` */
  dir: string;
  hostName: string;
}

export class Facts {
  #parts: FactsParts;
  #own = new LocalFiles();
  #known: HostFacts | null = null;
  #loading: Promise<HostFacts> | null = null;

  constructor(parts: FactsParts) {
    this.#parts = parts;
  }

  /** Null while they are not known yet. */
  get known(): HostFacts | null {
    return this.#known;
  }

  /** @throws HypervisorUnavailable */
  load(): Promise<HostFacts> {
    if (this.#known) return Promise.resolve(this.#known);
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  /** What an earlier start has found out, if that still holds; else it is found out in the background. */
  async start(): Promise<void> {
    const { session } = this.#parts;
    const connection = await session.connection();
    const recorded = await this.#own.exists(this.#path());
    const version = recorded ? await versionIfKnown(connection) : null;
    if (version !== null) this.#known = await this.#read(await this.#key(connection));
    if (this.#known) this.#report(this.#known);
    else this.loadInBackground();
  }

  loadInBackground(): void {
    this.load().catch((error) => {
      this.#parts.log.warning(null, `${this.#parts.session.uri}: capabilities: ${messageOf(error)}`);
    });
  }

  /** Another libvirt or QEMU may answer from now on. */
  forget(): void {
    this.#known = null;
  }

  async #load(): Promise<HostFacts> {
    const { session } = this.#parts;
    const connection = await session.connection();
    const key = await this.#key(connection);
    const kept = await this.#read(key);
    const facts = kept ?? (await session.separately((own) => this.#find(own)));
    if (!kept) await this.#write(key, facts);
    this.#known = facts;
    this.#report(facts);
    return facts;
  }

  #report({ virtType, kvm }: HostFacts): void {
    const { log, settings, hostName } = this.#parts;
    const [reason] = kvm.reason.split("\n");
    log.info(null, `${hostName}: guests run with ${virtType}; ${settings.LIBVIRT_TYPE}: ${reason}`);
  }

  async #find(connection: Connection): Promise<HostFacts> {
    const { settings } = this.#parts;
    const capabilities = readCapabilities(await connection.connectGetCapabilities(SLOW));
    const kvm = await this.#kvm(connection, capabilities);
    const virtType: VirtType = kvm.works ? "kvm" : "qemu";
    const machine = settings.LIBVIRT_MACHINE_TYPE;
    const devices: DomainCapabilities = readDomainCapabilities(
      await connection.connectGetDomainCapabilities({ virttype: virtType, machine, arch: "x86_64" }, 0, SLOW),
    );
    const expanded = await this.#expanded(connection, capabilities.cpuXml);
    if (expanded) capabilities.cpu.features = expanded;
    const guestFeatures = await this.#guestFeatures(connection, capabilities, virtType);
    const traits = hostTraits(guestFeatures, devices, capabilities.cpu.topology.threads);
    const [library, hypervisor] = [
      await connection.connectGetLibVersion(),
      await connection.connectGetVersion(SLOW),
    ];
    return {
      hypervisorVersion: hypervisor,
      freePageReporting:
        library >= FREE_PAGE_REPORTING.library && hypervisor >= FREE_PAGE_REPORTING.hypervisor,
      capabilities,
      virtType,
      kvm,
      traits,
    };
  }

  async #kvm(connection: Connection, { guests, dac }: Capabilities): Promise<Trial> {
    const { clock, settings } = this.#parts;
    if (settings.LIBVIRT_TYPE === "qemu") return { works: false, reason: "emulation was asked for" };
    if (settings.LIBVIRT_TYPE === "kvm") return { works: true, reason: "KVM was asked for" };
    if (!guests.some(([arch, type]) => arch === "x86_64" && type === "kvm")) {
      return { works: false, reason: "libvirt offers no KVM" };
    }
    const cpu = cpuElement(
      cpuModeOf(settings, "kvm"),
      settings.LIBVIRT_CPU_MODEL,
      el("topology", { sockets: 1, cores: 1, threads: 1 }),
    );
    const trial = await tryVirtType(connection, clock, "kvm", { dac, cpu });
    return trial.works ? trial : { works: false, reason: `KVM does not work: ${trial.reason}` };
  }

  /** What the guest's CPU can do, as nova's _get_cpu_feature_traits finds it out. */
  async #guestFeatures(connection: Connection, { cpu }: Capabilities, virtType: VirtType): Promise<string[]> {
    const { settings } = this.#parts;
    const mode = cpuModeOf(settings, virtType);
    if (mode !== "custom") return cpu.features;
    const xml = xmlText(el("cpu", {}, el("arch", {}, cpu.arch), el("model", {}, settings.LIBVIRT_CPU_MODEL)));
    return (await this.#expanded(connection, xml)) ?? [];
  }

  /** All features of a CPU, those its model stands for included; null when libvirt does not know them. */
  async #expanded(connection: Connection, cpuXml: string): Promise<string[] | null> {
    if (cpuXml === "") return null;
    try {
      const xml = await connection.connectBaselineCPU(
        [cpuXml],
        VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES,
        SLOW,
      );
      return featuresOf(parseXml(xml));
    } catch (error) {
      if (!isLibvirtError(error)) throw error;
      this.#parts.log.debug(null, `baseline of the CPU: ${messageOf(error)}`);
      return null;
    }
  }

  /** Everything that can change the answers. */
  async #key(connection: Connection): Promise<string> {
    const { files, settings } = this.#parts;
    const { LIBVIRT_TYPE, LIBVIRT_CPU_MODE, LIBVIRT_CPU_MODEL, LIBVIRT_MACHINE_TYPE } = settings;
    const [library, hypervisor, boot] = await Promise.all([
      connection.connectGetLibVersion(),
      connection.connectGetVersion(SLOW),
      files.bootId(),
    ]);
    const chosen = [LIBVIRT_TYPE, LIBVIRT_CPU_MODE, LIBVIRT_CPU_MODEL, LIBVIRT_MACHINE_TYPE];
    return JSON.stringify([connection.uri, library, hypervisor, boot, ...chosen]);
  }

  #path(): string {
    return join(this.#parts.dir, `${this.#parts.hostName}.json`);
  }

  async #read(key: string): Promise<HostFacts | null> {
    try {
      const kept = JSON.parse((await this.#own.readText(this.#path())) ?? "null") as {
        key: string;
        facts: HostFacts;
      };
      return kept?.key === key ? kept.facts : null;
    } catch {
      // Not written by this version; it is found out anew.
      return null;
    }
  }

  async #write(key: string, facts: HostFacts): Promise<void> {
    await this.#own.ensureDir(this.#parts.dir);
    await this.#own.write(this.#path(), JSON.stringify({ key, facts }));
  }
}

export function cpuModeOf(settings: Values<typeof libvirtSection>, virtType: VirtType) {
  if (settings.LIBVIRT_CPU_MODE !== "auto") return settings.LIBVIRT_CPU_MODE;
  return virtType === "kvm" ? "host-model" : "custom";
}

/** For the banner: what the last start found out; nothing is tried for it. */
export async function keptVirtType(
  stateDir: string,
  hostName: string,
  settings: Values<typeof libvirtSection>,
): Promise<string> {
  if (settings.LIBVIRT_TYPE === "kvm") return "KVM";
  if (settings.LIBVIRT_TYPE === "qemu") return "TCG";
  const text = await new LocalFiles().readText(join(stateDir, "libvirt", `${hostName}.json`));
  if (text === null) return "KVM not tried yet";
  try {
    const { facts } = JSON.parse(text) as { facts: HostFacts };
    return facts.virtType === "kvm" ? "KVM" : "TCG";
  } catch {
    return "KVM not tried yet";
  }
}
