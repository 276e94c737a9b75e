// The ring and builder files of the cloud: `STATE/etc/swift/{account,container,object}.{builder,ring.gz}`, with a copy of
// each in `backups` whenever they are written, as Swift's tool keeps them. The object ring decides where copies of
// large objects lie; accounts and containers are rows of one database, so that their rings are for the tools alone.

import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { StatePaths } from "../../core/paths.ts";
import { type BuilderState, RingBuilder } from "./builder.ts";
import { decodeRing, encodeRing, type RingData, RingError } from "./ring.ts";

const KINDS = ["account", "container", "object"] as const;
export type RingKind = (typeof KINDS)[number];

/** A device is a folder below `STATE/swift`. */
const DEVICE = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
/** DevStack's SWIFT_PARTITION_POWER_SIZE. */
const PART_POWER = 9;
const MIN_PART_HOURS = 1;
/** The last digit of a node's ports, as in Swift's "all in one" instructions: 6210, 6211, 6212 on the first. */
const PORT_DIGIT: Record<RingKind, number> = { object: 0, container: 1, account: 2 };

export function ringFolder(paths: StatePaths): string {
  return paths.at("etc", "swift");
}

export function ringFileOf(builderFile: string): string {
  return builderFile.replace(/\.builder$/, "") + (builderFile.endsWith(".ring.gz") ? "" : ".ring.gz");
}

/** @throws RingError when the file is none of ours */
export function loadBuilder(file: string): RingBuilder {
  let state: Partial<BuilderState>;
  try {
    state = JSON.parse(readFileSync(file, "utf8")) as Partial<BuilderState>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new RingError(`Ring Builder file is invalid: ${file}`, { cause: error });
  }
  if (!Array.isArray(state.devs) || typeof state.part_power !== "number")
    throw new RingError(`Ring Builder file is invalid: ${file}`);
  return new RingBuilder(state as BuilderState);
}

export function saveBuilder(builder: RingBuilder, file: string): void {
  builder.state.id ??= randomUUID().replaceAll("-", "");
  write(file, `${JSON.stringify(builder.state)}\n`);
}

/** @throws RingError */
export function loadRing(file: string): RingData {
  return decodeRing(readFileSync(file));
}

export function saveRing(ring: RingData, file: string): void {
  write(file, encodeRing(ring));
}

/** Keeps a copy under the time. */
export function backupOf(file: string, nowSeconds: number): string {
  const folder = join(dirname(file), "backups");
  mkdirSync(folder, { recursive: true });
  return join(folder, `${Math.floor(nowSeconds)}.${basename(file)}`);
}

/** Whole or not at all, and on the disk. */
function write(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.new`;
  const fd = openSync(draft, "w", 0o600);
  try {
    writeSync(fd, typeof content === "string" ? Buffer.from(content) : content);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(draft, file);
}

/** A builder with one device on each of so many nodes: 127.0.0.1, 127.0.0.2, ... */
function customary(kind: RingKind, replicas: number, nowSeconds: number): RingBuilder {
  const builder = RingBuilder.create(PART_POWER, replicas, MIN_PART_HOURS);
  for (let n = 1; n <= replicas; n++) {
    const [ip, port] = [`127.0.0.${n}`, 6200 + n * 10 + PORT_DIGIT[kind]];
    builder.add({
      ...{ region: 1, zone: n, ip, port, replication_ip: ip, replication_port: port },
      ...{ device: `d${n}`, weight: 1, meta: "" },
    });
  }
  builder.rebalance(nowSeconds);
  return builder;
}

/**
 * Makes what is missing when nothing is there, and makes it anew for another number of replicas as long as no
 * administrator has changed it. @returns true when the administrator's rings have another number of replicas
 */
export function ensureRings(paths: StatePaths, replicas: number, nowSeconds: number): boolean {
  const folder = ringFolder(paths);
  let differs = false;
  for (const kind of KINDS) {
    const file = join(folder, `${kind}.builder`);
    const ringFile = ringFileOf(file);
    if (existsSync(file)) {
      const { state } = loadBuilder(file);
      if (state.replicas === replicas) continue;
      const untouched =
        state.version === customary(kind, Math.round(state.replicas), nowSeconds).state.version;
      if (!untouched) {
        differs ||= kind === "object";
        continue;
      }
    } else if (existsSync(ringFile)) continue;
    const builder = customary(kind, replicas, nowSeconds);
    saveBuilder(builder, file);
    saveRing(builder.ring(), ringFile);
  }
  return differs;
}

/** The object ring, read again when its file has changed. */
export class ObjectRing {
  #file: string;
  #changedMs = 0;
  #ring: RingData;

  /** @throws RingError that names the file */
  constructor(paths: StatePaths) {
    this.#file = join(ringFolder(paths), "object.ring.gz");
    this.#ring = this.#read();
  }

  get data(): RingData {
    return this.#ring;
  }

  /** @returns true when it was read. @throws RingError; what was read before stays */
  refresh(): boolean {
    const changedMs = statSync(this.#file, { throwIfNoEntry: false })?.mtimeMs ?? this.#changedMs;
    if (changedMs === this.#changedMs) return false;
    this.#ring = this.#read();
    return true;
  }

  #read(): RingData {
    try {
      this.#changedMs = statSync(this.#file).mtimeMs;
      const ring = loadRing(this.#file);
      if (ring.replicas.length === 0 || ring.devs.every((device) => device === null))
        throw new RingError("it has no devices");
      for (const device of ring.devs)
        if (device && !DEVICE.test(device.device))
          throw new RingError(`${device.device} is no device's name`);
      return ring;
    } catch (error) {
      throw new RingError(`cannot read the ring ${this.#file}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
}
