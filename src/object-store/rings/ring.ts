// A ring file (`object.ring.gz`): which devices there are, and on which of them each partition's replicas lie. The format
// is that of swift/common/ring/ring.py (RingData, version 1), so that Swift's own tools can read it.

import { gunzipSync, gzipSync } from "node:zlib";
import { pythonJson } from "../python-json.ts";

/** Keys are those of the file. */
export interface RingDevice {
  id: number;
  region: number;
  zone: number;
  ip: string;
  port: number;
  replication_ip: string;
  replication_port: number;
  /** Folder of the data: `d1`. */
  device: string;
  weight: number;
  meta: string;
}

export interface RingData {
  /** By id; null where a device was removed. */
  devs: (RingDevice | null)[];
  /** A partition is the first 32 bits of a hash, shifted right by so many. */
  partShift: number;
  /** Device ids: one row for each replica, one column for each partition. */
  replicas: Uint16Array[];
  version: number;
}

const MAGIC = "R1NG";
const VERSION = 1;
const HEAD_BYTES = 10;

export class RingError extends Error {
  override name = "RingError";
}

export function encodeRing({ devs, partShift, replicas, version }: RingData): Uint8Array {
  const text = Buffer.from(
    pythonJson(
      { devs, part_shift: partShift, replica_count: replicas.length, byteorder: "little", version },
      { sortKeys: true },
    ),
  );
  const head = Buffer.alloc(HEAD_BYTES);
  head.write(MAGIC, "latin1");
  head.writeUInt16BE(VERSION, 4);
  head.writeUInt32BE(text.length, 6);
  return gzipSync(Buffer.concat([head, text, ...replicas.map(littleEndian)]));
}

/** @throws RingError */
export function decodeRing(bytes: Uint8Array): RingData {
  try {
    const raw = gunzipSync(bytes);
    if (raw.toString("latin1", 0, 4) !== MAGIC || raw.readUInt16BE(4) !== VERSION)
      throw new RingError(`it does not begin with ${MAGIC} of version ${VERSION}`);
    const end = HEAD_BYTES + raw.readUInt32BE(6);
    const head = JSON.parse(raw.toString("utf8", HEAD_BYTES, end)) as {
      devs: (RingDevice | null)[];
      part_shift: number;
      replica_count: number;
      byteorder?: string;
      version?: number;
    };
    const parts = 2 ** (32 - head.part_shift);
    const big = head.byteorder === "big";
    const replicas: Uint16Array[] = [];
    for (let r = 0, at = end; r < head.replica_count; r++, at += parts * 2) {
      // With a fractional number of replicas the last row is short.
      const row = new Uint16Array(Math.min(parts, (raw.length - at) >> 1));
      for (let p = 0; p < row.length; p++)
        row[p] = big ? raw.readUInt16BE(at + p * 2) : raw.readUInt16LE(at + p * 2);
      replicas.push(row);
    }
    return { devs: head.devs, partShift: head.part_shift, replicas, version: head.version ?? 0 };
  } catch (error) {
    throw error instanceof RingError ? error : new RingError((error as Error).message, { cause: error });
  }
}

function littleEndian(row: Uint16Array): Buffer {
  const out = Buffer.alloc(row.length * 2);
  for (let i = 0; i < row.length; i++) out.writeUInt16LE(row[i]!, i * 2);
  return out;
}

/** Devices of a partition, by name, each once, first those that are to be asked first. */
export function devicesOf({ devs, replicas }: RingData, partition: number): string[] {
  const names = new Set<string>();
  for (const row of replicas) {
    const id = row[partition];
    const device = id === undefined ? null : devs[id];
    if (device) names.add(device.device);
  }
  return [...names];
}

/** @param hash of what is to be placed, as hex */
export function partitionOf({ partShift }: RingData, hash: string): number {
  return Number.parseInt(hash.slice(0, 8), 16) >>> partShift;
}
