// Pages of names. Every page is a range of the index, whatever its number; with a delimiter, a subdirectory is one
// entry and its contents are skipped by seeking behind them.
// Authority: swift/container/backend.py (list_objects_iter), swift/account/backend.py (list_containers_iter).

import type { Statement } from "bun:sqlite";
import type { ProjectDatabase } from "../../db/open.ts";
import type { ListingEntry, ListingQuery } from "../listing.ts";
import { RESERVED } from "../path.ts";
import { fromWire } from "../wire.ts";

type Bound = string | Uint8Array;
type ObjectValues = [name: string, createdAt: number, size: number, type: string, etag: string];
type ContainerValues = [name: string, putTimestamp: number, size: number, count: number];
type Scan = Statement<unknown, [number, Bound, Bound, number]>;

/** Above every text: SQLite sorts a blob after all text. */
const NO_END = new Uint8Array(0);
/** Names with a NUL at the start sort below this. */
const FIRST_PUBLIC = String.fromCharCode(RESERVED.charCodeAt(0) + 1);
const SEEKS_PER_TURN = 256;
/** This many entries of a subdirectory are passed one by one before seeking; fewer where the one before was large. */
const STEPS_BEFORE_SEEK = 8;
const STEPS_AFTER_SEEK = 1;

interface Table<V extends [string, ...unknown[]]> {
  up: Scan;
  down: Scan;
  entry(values: V): ListingEntry;
}

export class Listings {
  #objects: Table<ObjectValues>;
  #containers: Table<ContainerValues>;

  constructor({ raw }: ProjectDatabase) {
    const scans = (select: string): { up: Scan; down: Scan } => ({
      up: raw.query(`${select} AND name >= ? AND name < ? ORDER BY name LIMIT ?`),
      down: raw.query(`${select} AND name >= ? AND name < ? ORDER BY name DESC LIMIT ?`),
    });
    this.#objects = {
      ...scans("SELECT name, created_at, size, content_type, etag FROM object WHERE container_id = ?"),
      entry: objectEntry,
    };
    this.#containers = {
      ...scans("SELECT name, put_timestamp, bytes_used, object_count FROM container WHERE account_id = ?"),
      entry: ([name, lastModified, bytes, count]) => ({
        kind: "container",
        name,
        count,
        bytes,
        lastModified,
      }),
    };
  }

  objects(containerId: number, query: ListingQuery): Promise<ListingEntry[]> {
    return page(this.#objects, containerId, query);
  }

  containers(accountId: number, query: ListingQuery): Promise<ListingEntry[]> {
    return page(this.#containers, accountId, { ...query, path: null });
  }
}

const SWIFT_BYTES = /;\s*swift_bytes=(\d+)\s*$/;

/** A large object's row carries its whole size behind its type (swift's override_bytes_from_content_type). */
function objectEntry([name, lastModified, size, wireType, etag]: ObjectValues): ListingEntry {
  const type = fromWire(wireType) ?? wireType;
  const swiftBytes = type.includes("swift_bytes=") ? SWIFT_BYTES.exec(type) : null;
  return {
    kind: "object",
    name,
    bytes: swiftBytes ? Number(swiftBytes[1]) : size,
    hash: etag,
    contentType: swiftBytes ? type.slice(0, swiftBytes.index) : type,
    lastModified,
  };
}

async function page<V extends [string, ...unknown[]]>(
  table: Table<V>,
  parent: number,
  query: ListingQuery,
): Promise<ListingEntry[]> {
  const { path, reverse, limit } = query;
  const basePath = path === null ? null : path === "" ? "" : `${path.replace(/\/+$/, "")}/`;
  const prefix = basePath ?? query.prefix ?? (query.delimiter === "" ? null : "");
  const delimiter = basePath === null ? query.delimiter : "/";
  const after = reverse ? query.endMarker : query.marker;
  const before = reverse ? query.marker : query.endMarker;

  let lower = query.reserved ? "" : FIRST_PUBLIC;
  if (prefix) lower = later(lower, prefix);
  if (after !== "") lower = later(lower, `${after}\0`);
  let upper: Bound = prefix ? (successor(prefix) ?? NO_END) : NO_END;
  if (before !== "" && (typeof upper !== "string" || compareNames(before, upper) < 0)) upper = before;

  const scan = reverse ? table.down : table.up;
  if (prefix === null || delimiter === "") {
    return (scan.values(parent, lower, upper, limit) as V[]).map(table.entry);
  }
  return grouped(
    { scan, parent, lower, upper, limit, prefix, delimiter, basePath, reverse, skipDir: after },
    table,
  );
}

interface GroupedScan {
  scan: Scan;
  parent: number;
  lower: string;
  upper: Bound;
  limit: number;
  prefix: string;
  delimiter: string;
  /** With `path=`: subdirectories are left out, and the path itself. */
  basePath: string | null;
  reverse: boolean;
  /** A subdirectory that was the marker is not shown again. */
  skipDir: string;
}

async function grouped<V extends [string, ...unknown[]]>(
  job: GroupedScan,
  table: Table<V>,
): Promise<ListingEntry[]> {
  const { prefix, delimiter, basePath, reverse, limit } = job;
  const entries: ListingEntry[] = [];
  let { lower, upper } = job;
  let patience = STEPS_BEFORE_SEEK;
  for (let seeks = 1; entries.length < limit; seeks++) {
    // Others get their turn: with `path=` a page may pass any number of subdirectories.
    if (seeks % SEEKS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    let seek: string | null = null;
    let inside: string | null = null;
    let steps = 0;
    for (const values of rows<V>(job, lower, upper, patience * 2)) {
      const [name] = values;
      if (inside !== null && name.startsWith(inside)) {
        if (++steps < patience) continue;
        seek = inside;
        patience = STEPS_AFTER_SEEK;
        break;
      }
      if (inside !== null) patience = STEPS_BEFORE_SEEK;
      inside = null;
      if (entries.length >= limit) return entries;
      const end = name.indexOf(delimiter, prefix.length);
      const directory = end < 0 ? null : name.slice(0, end + delimiter.length);
      if (basePath !== null) {
        if (name === basePath) continue;
        if (directory === null || directory === name) entries.push(table.entry(values));
        if (directory === null || directory === name) continue;
      } else if (directory === null) {
        entries.push(table.entry(values));
        continue;
      } else if (directory !== job.skipDir) {
        entries.push({ kind: "subdir", name: directory });
      }
      inside = directory;
      steps = 0;
    }
    if (seek === null) break;
    // Everything that starts with `seek` lies between it and its successor.
    if (reverse) upper = seek;
    else {
      const next = successor(seek);
      if (next === null) break;
      lower = next;
    }
  }
  return entries;
}

const LARGEST_BATCH = 256;

/** Rows of the range, fetched in batches that grow from `size`. */
function* rows<V extends [string, ...unknown[]]>(
  job: GroupedScan,
  lower: string,
  upper: Bound,
  size: number,
): Generator<V> {
  const { scan, parent, reverse } = job;
  let [from, to]: [string, Bound] = [lower, upper];
  for (;;) {
    const batch = scan.values(parent, from, to, size) as V[];
    yield* batch;
    if (batch.length < size) return;
    const last = batch[batch.length - 1]![0];
    if (reverse) to = last;
    else from = `${last}\0`;
    size = Math.min(LARGEST_BATCH, size * 4);
  }
}

function later(a: string, b: string): string {
  return compareNames(a, b) >= 0 ? a : b;
}

/** The order of UTF-8 bytes, which is SQLite's and Swift's; JavaScript's own differs beyond U+FFFF. */
export function compareNames(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** The first text that sorts after everything starting with `prefix`; null when there is none. */
export function successor(prefix: string): string | null {
  const points = [...prefix];
  while (points.length > 0) {
    const point = points.pop()!.codePointAt(0)!;
    if (point < 0x10ffff)
      return points.join("") + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1);
  }
  return null;
}
