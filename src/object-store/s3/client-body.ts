// What an S3 client sends behind its headers: out of Amazon's wrapping, checked against every sum that came with it, as
// a stream or as a document.

import { createHash } from "node:crypto";
import { Refusal } from "../answers.ts";
import { bytesOf } from "../conditional.ts";
import type { SwiftRequest } from "../request.ts";
import { S3Error } from "./errors.ts";
import { hasCheckSum, hashed, isStreaming, summed, unchunked } from "./payload.ts";
import type { Signature } from "./signature.ts";

/** A document of up to so many times its limit is read to its end, so that the client, still sending, sees the answer. */
const DRAINED = 64;

export class ClientBody {
  /** What was wrong with the data; the store that read them knows only that they were refused. */
  failure: S3Error | null = null;
  #swift: SwiftRequest;
  #signature: Signature;
  /** Bytes of data that are announced; null when that is not known. */
  #length: number | null;

  /** @param headers those that go on; the lengths and encodings of Amazon's wrapping are taken out. @throws S3Error */
  constructor(swift: SwiftRequest, signature: Signature, headers: Map<string, string>) {
    this.#swift = swift;
    this.#signature = signature;
    if (isStreaming(signature.payload)) announceUnchunked(swift, headers);
    const length = headers.get("content-length");
    this.#length = length === undefined ? null : Number(length);
  }

  async *stream(): AsyncGenerator<Uint8Array> {
    try {
      yield* summed(this.#unwrapped(), this.#swift.headers);
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      // The store knows only refusals; the client gets this one.
      this.failure = error;
      throw new Refusal({ status: error.status, headers: {}, body: null });
    }
  }

  /** The whole, as text. Null when there is none. @throws S3Error */
  async document(maxBytes: number): Promise<string | null> {
    const encoding = this.#swift.header("transfer-encoding");
    if (encoding !== null && encoding.trim().toLowerCase() !== "chunked") {
      throw new S3Error("NotImplemented", {
        message: "A header you provided implies functionality that is not implemented",
        info: { Header: "Transfer-Encoding" },
      });
    }
    const length = this.#length ?? 0;
    if (length > maxBytes) {
      if (length <= maxBytes * DRAINED) for await (const _ of this.#swift.body);
      throw new S3Error("MalformedXML");
    }
    if (length === 0 && encoding === null) return null;
    let bytes: Buffer;
    try {
      bytes = await bytesOf(this.stream(), maxBytes);
    } catch (error) {
      if (error instanceof RangeError) throw new S3Error("MalformedXML");
      if (error instanceof Refusal && error.reply.status === 422) {
        throw new S3Error("BadDigest", { message: String(error.reply.body) });
      }
      if (error instanceof Refusal) throw this.failure ?? new S3Error("RequestTimeout");
      throw error;
    }
    return bytes.length === 0 ? null : bytes.toString();
  }

  /** Content-MD5 must be there and fit; a check sum of another kind, which was looked at before, does as well. @throws S3Error */
  requireMd5(body: string): void {
    const given = this.#swift.header("content-md5");
    if (given === null && hasCheckSum(this.#swift.headers)) return;
    if (given === null) {
      throw new S3Error("InvalidRequest", {
        message: "Missing required header for this request: Content-MD5",
      });
    }
    if (createHash("md5").update(body).digest("base64") !== given)
      throw new S3Error("BadDigest", { info: { ContentMD5: given } });
  }

  /** Out of whatever Amazon has wrapped them in. */
  async *#unwrapped(): AsyncGenerator<Uint8Array> {
    const { payload } = this.#signature;
    const { body } = this.#swift;
    if (isStreaming(payload)) {
      const trailers = (this.#swift.header("x-amz-trailer") ?? "").split(",").map((name) => name.trim());
      const announced = trailers.filter((name) => name !== "");
      yield* unchunked(body, this.#signature, this.#length ?? 0, announced);
    } else if (payload !== null && payload !== "UNSIGNED-PAYLOAD") yield* hashed(body, payload);
    else yield* body;
  }
}

/** @throws S3Error MissingContentLength */
function announceUnchunked(swift: SwiftRequest, headers: Map<string, string>): void {
  const length = swift.header("x-amz-decoded-content-length");
  if (length === null || !/^\d+$/.test(length)) throw new S3Error("MissingContentLength");
  headers.set("content-length", length);
  headers.delete("transfer-encoding");
  const encodings = (headers.get("content-encoding") ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "aws-chunked");
  if (encodings.length > 0) headers.set("content-encoding", encodings.join(","));
  else headers.delete("content-encoding");
}
