// pki_setup and ssl_setup: a certificate authority and a certificate signed by it, in the places and with the subjects
// of Icehouse (keystone/common/openssl.py). Made with the program openssl, as there. Tokens here are Fernet's and need
// none of it; the courses look at the files.

import { accessSync, chmodSync, constants, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Manage, type ManageCommand, ManageError } from "./command.ts";
import { giveTo, OWNER_OPTIONS } from "./owner.ts";

/** keystone.conf [signing] and [ssl] of Icehouse. */
const DEFAULT_FOLDER = "/etc/keystone/ssl";
const KEY_BITS = "2048";
const VALID_DAYS = "3650";

interface Kind {
  subject: string;
  cert: string;
  key: string;
}

const SIGNING: Kind = {
  subject: "/C=US/ST=Unset/L=Unset/O=Unset/CN=www.example.com",
  cert: "signing_cert.pem",
  key: "signing_key.pem",
};
const SERVER: Kind = {
  subject: "/C=US/ST=Unset/L=Unset/O=Unset/CN=localhost",
  cert: "keystone.pem",
  key: "keystonekey.pem",
};

function setupCommand(name: string, help: string, kind: Kind): ManageCommand {
  return {
    name,
    help,
    options: [
      ...OWNER_OPTIONS,
      { names: ["--rebuild"], kind: "flag", help: "Make all files anew." },
      {
        names: ["--ssl-dir"],
        metavar: "DIR",
        help: `Where to; default is ${DEFAULT_FOLDER}, or ssl in the state directory for who may not write there.`,
      },
    ],
    run: (manage) => make(manage, kind),
  };
}

async function make({ args, io, paths }: Manage, kind: Kind): Promise<number> {
  const folder = args.text("ssl_dir") ?? (mayWrite(DEFAULT_FOLDER) ? DEFAULT_FOLDER : paths.at("ssl"));
  const certs = join(folder, "certs");
  const secret = join(folder, "private");
  const files = {
    caKey: join(secret, "cakey.pem"),
    caCert: join(certs, "ca.pem"),
    key: join(secret, kind.key),
    cert: join(certs, kind.cert),
  };
  const there = Object.values(files).filter((path) => existsSync(path));
  if (args.flag("rebuild")) for (const path of there) rmSync(path);
  else if (there.length > 0) {
    io.out(
      "The following cert files already exist, use --rebuild to remove the existing files before regenerating:\n",
    );
    for (const path of there) io.out(`${path} already exists\n`);
    return 0;
  }
  mkdirSync(certs, { recursive: true, mode: 0o755 });
  mkdirSync(secret, { recursive: true, mode: 0o750 });
  const config = join(certs, "openssl.conf");
  const state = { database: join(certs, "index.txt"), serial: join(certs, "serial") };
  if (!existsSync(config)) writeFileSync(config, openssl(certs), { mode: 0o640 });
  if (!existsSync(state.database)) writeFileSync(state.database, "", { mode: 0o640 });
  if (!existsSync(state.serial)) writeFileSync(state.serial, "01", { mode: 0o640 });
  const request = join(certs, "req.pem");
  const common = ["-config", config, "-subj", kind.subject];
  run("genrsa", "-out", files.caKey, KEY_BITS);
  const authority = ["-extensions", "v3_ca", "-key", files.caKey, "-out", files.caCert, "-days", VALID_DAYS];
  run("req", "-new", "-x509", ...authority, ...common);
  run("genrsa", "-out", files.key, KEY_BITS);
  run("req", "-key", files.key, "-new", "-out", request, ...common);
  const signing = ["-config", config, "-days", VALID_DAYS, "-cert", files.caCert, "-keyfile", files.caKey];
  run("ca", "-batch", "-out", files.cert, ...signing, "-infiles", request);
  for (const path of [files.caKey, files.key]) chmodSync(path, 0o640);
  for (const path of [files.caCert, files.cert]) chmodSync(path, 0o644);
  giveTo([folder, certs, secret, ...Object.values(files), config, ...Object.values(state)], args, io);
  return 0;
}

/** @throws ManageError with what openssl said */
function run(...args: string[]): void {
  const program = Bun.which("openssl");
  if (program === null) throw new ManageError("this needs the program openssl");
  const { exitCode, stderr } = Bun.spawnSync([program, ...args], { stdin: "ignore", stdout: "ignore" });
  if (exitCode !== 0) throw new ManageError(`openssl ${args[0]} failed: ${stderr.toString().trim()}`);
}

/** Whether the folder is there and open, or can be made. */
function mayWrite(folder: string): boolean {
  let path = folder;
  while (!existsSync(path)) path = dirname(path);
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function openssl(folder: string): string {
  return `# Made by keystone-manage.
dir = ${folder}

[ ca ]
default_ca = CA_default

[ CA_default ]
new_certs_dir = $dir
serial = $dir/serial
database = $dir/index.txt
default_days = 365
default_md = default
preserve = no
email_in_dn = no
policy = policy_anything
x509_extensions = usr_cert
unique_subject = no

[ policy_anything ]
countryName = optional
stateOrProvinceName = optional
localityName = optional
organizationName = optional
organizationalUnitName = optional
commonName = supplied
emailAddress = optional

[ req ]
default_bits = ${KEY_BITS}
string_mask = utf8only
distinguished_name = req_distinguished_name
req_extensions = v3_req
x509_extensions = v3_ca

[ req_distinguished_name ]
commonName = Common Name

[ v3_ca ]
basicConstraints = CA:TRUE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always,issuer

[ v3_req ]
basicConstraints = CA:FALSE
keyUsage = nonRepudiation, digitalSignature, keyEncipherment

[ usr_cert ]
basicConstraints = CA:FALSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
`;
}

export const pkiCommands: readonly ManageCommand[] = [
  setupCommand("pki_setup", "Make an authority and a certificate to sign tokens with, as in 2014.", SIGNING),
  setupCommand("ssl_setup", "Make an authority and a certificate for HTTPS, as in 2014.", SERVER),
];
