// What an S3 client may say in headers. Authority: swift/common/middleware/s3api/s3request.py, _validate_headers and
// to_swift_req.

import type { SwiftRequest } from "../request.ts";
import { fromWire } from "../wire.ts";
import { invalidArgument, notImplemented, S3Error } from "./errors.ts";

/** @throws S3Error */
export function checkHeaders(request: SwiftRequest): void {
  const length = request.header("content-length");
  if (length !== null && !/^\d+$/.test(length)) throw invalidArgument("Content-Length", length);
  if (
    request.method === "PUT" &&
    ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"].some((name) =>
      request.headers.has(name),
    )
  ) {
    throw notImplemented("Conditional object PUTs are not supported.");
  }
  const directive = request.header("x-amz-metadata-directive");
  if (directive !== null && directive !== "COPY" && directive !== "REPLACE")
    throw invalidArgument("x-amz-metadata-directive", directive, "Unknown metadata directive.");
  const storageClass = request.header("x-amz-storage-class");
  if (storageClass !== null && storageClass !== "STANDARD") throw new S3Error("InvalidStorageClass");
  if (request.headers.has("x-amz-mfa")) throw notImplemented("MFA Delete is not supported.");
  const encryption = request.header("x-amz-server-side-encryption");
  if (encryption !== null && encryption !== "aws:kms" && encryption !== "AES256") {
    throw invalidArgument(
      "x-amz-server-side-encryption",
      encryption,
      "The encryption method specified is not supported",
    );
  }
  if (encryption !== null) throw notImplemented("Server-side encryption is not supported.");
  if (request.headers.has("x-amz-website-redirect-location"))
    throw notImplemented("Website redirection is not supported.");
  if (request.headers.has("x-amz-tagging")) throw notImplemented("Object tagging is not supported.");
}

/** `Content-MD5` in hex, as Swift's ETag has it. @throws S3Error InvalidDigest */
export function contentMd5(request: SwiftRequest): string | null {
  const text = request.header("content-md5")?.trim();
  if (!text) return null;
  const bytes = Buffer.from(text, "base64");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0 || bytes.length !== 16)
    throw new S3Error("InvalidDigest", { info: { ContentMD5: text } });
  return bytes.toString("hex");
}

/** `X-Amz-Meta-a_b` as Swift's metadata. AWS leaves out names with such characters. */
export function userMetadata(request: SwiftRequest): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of request.env.rawHeaders()) {
    const lower = name.toLowerCase();
    if (!lower.startsWith("x-amz-meta-") || /[ "),/;<=>?@[\\\]{}]/.test(lower)) continue;
    const key = `x-object-meta-${lower.slice("x-amz-meta-".length).replaceAll("_", "%5f")}`;
    const clean = encodedWord(value);
    found.set(key, found.has(key) ? `${found.get(key)},${clean}` : clean);
  }
  return found;
}

/** Beyond printable ASCII, a value is kept in MIME's form. */
function encodedWord(value: string): string {
  if (/^[\t\n\r\v\f -~]*$/.test(value)) return value;
  const bytes = Buffer.from(fromWire(value) ?? value, "utf8");
  const quoted = [...bytes]
    .map((byte) => {
      const ch = String.fromCharCode(byte);
      if (ch === " ") return "_";
      return /[A-Za-z0-9!*+/-]/.test(ch) ? ch : `=${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
  const base64 = bytes.toString("base64");
  return base64.length < quoted.length ? `=?UTF-8?B?${base64}?=` : `=?UTF-8?Q?${quoted}?=`;
}
