// keypair-* and x509-* (novaclient/v1_1/shell.py 2.17).

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { ClientError } from "../errors.ts";
import type { ProgramIo } from "../program.ts";
import { argument, both, type Verb } from "./verb.ts";

const add: Verb = {
  name: "keypair-add",
  help: "Create a new key pair for use with servers.",
  options: both("pub-key", "<pub-key>", "Path to a public ssh key."),
  args: [argument("name", "<name>", "Name of key.")],
  async run(client, args, io) {
    const path = args.text("pub_key");
    const made = await client.post("/os-keypairs", {
      keypair: { name: args.text("name"), ...(path ? { public_key: publicKey(path, io) } : {}) },
    });
    if (!path) io.out(`${made.keypair.private_key}\n`);
  },
};

/** @throws ClientError */
function publicKey(path: string, { env }: ProgramIo): string {
  try {
    return readFileSync(path.replace(/^~(?=\/|$)/, env["HOME"] ?? "~"), "utf8");
  } catch (cause) {
    throw new ClientError(`Can't open or read '${path}': ${(cause as Error).message}`, { cause });
  }
}

const remove: Verb = {
  name: "keypair-delete",
  help: "Delete keypair given by its name.",
  args: [argument("name", "<name>", "Keypair name to delete.")],
  async run(client, args) {
    await client.delete(`/os-keypairs/${encodeURIComponent(args.required("name"))}`);
  },
};

const list: Verb = {
  name: "keypair-list",
  help: "Print a list of keypairs for a user",
  async run(client, _args, { out }) {
    const keypairs = await client.all("/os-keypairs", "keypairs");
    const rows = keypairs.map(({ keypair }) => keypair);
    out(client.tables.list(rows, ["Name", "Fingerprint"]));
  },
};

const show: Verb = {
  name: "keypair-show",
  help: "Show details about the given keypair.",
  args: [argument("keypair", "<keypair>", "Name or ID of keypair")],
  async run(client, args, { out }) {
    const path = `/os-keypairs/${encodeURIComponent(args.required("keypair"))}`;
    const { public_key, ...info } = (await client.get(path)).keypair;
    out(`${client.tables.properties(info)}Public key: ${public_key}\n`);
  },
};

const createCert: Verb = {
  name: "x509-create-cert",
  help: "Create x509 cert for a user in tenant.",
  args: [
    {
      dest: "pk_filename",
      metavar: "<private-key-filename>",
      help: "Filename for the private key [Default: pk.pem]",
      optional: true,
    },
    {
      dest: "cert_filename",
      metavar: "<x509-cert-filename>",
      help: "Filename for the X.509 certificate [Default: cert.pem]",
      optional: true,
    },
  ],
  async run(client, args, { out }) {
    const key = args.text("pk_filename") ?? "pk.pem";
    const cert = args.text("cert_filename") ?? "cert.pem";
    if (existsSync(key)) throw new ClientError(`Unable to write privatekey - ${key} exists.`);
    if (existsSync(cert)) throw new ClientError(`Unable to write x509 cert - ${cert} exists.`);
    const { certificate } = await client.post("/os-certificates", {});
    writeNew(key, certificate.private_key, 0o400);
    out(`Wrote private key to ${key}\n`);
    writeNew(cert, certificate.data, 0o644);
    out(`Wrote x509 certificate to ${cert}\n`);
  },
};

const rootCert: Verb = {
  name: "x509-get-root-cert",
  help: "Fetch the x509 root cert.",
  args: [
    {
      dest: "filename",
      metavar: "<filename>",
      help: "Filename to write the x509 root cert.",
      optional: true,
    },
  ],
  async run(client, args, { out }) {
    const path = args.text("filename") ?? "cacert.pem";
    if (existsSync(path)) throw new ClientError(`Unable to write x509 root cert - ${path} exists.`);
    const { certificate } = await client.get("/os-certificates/root");
    writeNew(path, certificate.data, 0o644);
    out(`Wrote x509 root cert to ${path}\n`);
  },
};

/** @throws ClientError */
function writeNew(path: string, text: string, mode: number): void {
  try {
    writeFileSync(path, text, { mode, flag: "wx" });
  } catch (cause) {
    throw new ClientError((cause as Error).message, { cause });
  }
}

export const keypairVerbs: readonly Verb[] = [add, remove, list, show, createCert, rootCert];
