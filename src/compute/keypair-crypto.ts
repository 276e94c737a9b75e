// What key pairs are made of. Authority: nova/crypto.py of Zed; RFC 4253 section 6.6 for the text of a public key.

import { createHash, createPublicKey, generateKeyPair, X509Certificate } from "node:crypto";
import { promisify } from "node:util";
import { Invalid } from "../core/errors.ts";

export class InvalidKeypair extends Invalid {
  constructor(reason: string, options: { cause?: unknown } = {}) {
    super(`Keypair data is invalid: ${reason}`, options);
  }
}

const RSA_BITS = 2048;
const makeKeyPair = promisify(generateKeyPair);

/** `{privateKey: PKCS#1 PEM, publicKey: "ssh-rsa AAAA... Generated-by-Nova"}`. Runs outside the event loop. */
export async function generateSshKey(): Promise<{ privateKey: string; publicKey: string }> {
  const { privateKey, publicKey } = await makeKeyPair("rsa", { modulusLength: RSA_BITS });
  const { n, e } = publicKey.export({ format: "jwk" });
  const blob = Buffer.concat([
    sshString(Buffer.from("ssh-rsa")),
    sshInteger(Buffer.from(e ?? "", "base64url")),
    sshInteger(Buffer.from(n ?? "", "base64url")),
  ]);
  return {
    privateKey: privateKey.export({ format: "pem", type: "pkcs1" }) as string,
    publicKey: `ssh-rsa ${blob.toString("base64")} Generated-by-Nova`,
  };
}

/** MD5 with colons. @throws InvalidKeypair for anything but a public key in OpenSSH's form */
export function sshFingerprint(publicKey: string): string {
  const [type = "", base64 = ""] = publicKey.split(" ");
  const blob = decodeBase64(base64);
  if (!blob || !isKeyBlob(type, blob)) throw new InvalidKeypair("failed to generate fingerprint");
  return colons(createHash("md5").update(blob).digest("hex"));
}

/** SHA-1 with colons. @throws InvalidKeypair */
export function x509Fingerprint(pem: string): string {
  try {
    return new X509Certificate(pem).fingerprint.toLowerCase();
  } catch (cause) {
    throw new InvalidKeypair("failed to generate X509 fingerprint. Error message: Unable to load PEM file.", {
      cause,
    });
  }
}

/** The RSA key of an OpenSSH public key, for encrypting; null for other kinds. */
export function rsaKeyOf(publicKey: string): ReturnType<typeof createPublicKey> | null {
  const [type = "", base64 = ""] = publicKey.split(" ");
  const blob = decodeBase64(base64);
  if (type !== "ssh-rsa" || !blob) return null;
  const [, e, n] = fields(blob) ?? [];
  if (!e || !n) return null;
  return createPublicKey({
    format: "jwk",
    key: { kty: "RSA", e: e.toString("base64url"), n: trimZero(n).toString("base64url") },
  });
}

/** Key types and how many fields follow the name in the blob. */
const KEY_FIELDS: Record<string, number> = {
  "ssh-rsa": 2,
  "ssh-dss": 4,
  "ssh-ed25519": 1,
  "ecdsa-sha2-nistp256": 2,
  "ecdsa-sha2-nistp384": 2,
  "ecdsa-sha2-nistp521": 2,
};

const ED25519_BYTES = 32;

function isKeyBlob(type: string, blob: Buffer): boolean {
  const parts = fields(blob);
  if (!parts || parts.length !== (KEY_FIELDS[type] ?? -1) + 1) return false;
  if (parts[0]?.toString("latin1") !== type) return false;
  if (type === "ssh-ed25519") return parts[1]?.length === ED25519_BYTES;
  if (type.startsWith("ecdsa-")) return type.endsWith(parts[1]?.toString("latin1") ?? "-");
  return parts.every((part) => part.length > 0);
}

/** The length-prefixed strings a blob consists of; null when it does not. */
function fields(blob: Buffer): Buffer[] | null {
  const found: Buffer[] = [];
  let at = 0;
  while (at < blob.length) {
    if (at + 4 > blob.length) return null;
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) return null;
    found.push(blob.subarray(at + 4, end));
    at = end;
  }
  return found;
}

function decodeBase64(text: string): Buffer | null {
  const packed = text.trim();
  if (packed === "" || packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) return null;
  return Buffer.from(packed, "base64");
}

function sshString(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A zero keeps a number with its first bit set from being negative. */
function sshInteger(bytes: Buffer): Buffer {
  return sshString((bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

function trimZero(bytes: Buffer): Buffer {
  return bytes[0] === 0 ? bytes.subarray(1) : bytes;
}

function colons(hex: string): string {
  return hex.match(/../g)?.join(":") ?? "";
}
