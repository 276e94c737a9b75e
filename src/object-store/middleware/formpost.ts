// formpost: lets a browser upload files by a form its owner has signed.
// Authority: swift/common/middleware/formpost.py.

import { PLAIN, refuse, type SwiftReply, say, statusLine } from "../answers.ts";
import { MadeBody } from "../body.ts";
import { FormError, type FormPart, parseHeaderValue, readForm } from "../multipart.ts";
import type { BuiltinFilter } from "../pipeline/contract.ts";
import { when } from "../pipeline/guarded.ts";
import type { SwiftRequest } from "../request.ts";
import { fromWire, parseInteger, quote, toWire } from "../wire.ts";
import { allowedDigests, hmacHex, parseSignature, sameText, signingKeys } from "./digests.ts";

const MAX_VALUE_BYTES = 4096;

class FormInvalid extends Error {}
class FormUnauthorized extends Error {}

type Attributes = Map<string, string>;

export const formpost: BuiltinFilter = {
  name: "formpost",
  factory(next, conf, tools) {
    const { allowed, deprecated } = allowedDigests(conf);
    tools.registerInfo("formpost", {
      allowed_digests: [...allowed].sort(),
      ...(deprecated.length > 0 ? { deprecated_digests: [...deprecated].sort() } : {}),
    });

    async function formpostApp(request: SwiftRequest): Promise<SwiftReply> {
      const { value, parameters } = parseHeaderValue(request.header("content-type") ?? "");
      const boundary = parameters.get("boundary");
      if (value !== "multipart/form-data" || !boundary) return next(request);
      try {
        return await upload(request, boundary);
      } catch (error) {
        if (error instanceof FormError || error instanceof FormInvalid) {
          return say(400, `FormPost: ${error.message}`, PLAIN);
        }
        if (error instanceof FormUnauthorized) {
          const message = error.message.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
          return say(401, `FormPost: ${message}`, undefined, { "www-authenticate": 'Swift realm="unknown"' });
        }
        throw error;
      }
    }

    async function upload(request: SwiftRequest, boundary: string): Promise<SwiftReply> {
      const keys = keysOf(request);
      const attributes: Attributes = new Map();
      let files = 0;
      let reply: SwiftReply | null = null;
      let [status, message] = ["", ""];
      for await (const part of readForm(request.body, boundary)) {
        const filename = part.filename;
        if (!filename) {
          if (part.name !== null) attributes.set(part.name.toLowerCase(), await part.text(MAX_VALUE_BYTES));
          continue;
        }
        if (++files > integer(attributes, "max_file_count")) {
          [status, message] = [statusLine(400), "max file count exceeded"];
          break;
        }
        reply = await putFile(request, attributes, part, filename, keys);
        status = statusLine(reply.status);
        if (reply.status < 200 || reply.status > 299) break;
      }
      if (status === "") [status, message] = [statusLine(400), "no files to process"];
      return outcome(status, message, attributes.get("redirect"), reply);
    }

    async function putFile(
      request: SwiftRequest,
      attributes: Attributes,
      part: FormPart,
      filename: string,
      keys: readonly string[],
    ): Promise<SwiftReply> {
      if (keys.length === 0) throw new FormUnauthorized("invalid signature");
      const maxSize = integer(attributes, "max_file_size");
      const headers = new Map<string, string>([["transfer-encoding", "chunked"]]);
      for (const [attribute, header, what] of [
        ["x_delete_at", "x-delete-at", "Unix timestamp required."],
        ["x_delete_after", "x-delete-after", "Number of seconds required."],
      ] as const) {
        const text = attributes.get(attribute);
        if (text === undefined) continue;
        if (parseInteger(text) === null) throw new FormInvalid(`${attribute} not an integer: ${what}`);
        headers.set(header, String(parseInteger(text)));
      }
      const type = attributes.get("content-type") ?? part.headers.get("content-type");
      if (type !== undefined) headers.set("content-type", type || "application/octet-stream");
      const encoding = attributes.get("content-encoding") ?? part.headers.get("content-encoding");
      if (encoding !== undefined) headers.set("content-encoding", encoding);
      verify(request, attributes, keys);
      const slashes = request.path.split("/").length - 1;
      const folder = request.path.endsWith("/") || slashes >= 4 ? request.path : `${request.path}/`;
      const capped = new CappedBody(part.data, maxSize);
      const reply = await next(
        request.derivePreauthorized({
          method: "PUT",
          path: folder + filename,
          headers,
          body: new MadeBody(capped),
          source: "FP",
        }),
      );
      if (capped.exceeded) throw new FormInvalid("max_file_size exceeded");
      return reply;
    }

    /** @throws FormUnauthorized */
    function verify(request: SwiftRequest, attributes: Attributes, keys: readonly string[]): void {
      const expires = parseInteger(attributes.get("expires") || "0");
      if (expires === null) throw new FormInvalid("expired not an integer");
      if (expires * 1000 < tools.clock.now()) throw new FormUnauthorized("form expired");
      const message = (path: string) =>
        [
          path,
          attributes.get("redirect") ?? "",
          attributes.get("max_file_size") || "0",
          attributes.get("max_file_count") || "0",
          attributes.get("expires") || "0",
        ].join("\n");
      // Below a mount point clients sign the whole path of their address.
      const messages = [...new Set([request.path, request.env.mount + request.path])].map(message);
      const signature = parseSignature(attributes.get("signature") ?? "");
      const digest = allowed.find((name) => name === signature?.digest);
      const valid =
        signature &&
        digest &&
        keys.some((key) => messages.some((text) => sameText(hmacHex(digest, key, text), signature.hex)));
      if (!valid) throw new FormUnauthorized("invalid signature");
    }

    function keysOf(request: SwiftRequest): string[] {
      const { entity } = request;
      if (!entity?.account || !entity.container || !/^v1(\.0)?$/.test(entity.version)) return [];
      const keys = [
        ...signingKeys(tools.accountInfo(request).meta),
        ...signingKeys(tools.containerInfo(request).meta),
      ];
      return keys.map((key) => fromWire(key) ?? key);
    }

    return when(({ method }) => method === "POST", formpostApp, next);
  },
};

/** 0 when not given. @throws FormInvalid */
function integer(attributes: Attributes, name: string): number {
  const value = parseInteger(attributes.get(name) || "0");
  if (value === null) throw new FormInvalid(`${name} not an integer`);
  return value;
}

/** Ends the upload beyond so many bytes. */
class CappedBody implements AsyncIterable<Uint8Array> {
  exceeded = false;
  #source: AsyncIterable<Uint8Array>;
  #maxBytes: number;

  constructor(source: AsyncIterable<Uint8Array>, maxBytes: number) {
    this.#source = source;
    this.#maxBytes = maxBytes;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    let size = 0;
    for await (const chunk of this.#source) {
      size += chunk.length;
      if (size > this.#maxBytes) {
        this.exceeded = true;
        throw refuse(413);
      }
      yield chunk;
    }
  }
}

function outcome(
  status: string,
  message: string,
  redirect: string | undefined,
  reply: SwiftReply | null,
): SwiftReply {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(reply?.headers ?? {})) {
    if (name.startsWith("access-control")) headers[name] = value;
  }
  const code = Number(status.split(" ")[0]);
  if (!redirect) {
    const text = message.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
    return say(code, message === "" ? status : `${status}\r\nFormPost: ${text}`, PLAIN, headers);
  }
  const target = `${redirect}${redirect.includes("?") ? "&" : "?"}status=${quote(String(code))}&message=${quote(message)}`;
  const body = `<html><body><p><a href="${target}">Click to continue...</a></p></body></html>`;
  return { status: 303, headers: { ...headers, location: toWire(target) }, body };
}
