// Certificates for password-less log-in to Windows guests: a self-signed client certificate and a PKCS#12 file with an
// empty password. Authority: nova/crypto.py, generate_winrm_x509_cert, of Zed (which calls openssl); RFC 5280 for the
// certificate, RFC 7292 for the file.

import { createHash, createHmac, generateKeyPair, randomBytes, sign } from "node:crypto";
import { promisify } from "node:util";
import {
  bits,
  contentOf,
  extension,
  integer,
  NULL,
  oid,
  pem,
  sequence,
  set,
  tagged,
  utcTime,
} from "./der.ts";

const RSA_BITS = 2048;
const DAY_MS = 86_400_000;
const VALID_DAYS = 3650;
const MAC_ITERATIONS = 2048;
const makeKeyPair = promisify(generateKeyPair);

/** `{certificate: PEM, bundle: base64 of the PKCS#12 file}` */
export async function generateX509(
  userId: string,
  nowMs: number,
): Promise<{ certificate: string; bundle: string }> {
  const { privateKey, publicKey } = await makeKeyPair("rsa", { modulusLength: RSA_BITS });
  const name = sequence(set(sequence(oid("2.5.4.3"), tagged(0x0c, Buffer.from(userId)))));
  const algorithm = sequence(oid("1.2.840.113549.1.1.11"), NULL);
  const principal = sequence(
    oid("1.3.6.1.4.1.311.20.2.3"),
    tagged(0xa0, tagged(0x0c, Buffer.from(`${userId}@localhost`))),
  );
  const extensions = sequence(
    extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.2"))),
    extension("2.5.29.17", sequence(tagged(0xa0, contentOf(principal)))),
  );
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    name,
    sequence(utcTime(nowMs), utcTime(nowMs + VALID_DAYS * DAY_MS)),
    name,
    publicKey.export({ format: "der", type: "spki" }),
    tagged(0xa3, extensions),
  );
  const certificate = sequence(body, algorithm, bits(sign("sha256", body, privateKey)));
  const shrouded = privateKey.export({
    format: "der",
    type: "pkcs8",
    cipher: "aes-256-cbc",
    passphrase: "",
  });
  return { certificate: pem(certificate), bundle: pkcs12(certificate, shrouded).toString("base64") };
}

function pkcs12(certificate: Buffer, shroudedKey: Buffer): Buffer {
  const keyId = createHash("sha1").update(certificate).digest();
  const attributes = set(sequence(oid("1.2.840.113549.1.9.21"), set(tagged(0x04, keyId))));
  const certBag = sequence(
    oid("1.2.840.113549.1.12.10.1.3"),
    tagged(0xa0, sequence(oid("1.2.840.113549.1.9.22.1"), tagged(0xa0, tagged(0x04, certificate)))),
    attributes,
  );
  const keyBag = sequence(oid("1.2.840.113549.1.12.10.1.2"), tagged(0xa0, shroudedKey), attributes);
  const safe = sequence(data(sequence(certBag)), data(sequence(keyBag)));
  const salt = randomBytes(8);
  const mac = createHmac("sha256", macKey(salt)).update(safe).digest();
  const digest = sequence(sequence(oid("2.16.840.1.101.3.4.2.1"), NULL), tagged(0x04, mac));
  const iterations = Buffer.alloc(2);
  iterations.writeUInt16BE(MAC_ITERATIONS);
  return sequence(
    integer(Buffer.from([3])),
    data(safe),
    sequence(digest, tagged(0x04, salt), integer(iterations)),
  );
}

/** RFC 7292, appendix B.2, for the empty password, whose text is two zero bytes. */
function macKey(salt: Buffer): Buffer {
  const block = 64;
  const fill = (text: Buffer) => {
    const out = Buffer.alloc(Math.ceil(text.length / block) * block);
    for (let i = 0; i < out.length; i++) out[i] = text[i % text.length] ?? 0;
    return out;
  };
  const start = Buffer.concat([Buffer.alloc(block, 3), fill(salt), fill(Buffer.from([0, 0]))]);
  let key: Buffer = start;
  for (let i = 0; i < MAC_ITERATIONS; i++) key = createHash("sha256").update(key).digest();
  return key;
}

/** PKCS#7 data. */
function data(content: Buffer): Buffer {
  return sequence(oid("1.2.840.113549.1.7.1"), tagged(0xa0, tagged(0x04, content)));
}
