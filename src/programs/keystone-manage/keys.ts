// Keys of tokens: fernet_setup, fernet_rotate and their other names, and what credentials would have. Authority:
// keystone/cmd/cli.py and keystone/common/fernet_utils.py of Zed. Receipts are sealed with the keys of tokens, as with
// Keystone's default of one folder for both.

import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Manage, type ManageCommand, ManageError } from "./command.ts";
import { giveTo, OWNER_OPTIONS } from "./owner.ts";

async function setup({ args, io, paths }: Manage): Promise<number> {
  const [{ keyFolder }, { setupKeys }] = await Promise.all([
    import("./offline.ts"),
    import("../../identity/tokens/keys.ts"),
  ]);
  const folder = keyFolder(paths);
  mkdirSync(paths.root, { recursive: true, mode: 0o700 });
  setupKeys(folder);
  giveKeys(folder, args, io);
  return 0;
}

/** The running cloud is told by a mark on the database, which it looks at anyway. */
async function rotate({ args, io, paths, open }: Manage): Promise<number> {
  const [{ keyFolder }, { rotateKeys }, { identitySection }] = await Promise.all([
    import("./offline.ts"),
    import("../../identity/tokens/keys.ts"),
    import("../../identity/config.ts"),
  ]);
  const folder = keyFolder(paths);
  if (!existsSync(folder)) {
    throw new ManageError(
      `Either [fernet_tokens] key_repository does not exist or Keystone does not have sufficient permission to access it: ${folder}`,
    );
  }
  using database = await open();
  rotateKeys(folder, database.config.values(identitySection).KEYSTONE_FERNET_MAX_ACTIVE_KEYS);
  giveKeys(folder, args, io);
  database.db.touch();
  return 0;
}

function giveKeys(folder: string, args: Manage["args"], io: Manage["io"]): void {
  giveTo([folder, ...readdirSync(folder).map((name) => join(folder, name))], args, io);
}

const SETUP = "Make the keys of tokens where there are none.";
const ROTATE = "Put the next key of tokens to use and stage another; the oldest goes.";

function keyCommand(name: string, help: string, run: ManageCommand["run"]): ManageCommand {
  return { name, help, options: OWNER_OPTIONS, run };
}

/** Credentials are kept in keystone.db as they are: it, as the keys would be, is its owner's alone. */
async function nothingToEncrypt({ io }: Manage): Promise<number> {
  io.err("Credentials of this cloud have no keys of their own: nothing to do.\n");
  return 0;
}

const CREDENTIAL = "Accepted, for the guides that ask for it: credentials have no keys here.";

const jwsKeyPair: ManageCommand = {
  name: "create_jws_keypair",
  help: "Write a key pair for JWS tokens, private.pem and public.pem, into the current folder.",
  options: [...OWNER_OPTIONS, { names: ["--force"], kind: "flag", help: "Write over keys that are there." }],
  async run({ args, io }) {
    const { generateKeyPairSync } = await import("node:crypto");
    const [privatePath, publicPath] = ["private.pem", "public.pem"].map((name) => join(process.cwd(), name));
    if (!args.flag("force")) {
      if (existsSync(privatePath!)) throw new ManageError(`Private key ${privatePath} already exists`);
      if (existsSync(publicPath!)) throw new ManageError(`Public key ${publicPath} already exists`);
    }
    const pair = generateKeyPairSync("ec", {
      namedCurve: "P-256",
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    writeFileSync(privatePath!, pair.privateKey, { mode: 0o600 });
    writeFileSync(publicPath!, pair.publicKey, { mode: 0o600 });
    giveTo([privatePath!, publicPath!], args, io);
    return 0;
  },
};

export const keyCommands: readonly ManageCommand[] = [
  keyCommand("fernet_setup", SETUP, setup),
  keyCommand("fernet_rotate", ROTATE, rotate),
  keyCommand("token_setup", "The same as fernet_setup.", setup),
  keyCommand("token_rotate", "The same as fernet_rotate.", rotate),
  keyCommand("receipt_setup", "The same as fernet_setup: receipts have the keys of tokens.", setup),
  keyCommand("receipt_rotate", "The same as fernet_rotate: receipts have the keys of tokens.", rotate),
  keyCommand("credential_setup", CREDENTIAL, nothingToEncrypt),
  keyCommand("credential_rotate", CREDENTIAL, nothingToEncrypt),
  keyCommand("credential_migrate", CREDENTIAL, nothingToEncrypt),
  jwsKeyPair,
];
