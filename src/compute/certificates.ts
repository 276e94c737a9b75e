// What nova-cert was until Ocata: a certificate authority of the cloud's own, and certificates for users that it signs
// (they went into images bundled for EC2). Authority: nova/crypto.py and nova/cert/manager.py of Newton, which call
// openssl; RFC 5280 for what is in a certificate.

import { createPrivateKey, generateKeyPair, type KeyObject, randomBytes, sign } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import type { Clock } from "../core/clock.ts";
import { bits, extension, integer, NULL, oid, pem, sequence, set, tagged, utcTime } from "./der.ts";

const makeKeyPair = promisify(generateKeyPair);
const RSA_BITS = 2048;
const DAY_MS = 86_400_000;
/** nova.conf of Newton: `openssl.cnf`, default_days; the root's is longer. */
const USER_DAYS = 365;
const ROOT_DAYS = 3650;

interface Authority {
  certificate: string;
  key: KeyObject;
}

export class CertificateAuthority {
  #path: string;
  #clock: Clock;
  #root: Promise<Authority> | null = null;

  /** @param path of the file that holds the root's key and certificate; made at first use, 0600 */
  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /** PEM. */
  async rootCertificate(): Promise<string> {
    return (await this.#authority()).certificate;
  }

  /** A key of the user's own and its certificate, both PEM. The key is not kept. */
  async issue(userId: string, projectId: string): Promise<{ privateKey: string; certificate: string }> {
    const { key } = await this.#authority();
    const pair = await makeKeyPair("rsa", { modulusLength: RSA_BITS });
    // crypto.py: `/C=US/ST=California/O=OpenStack/OU=NovaDev/CN=PROJECT-USER-TIME`
    const time = new Date(this.#clock.now()).toISOString().slice(0, 19);
    const certificate = this.#certificate({
      subject: nameOf("NovaDev", `${projectId}-${userId}-${time}Z`),
      publicKey: pair.publicKey,
      days: USER_DAYS,
      signer: key,
      authority: false,
    });
    return { privateKey: pair.privateKey.export({ format: "pem", type: "pkcs1" }) as string, certificate };
  }

  #authority(): Promise<Authority> {
    this.#root ??= this.#readOrMake().catch((error) => {
      this.#root = null;
      throw error;
    });
    return this.#root;
  }

  async #readOrMake(): Promise<Authority> {
    if (existsSync(this.#path)) {
      const text = readFileSync(this.#path, "utf8");
      const certificate = text.slice(text.indexOf("-----BEGIN CERTIFICATE-----"));
      return { certificate, key: createPrivateKey(text) };
    }
    const pair = await makeKeyPair("rsa", { modulusLength: RSA_BITS });
    const certificate = this.#certificate({
      subject: ROOT_NAME,
      publicKey: pair.publicKey,
      days: ROOT_DAYS,
      signer: pair.privateKey,
      authority: true,
    });
    const key = pair.privateKey.export({ format: "pem", type: "pkcs8" }) as string;
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    const made = `${this.#path}.new`;
    writeFileSync(made, key + certificate, { mode: 0o600 });
    chmodSync(made, 0o600);
    renameSync(made, this.#path);
    return { certificate, key: pair.privateKey };
  }

  #certificate(wanted: {
    subject: Buffer;
    publicKey: KeyObject;
    days: number;
    signer: KeyObject;
    authority: boolean;
  }): string {
    const now = this.#clock.now();
    const algorithm = sequence(oid("1.2.840.113549.1.1.11"), NULL);
    const constraints = wanted.authority ? sequence(TRUE) : sequence();
    const body = sequence(
      tagged(0xa0, integer(Buffer.from([2]))),
      integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
      algorithm,
      ROOT_NAME,
      sequence(utcTime(now), utcTime(now + wanted.days * DAY_MS)),
      wanted.subject,
      wanted.publicKey.export({ format: "der", type: "spki" }),
      tagged(0xa3, sequence(extension("2.5.29.19", constraints))),
    );
    return pem(sequence(body, algorithm, bits(sign("sha256", body, wanted.signer))));
  }
}

const TRUE = Buffer.from([1, 1, 0xff]);
/** crypto.py's openssl.cnf: the root's own name. */
const ROOT_NAME = nameOf("NOVA", "NOVA ROOT");

function nameOf(unit: string, common: string): Buffer {
  const parts: [id: string, value: string][] = [
    ["2.5.4.6", "US"],
    ["2.5.4.8", "California"],
    ["2.5.4.10", "OpenStack"],
    ["2.5.4.11", unit],
    ["2.5.4.3", common],
  ];
  // A country is a PrintableString; the others are UTF-8.
  return sequence(
    ...parts.map(([id, value]) =>
      set(sequence(oid(id), tagged(id === "2.5.4.6" ? 0x13 : 0x0c, Buffer.from(value)))),
    ),
  );
}
