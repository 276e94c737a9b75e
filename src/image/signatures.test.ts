// Signed images: taken when the data is what was signed, refused otherwise, never taken unverified.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { constants, createSign, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWith, program } from "../../test/support/requires.ts";
import { createImage, imageCloud, noise, OCTETS, reason } from "./testing.ts";

const RSA_ID = "6f5a2b0e-6d4c-4a9b-9d49-0c2a8e8a9d01";
const EC_ID = "6f5a2b0e-6d4c-4a9b-9d49-0c2a8e8a9d02";
const DATA = noise(300_000);

let folder: string;
const keys = new Map<string, KeyObject>();

/** A self-signed certificate of that key, as the operator puts it there. */
function certify(id: string, key: KeyObject): void {
  const keyFile = join(folder, "key");
  writeFileSync(keyFile, key.export({ type: "pkcs8", format: "pem" }));
  const to = join(folder, `${id}.pem`);
  const made = Bun.spawnSync([
    "openssl",
    "req",
    "-x509",
    "-new",
    "-key",
    keyFile,
    "-subj",
    "/CN=signer",
    "-out",
    to,
  ]);
  rmSync(keyFile);
  if (made.exitCode !== 0) throw new Error(made.stderr.toString());
  keys.set(id, key);
}

function signed(id: string, data: Uint8Array, hash = "sha256"): string {
  const key = keys.get(id)!;
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_MAX_SIGN };
  const isRsa = key.asymmetricKeyType === "rsa";
  return createSign(hash)
    .update(data)
    .sign({ key, ...(isRsa ? pss : {}) }, "base64");
}

const properties = (id: string, signature: string, more: Record<string, string> = {}) => ({
  img_signature: signature,
  img_signature_hash_method: "SHA-256",
  img_signature_key_type: "RSA-PSS",
  img_signature_certificate_uuid: id,
  ...more,
});

describeWith("image signatures", [program("openssl")], () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "signatures-"));
    certify(RSA_ID, generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);
    certify(EC_ID, generateKeyPairSync("ec", { namedCurve: "secp384r1" }).privateKey);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("what was signed becomes active; what was not is refused, leaves nothing and stays queued", async () => {
    await using cloud = await imageCloud({ settings: { GLANCE_SIGNATURE_CERTIFICATE_DIR: folder } });
    const demo = await cloud.as("g-api", "demo");
    const good = await createImage(demo, properties(RSA_ID, signed(RSA_ID, DATA)));
    expect((await demo.put(`/v2/images/${good}/file`, DATA, OCTETS)).status).toBe(204);
    expect((await demo.get(`/v2/images/${good}`)).body.status).toBe("active");
    const bad = await createImage(demo, properties(RSA_ID, signed(RSA_ID, noise(300_000, 2))));
    const refused = await demo.put(`/v2/images/${bad}/file`, DATA, OCTETS);
    expect([refused.status, reason(refused.text)]).toEqual([
      400,
      `Signature verification failed for image ${bad}: Signature verification failed`,
    ]);
    expect((await demo.get(`/v2/images/${bad}`)).body).toMatchObject({ status: "queued", size: null });
    expect(readdirSync(cloud.paths.at("images"))).toEqual([good]);
  });

  test.each([
    ["SHA-224", "sha224"],
    ["SHA-384", "sha384"],
    ["SHA-512", "sha512"],
  ])("%s", async (method, hash) => {
    await using cloud = await imageCloud({ settings: { GLANCE_SIGNATURE_CERTIFICATE_DIR: folder } });
    const demo = await cloud.as("g-api", "demo");
    const fields = properties(RSA_ID, signed(RSA_ID, DATA, hash), { img_signature_hash_method: method });
    expect((await demo.put(`/v2/images/${await createImage(demo, fields)}/file`, DATA, OCTETS)).status).toBe(
      204,
    );
  });

  test("elliptic curves", async () => {
    await using cloud = await imageCloud({ settings: { GLANCE_SIGNATURE_CERTIFICATE_DIR: folder } });
    const demo = await cloud.as("g-api", "demo");
    const kind = { img_signature_key_type: "ECC_SECP384R1" };
    const good = await createImage(demo, properties(EC_ID, signed(EC_ID, DATA), kind));
    expect((await demo.put(`/v2/images/${good}/file`, DATA, OCTETS)).status).toBe(204);
    const bad = await createImage(demo, properties(EC_ID, signed(EC_ID, noise(10)), kind));
    expect((await demo.put(`/v2/images/${bad}/file`, DATA, OCTETS)).status).toBe(400);
  });

  test("an import is verified too", async () => {
    await using cloud = await imageCloud({ settings: { GLANCE_SIGNATURE_CERTIFICATE_DIR: folder } });
    const demo = await cloud.as("g-api", "demo");
    const importing = async (signature: string) => {
      const id = await createImage(demo, properties(RSA_ID, signature));
      expect((await demo.put(`/v2/images/${id}/stage`, DATA, OCTETS)).status).toBe(204);
      const method = { method: { name: "glance-direct" } };
      expect((await demo.post(`/v2/images/${id}/import`, method)).status).toBe(202);
      for (;;) {
        const { body } = await demo.get(`/v2/images/${id}`);
        if (body.os_glance_import_task === undefined) return body.status;
        await Bun.sleep(1);
      }
    };
    expect(await importing(signed(RSA_ID, DATA))).toBe("active");
    expect(await importing(signed(RSA_ID, noise(5)))).not.toBe("active");
  });

  test.each([
    [{ img_signature: "abc" }, "The signature data was not properly encoded using base64"],
    [{ img_signature_hash_method: "MD5" }, "Invalid signature hash method: MD5"],
    [{ img_signature_key_type: "DSA" }, "Invalid signature key type: DSA"],
    [
      { img_signature_key_type: "ECC_SECP521R1" },
      "Invalid public key type for signature key type: ECC_SECP521R1",
    ],
    [{ img_signature_certificate_uuid: "../key" }, "Certificate not found with ID: ../key"],
    [
      { img_signature_certificate_uuid: "00000000-0000-0000-0000-000000000000" },
      "Certificate not found with ID: 00000000-0000-0000-0000-000000000000",
    ],
  ])("%p", async (more, text) => {
    await using cloud = await imageCloud({ settings: { GLANCE_SIGNATURE_CERTIFICATE_DIR: folder } });
    const demo = await cloud.as("g-api", "demo");
    const id = await createImage(demo, properties(RSA_ID, "YWJj", more as Record<string, string>));
    const refused = await demo.put(`/v2/images/${id}/file`, DATA, OCTETS);
    expect([refused.status, reason(refused.text)]).toEqual([
      400,
      `Signature verification failed for image ${id}: Signature verification for the image failed: ${text}.`,
    ]);
  });

  test("without certificates signed images are refused; three of the four properties sign nothing", async () => {
    await using cloud = await imageCloud();
    const demo = await cloud.as("g-api", "demo");
    const fields = properties(RSA_ID, signed(RSA_ID, DATA));
    const id = await createImage(demo, fields);
    const refused = await demo.put(`/v2/images/${id}/file`, DATA, OCTETS);
    expect([refused.status, reason(refused.text)]).toEqual([
      400,
      `Signature verification failed for image ${id}: Signature verification for the image failed: Unable to retrieve certificate with ID: ${RSA_ID}.`,
    ]);
    const { img_signature: _signature, ...three } = fields;
    expect((await demo.put(`/v2/images/${await createImage(demo, three)}/file`, DATA, OCTETS)).status).toBe(
      204,
    );
  });
});
