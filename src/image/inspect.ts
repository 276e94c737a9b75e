// Looks at image data as it comes in, without keeping it, and says whether it may be what its `disk_format` claims.
// Glance up to Zed only works out the virtual size; refusing is what later releases do (`require_image_format_match`),
// and the words are theirs.

import type { Finding, Format, Inspection, Region } from "./formats/format.ts";
import { iso } from "./formats/iso.ts";
import { partitions } from "./formats/partitions.ts";
import { ploop } from "./formats/ploop.ts";
import { qcow2 } from "./formats/qcow2.ts";
import { qed } from "./formats/qed.ts";
import { vdi } from "./formats/vdi.ts";
import { vhd } from "./formats/vhd.ts";
import { vhdx } from "./formats/vhdx.ts";
import { vmdk } from "./formats/vmdk.ts";

export interface InspectorOptions {
  /** VMDK create types that are accepted. */
  vmdkTypes: readonly string[];
}

interface Running {
  name: string;
  inspection: Inspection;
  wanted: Region;
  /** What has been seen of the wanted region. */
  parts: Uint8Array[];
  bytes: number;
}

/** Longest region at the end of a file that any format wants. */
const TAIL_BYTES = 1536;

export class Inspector {
  #running: Running[] = [];
  #findings = new Map<string, Finding>();
  #position = 0;
  #tail: Uint8Array = new Uint8Array(0);
  #wantsTail = false;

  constructor(options: InspectorOptions) {
    const formats: Format[] = [qcow2, qed, vmdk(options.vmdkTypes), vhd, vhdx, vdi, ploop, iso, partitions];
    for (const format of formats) this.#begin(format);
  }

  /** The next bytes of the file. */
  feed(chunk: Uint8Array): void {
    const start = this.#position;
    this.#position += chunk.length;
    if (this.#running.length === 0) return;
    for (const running of [...this.#running]) this.#offer(running, chunk, start);
    if (this.#wantsTail || this.#running.length > 0) this.#keepTail(chunk);
  }

  /** The file has ended. @returns what it may be, by format */
  finish(): ReadonlyMap<string, Finding> {
    while (this.#running.length > 0) {
      const running = this.#running[0]!;
      const { wanted } = running;
      if ("fromEnd" in wanted) this.#resume(running, this.#tail.subarray(-wanted.fromEnd));
      else this.#resume(running, running.bytes > 0 ? joined(running) : null);
    }
    return this.#findings;
  }

  #begin(format: Format): void {
    const inspection = format.inspect();
    const first = inspection.next();
    if (first.done) return;
    this.#running.push({ name: format.name, inspection, wanted: first.value, parts: [], bytes: 0 });
  }

  /** Gives an inspection what this chunk has of the regions it wants, one after the other. */
  #offer(running: Running, chunk: Uint8Array, start: number): void {
    while (this.#running.includes(running)) {
      const { wanted } = running;
      if ("fromEnd" in wanted) {
        this.#wantsTail = true;
        return;
      }
      const from = wanted.offset + running.bytes;
      if (from < start) {
        this.#resume(running, null); // it has already passed
        continue;
      }
      const end = wanted.offset + wanted.length;
      if (from >= start + chunk.length && end > from) return;
      // Copied, because the chunk may be reused.
      const part = chunk.slice(from - start, end - start);
      running.parts.push(part);
      running.bytes += part.length;
      if (running.bytes < wanted.length) return;
      this.#resume(running, joined(running));
    }
  }

  #resume(running: Running, bytes: Uint8Array | null): void {
    const next = running.inspection.next(bytes);
    if (!next.done) {
      running.wanted = next.value;
      running.parts = [];
      running.bytes = 0;
      return;
    }
    this.#running = this.#running.filter((other) => other !== running);
    if (next.value) this.#findings.set(running.name, next.value);
  }

  #keepTail(chunk: Uint8Array): void {
    this.#tail =
      chunk.length >= TAIL_BYTES
        ? chunk.slice(-TAIL_BYTES)
        : Buffer.concat([this.#tail, chunk]).subarray(-TAIL_BYTES);
  }
}

function joined(running: Running): Uint8Array {
  return running.parts.length === 1 ? running.parts[0]! : Buffer.concat(running.parts);
}

export interface Claim {
  diskFormat: string;
  containerFormat: string;
  sizeBytes: number;
}

export interface Verdict {
  virtualSizeBytes: number | null;
  /** Why the data is refused; null when it is not. */
  refusal: string | null;
}

/** Formats with structure of their own: data in one of them is nothing else. */
const STRUCTURED: readonly string[] = ["qcow2", "qed", "vmdk", "vhd", "vhdx", "vdi", "ploop"];
/** Containers around the disk image: what `disk_format` describes lies inside. */
const WRAPPERS: readonly string[] = ["ova", "docker", "compressed"];

/**
 * @param strict refuse what is not recognised, too
 */
export function judge(claim: Claim, findings: ReadonlyMap<string, Finding>, strict: boolean): Verdict {
  const refuse = (refusal: string): Verdict => ({ virtualSizeBytes: null, refusal });
  for (const [name, { unsafe }] of findings) {
    if (unsafe) return refuse(`Image failed safety checks: ${name} image ${unsafe}`);
  }
  const { diskFormat } = claim;
  if (WRAPPERS.includes(claim.containerFormat)) return { virtualSizeBytes: null, refusal: null };
  const structured = STRUCTURED.filter((name) => findings.has(name));
  if (structured.length > 1 || (structured.length === 1 && (findings.has("iso") || findings.has("gpt")))) {
    return refuse(`Multiple formats detected: ${[...findings.keys()].sort().join(", ")}`);
  }
  const found = structured[0] ?? (findings.has("iso") ? "iso" : findings.has("gpt") ? "gpt" : "raw");
  const mismatch = `Image disk_format ${diskFormat} does not match stream data ${found}`;
  // Beside one of the other claims (raw, ami, aki, ari) an ISO or a partitioned disk is plain data.
  const specific = STRUCTURED.includes(diskFormat) || diskFormat === "iso";
  if (found !== diskFormat) {
    if (structured.length > 0) return refuse(mismatch);
    if (specific && (found !== "raw" || strict)) return refuse(mismatch);
  }
  if (claim.containerFormat !== "bare") return { virtualSizeBytes: null, refusal: null };
  if (diskFormat === "raw") return { virtualSizeBytes: claim.sizeBytes, refusal: null };
  return { virtualSizeBytes: findings.get(diskFormat)?.virtualSizeBytes ?? null, refusal: null };
}
