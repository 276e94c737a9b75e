// The body of a signed request: as it is, with a hash that must fit, or in chunks of Amazon's own (`aws-chunked`), each
// with a signature, and with check sums behind the last.
// Authority: Amazon's "Signature calculations: transferring payload in multiple chunks", "Checking object integrity".

import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { refuse } from "../answers.ts";
import { ClientDisconnect } from "../body.ts";
import { S3Error } from "./errors.ts";
import type { Signature } from "./signature.ts";
import { hmac256, sameText } from "./signature-parts.ts";

const EMPTY_SHA256 = createHash("sha256").digest("hex");
const MAX_LINE_BYTES = 16_384;
const MAX_TRAILERS = 20;

const STREAMING = new Map([
  ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", { signed: true, trailer: false }],
  ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", { signed: true, trailer: true }],
  ["STREAMING-UNSIGNED-PAYLOAD-TRAILER", { signed: false, trailer: true }],
]);

export function isStreaming(payload: string | null): boolean {
  return payload !== null && STREAMING.has(payload);
}

/** A body whose hash must be the one its signature covers. The end is withheld, so nothing is stored, when it is not. */
export async function* hashed(body: AsyncIterable<Uint8Array>, expected: string): AsyncGenerator<Uint8Array> {
  const hash = new Bun.CryptoHasher("sha256");
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest("hex") !== expected.toLowerCase()) {
    throw refuse(422, "The X-Amz-Content-SHA56 you specified did not match what we received.");
  }
}

/** Bytes whose check sums (`X-Amz-Checksum-Crc32: ...`) must be those of the headers. The end is withheld if not. */
export async function* summed(
  body: AsyncIterable<Uint8Array>,
  headers: ReadonlyMap<string, string>,
): AsyncGenerator<Uint8Array> {
  const sums = Object.keys(SUMS)
    .filter((name) => headers.has(name))
    .map((name) => new CheckSum(name));
  if (sums.length === 0) return yield* body;
  for await (const chunk of body) {
    for (const sum of sums) sum.update(chunk);
    yield chunk;
  }
  for (const sum of sums) sum.check(headers.get(sum.header));
}

/** Is there a check sum in the headers that we know? */
export function hasCheckSum(headers: ReadonlyMap<string, string>): boolean {
  return Object.keys(SUMS).some((name) => headers.has(name));
}

/**
 * The data in an `aws-chunked` body.
 * @param length bytes of data there must be
 * @param trailers names the client has announced in X-Amz-Trailer
 */
export async function* unchunked(
  body: AsyncIterable<Uint8Array>,
  signature: Signature,
  length: number,
  trailers: readonly string[],
): AsyncGenerator<Uint8Array> {
  const kind = STREAMING.get(signature.payload ?? "") ?? { signed: false, trailer: false };
  const reader = new Reader(body);
  const seal = kind.signed ? new Seal(signature) : null;
  const sums = trailers.map((name) => new CheckSum(name));
  let total = 0;
  for (;;) {
    const [size = "", ...extensions] = (await reader.line()).split(";");
    if (!/^[0-9a-f]{1,16}$/i.test(size.trim())) throw incomplete();
    const wanted = Number.parseInt(size, 16);
    const given = extensions.find((part) => part.trim().startsWith("chunk-signature="));
    const hash = seal ? new Bun.CryptoHasher("sha256") : null;
    total += wanted;
    if (total > length) throw incomplete();
    for await (const piece of reader.take(wanted)) {
      hash?.update(piece);
      for (const sum of sums) sum.update(piece);
      yield piece;
    }
    seal?.next("AWS4-HMAC-SHA256-PAYLOAD", EMPTY_SHA256, hash!.digest("hex"), given?.trim().slice(16) ?? "");
    if (wanted === 0) break;
    if ((await reader.line()) !== "") throw incomplete();
  }
  if (total !== length) throw incomplete();
  await checkTrailers(reader, kind.trailer ? seal : null, sums);
  await reader.drain();
}

async function checkTrailers(reader: Reader, seal: Seal | null, sums: readonly CheckSum[]): Promise<void> {
  const lines: string[] = [];
  const sent = new Map<string, string>();
  for (;;) {
    const line = await reader.lineOrEnd();
    if (line === null || (line === "" && (sums.length === 0 || sent.size > 0))) break;
    if (line === "") continue;
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === "x-amz-trailer-signature") {
      const text = lines.map((trailer) => `${trailer}\n`).join("");
      seal?.next("AWS4-HMAC-SHA256-TRAILER", null, createHash("sha256").update(text).digest("hex"), value);
      seal = null;
      continue;
    }
    if (sent.size >= MAX_TRAILERS) throw incomplete();
    lines.push(`${name}:${value}`);
    sent.set(name, value);
  }
  if (seal) throw new S3Error("SignatureDoesNotMatch");
  for (const sum of sums) sum.check(sent.get(sum.header));
}

function incomplete(): S3Error {
  return new S3Error("IncompleteBody");
}

/** Each chunk's signature covers the one before. */
class Seal {
  #key: Buffer;
  #head: string;
  #previous: string;

  constructor(signature: Signature) {
    const key = signature.signingKey();
    if (key === null || signature.chunkScope === null) throw new S3Error("SignatureDoesNotMatch");
    this.#key = key;
    this.#head = `${signature.chunkScope.date}\n${signature.chunkScope.scope}`;
    this.#previous = signature.given;
  }

  /** @throws S3Error */
  next(algorithm: string, headersHash: string | null, dataHash: string, given: string): void {
    const lines = [algorithm, this.#head, this.#previous, ...(headersHash === null ? [] : [headersHash])];
    const expected = hmac256(this.#key, [...lines, dataHash].join("\n")).toString("hex");
    if (!sameText(given, expected)) throw new S3Error("SignatureDoesNotMatch");
    this.#previous = expected;
  }
}

/** Takes a stream apart by lines and counts. */
class Reader {
  #source: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    const line = await this.lineOrEnd();
    if (line === null) throw new ClientDisconnect();
    return line;
  }

  /** Null at the end. */
  async lineOrEnd(): Promise<string | null> {
    for (;;) {
      const end = this.#held.indexOf("\r\n");
      if (end >= 0) {
        const line = this.#held.toString("latin1", 0, end);
        this.#held = this.#held.subarray(end + 2);
        return line;
      }
      if (this.#held.length > MAX_LINE_BYTES) throw incomplete();
      if (!(await this.#more())) {
        if (this.#held.length === 0) return null;
        const rest = this.#held.toString("latin1");
        this.#held = Buffer.alloc(0);
        return rest;
      }
    }
  }

  async *take(count: number): AsyncGenerator<Uint8Array> {
    for (let left = count; left > 0; ) {
      if (this.#held.length === 0 && !(await this.#more())) throw new ClientDisconnect();
      const piece = this.#held.subarray(0, left);
      this.#held = this.#held.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async drain(): Promise<void> {
    while (await this.#more()) this.#held = Buffer.alloc(0);
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#source.next();
    if (done) return false;
    const chunk = Buffer.from(value.buffer, value.byteOffset, value.length);
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    return true;
  }
}

type Summer = { update(data: Uint8Array): void; digest(): string };

function word32(value: number): string {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value >>> 0);
  return out.toString("base64");
}

const CASTAGNOLI = Uint32Array.from({ length: 256 }, (_, i) => {
  let crc = i;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc >>> 0;
});

const SUMS: Record<string, () => Summer> = {
  "x-amz-checksum-crc32": () => {
    let crc = 0;
    return {
      update(data) {
        crc = crc32(data, crc);
      },
      digest: () => word32(crc),
    };
  },
  "x-amz-checksum-crc32c": () => {
    let crc = 0xffffffff;
    return {
      update(data) {
        for (const byte of data) crc = CASTAGNOLI[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
      },
      digest: () => word32(crc ^ 0xffffffff),
    };
  },
  "x-amz-checksum-sha1": () => hashSum("sha1"),
  "x-amz-checksum-sha256": () => hashSum("sha256"),
};

function hashSum(algorithm: "sha1" | "sha256"): Summer {
  const hash = new Bun.CryptoHasher(algorithm);
  return { update: (data) => void hash.update(data), digest: () => hash.digest("base64") };
}

/** A trailing check sum. One of a kind we do not know is taken on trust. */
class CheckSum {
  readonly header: string;
  #sum: Summer | null;

  constructor(header: string) {
    this.header = header.toLowerCase();
    this.#sum = SUMS[this.header]?.() ?? null;
  }

  update(data: Uint8Array): void {
    this.#sum?.update(data);
  }

  /** @throws S3Error */
  check(value: string | undefined): void {
    if (value === undefined) {
      throw new S3Error("InvalidRequest", {
        message: `The trailer ${this.header} was announced but not sent.`,
      });
    }
    if (this.#sum && this.#sum.digest() !== value) {
      throw new S3Error("BadDigest", {
        message: `The ${this.header.slice("x-amz-checksum-".length).toUpperCase()} you specified did not match the calculated checksum.`,
      });
    }
  }
}
