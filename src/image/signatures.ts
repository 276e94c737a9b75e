// Signed images: the four `img_signature*` properties, a certificate, and the data that must match. Authority:
// `set_data` in glance/location.py of Zed and cursive/signature_utils.py, which it calls.
//
// Glance fetches the certificate from a key manager (Barbican). This cloud has none: the certificates are files in a
// folder that the operator names. Without a folder a signed image is refused with what Glance answers when its key manager
// cannot be reached; it is never taken unverified.
//
// Not here: DSA keys and the ECC_SECT curves, which the library of this program cannot verify. Cursive too offers a curve
// only where its library knows it.

import { constants, createVerify, type KeyObject, type Verify, X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SignatureInvalid } from "./errors.ts";

const SIGNATURE = "img_signature";
const HASH_METHOD = "img_signature_hash_method";
const KEY_TYPE = "img_signature_key_type";
const CERTIFICATE = "img_signature_certificate_uuid";

const HASHES: Record<string, { name: string; bytes: number }> = {
  "SHA-224": { name: "sha224", bytes: 28 },
  "SHA-256": { name: "sha256", bytes: 32 },
  "SHA-384": { name: "sha384", bytes: 48 },
  "SHA-512": { name: "sha512", bytes: 64 },
};

/** By the name in the property, what `KeyObject` calls such a key. */
const KEY_TYPES: Record<string, string> = {
  "RSA-PSS": "rsa",
  ECC_SECP521R1: "ec",
  ECC_SECP384R1: "ec",
};

/** The bytes of one signed image on their way in. */
export interface Verifier {
  update(bytes: Uint8Array): void;
  /** After the last byte. @throws SignatureInvalid */
  verify(): void;
}

export class Signatures {
  readonly #folder: string;

  /** @param folder holds ID.pem and ID.der files; empty: there is none */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Null for an image that is not signed: all four properties make one that is.
   * @throws SignatureInvalid for properties that cannot be verified
   */
  verifier(imageId: string, properties: Readonly<Record<string, string>>): Verifier | null {
    const names = [SIGNATURE, HASH_METHOD, KEY_TYPE, CERTIFICATE];
    if (!names.every((name) => name in properties)) return null;
    const refuse = (reason: string): never => {
      throw new SignatureInvalid(imageId, `Signature verification for the image failed: ${reason}.`);
    };
    const signature =
      decoded(properties[SIGNATURE]!) ?? refuse("The signature data was not properly encoded using base64");
    const hash =
      HASHES[properties[HASH_METHOD]!] ?? refuse(`Invalid signature hash method: ${properties[HASH_METHOD]}`);
    const type = properties[KEY_TYPE]!;
    const kind = KEY_TYPES[type] ?? refuse(`Invalid signature key type: ${type}`);
    const key = this.#publicKey(properties[CERTIFICATE]!, refuse);
    if (key.asymmetricKeyType !== kind) refuse(`Invalid public key type for signature key type: ${type}`);
    return new DataVerifier(imageId, createVerify(hash.name), signature, () =>
      kind === "rsa"
        ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: longestSalt(key, hash.bytes) }
        : { key },
    );
  }

  #publicKey(id: string, refuse: (reason: string) => never): KeyObject {
    if (this.#folder === "") return refuse(`Unable to retrieve certificate with ID: ${id}`);
    // What is asked for is a user's text: it never leaves the folder.
    const paths = /^[\w-]+$/.test(id)
      ? [".pem", ".der"].map((suffix) => join(this.#folder, id + suffix)).filter(existsSync)
      : [];
    if (!paths[0]) return refuse(`Certificate not found with ID: ${id}`);
    try {
      return new X509Certificate(readFileSync(paths[0])).publicKey;
    } catch {
      return refuse(`Unable to retrieve certificate with ID: ${id}`);
    }
  }
}

interface VerifyKey {
  key: KeyObject;
  padding?: number;
  saltLength?: number;
}

class DataVerifier implements Verifier {
  readonly #imageId: string;
  readonly #verify: Verify;
  readonly #signature: Buffer;
  readonly #key: () => VerifyKey;

  constructor(imageId: string, verify: Verify, signature: Buffer, key: () => VerifyKey) {
    this.#imageId = imageId;
    this.#verify = verify;
    this.#signature = signature;
    this.#key = key;
  }

  update(bytes: Uint8Array): void {
    this.#verify.update(bytes);
  }

  verify(): void {
    if (this.#verify.verify(this.#key(), this.#signature)) return;
    throw new SignatureInvalid(this.#imageId, "Signature verification failed");
  }
}

/** Python's b64decode: what is not of the alphabet is passed over, the padding must be right. Null when it is not. */
function decoded(text: string): Buffer | null {
  const alphabet = text.replace(/[^A-Za-z0-9+/=]/g, "");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(alphabet) || alphabet.length % 4 !== 0) return null;
  return Buffer.from(alphabet, "base64");
}

/** Cursive signs and verifies with the longest salt that the key has room for (RFC 8017, 9.1.1). */
function longestSalt(key: KeyObject, hashBytes: number): number {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  return Math.ceil((bits - 1) / 8) - hashBytes - 2;
}
