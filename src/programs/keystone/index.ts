// `keystone`: the identity client of 2012-2014. Authority for verbs, texts, columns and exit statuses:
// python-keystoneclient 0.3-0.11, keystoneclient/shell.py and v2_0/shell.py; for layouts, transcripts of Folsom and
// Icehouse clouds.
//
// On purpose unlike it: OS_PROJECT_NAME and OS_PROJECT_ID are read too; without a tenant one of the user's is taken for
// what needs one; SERVICE_TOKEN without an endpoint is passed over when there are credentials; there is no keyring, so no
// token is kept; an address that ends in /v3 is taken to /v2.0 of the same server.

import { toV2 } from "../auth.ts";
import { firstOf, sessionOf } from "../common-options.ts";
import { ClientError, HttpError } from "../errors.ts";
import { help, layoutOf, usageError } from "../help.ts";
import { type Arguments, type ParserSpec, parseArguments, UsageFailure } from "../options.ts";
import type { ProgramIo } from "../program.ts";
import { askPassword, Interrupted } from "../prompt.ts";
import { bootstrap } from "./bootstrap.ts";
import { type Identity, IdentityClient } from "./client.ts";
import { discover } from "./discover.ts";
import { ec2Verbs } from "./ec2-credentials.ts";
import { globalOptions } from "./globals.ts";
import { roleVerbs } from "./roles.ts";
import { endpointVerbs, serviceVerbs } from "./services.ts";
import { tenantVerbs } from "./tenants.ts";
import { tokenVerbs } from "./tokens.ts";
import { userVerbs } from "./users.ts";
import type { OpenVerb, Verb } from "./verb.ts";

/** The client whose behaviour this is. */
export const CLIENT_VERSION = "0.11.2";

const BY_NAME = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

export const verbs: readonly (Verb | OpenVerb)[] = [
  ...[...tokenVerbs, ...ec2Verbs, ...endpointVerbs, ...roleVerbs, ...serviceVerbs].sort(BY_NAME),
  ...[...tenantVerbs, ...userVerbs].sort(BY_NAME),
  discover,
  bootstrap,
].sort(BY_NAME);

const OWN_VERBS = [
  { name: "bash-completion", help: "Prints all of the commands and options to stdout." },
  { name: "help", help: "Display help about this program or one of its subcommands." },
];

export async function keystone(argv: readonly string[], io: ProgramIo): Promise<number> {
  try {
    await run(argv, io);
    return 0;
  } catch (error) {
    if (error instanceof UsageFailure) {
      io.err(usageError(error, layoutOf(io.env)));
      return 2;
    }
    if (error instanceof Interrupted) return 130;
    if (!(error instanceof ClientError || error instanceof RangeError)) throw error;
    io.err(`${error.message}\n`);
    return 1;
  }
}

async function run(argv: readonly string[], io: ProgramIo): Promise<void> {
  const parser = mainParser(io.env);
  const early = parseArguments(parser, argv, { lenient: true });
  if (early.args.flag("version")) {
    io.out(`${CLIENT_VERSION}\n`);
    return;
  }
  if (argv.length === 0 || early.args.flag("help")) {
    io.out(help(parser, layoutOf(io.env)));
    return;
  }
  const { args, command, extras } = parseArguments(parser, argv);
  const [name, ...rest] = command ?? [];
  if (name === "help") return showHelp(parser, rest, io);
  if (name === "bash-completion" || name === "bash_completion") return complete(io);
  const verb = verbs.find((candidate) => candidate.name === name);
  if (!verb) {
    const choices = [...verbs, ...OWN_VERBS].map((candidate) => `'${candidate.name}'`).join(", ");
    throw new UsageFailure(
      parser,
      `argument <subcommand>: invalid choice: '${name}' (choose from ${choices})`,
    );
  }
  const own = verbParser(verb);
  if (rest.includes("-h") || rest.includes("--help")) {
    io.out(help(own, layoutOf(io.env)));
    return;
  }
  const parsed = parseArguments(own, rest);
  const unknown = [...extras, ...parsed.extras];
  if (unknown.length > 0) {
    throw new UsageFailure(parser, `unrecognized arguments: ${unknown.join(" ")}`);
  }
  await perform(verb, args, parsed.args, io);
}

async function perform(
  verb: Verb | OpenVerb,
  globals: Arguments,
  args: Arguments,
  io: ProgramIo,
): Promise<void> {
  const session = sessionOf(globals, {
    userAgent: "python-keystoneclient",
    debug: globals.flag("debug") ? (line) => io.err(`DEBUG:keystoneclient.session:${line}\n`) : null,
  });
  if ("open" in verb) return verb.open(session, globals.text("os_auth_url"), io);
  const identity = await identityOf(globals, io);
  const version = globals.text("os_identity_api_version");
  if (version && version !== "2.0" && version !== "2") {
    io.out(`WARNING: unsupported identity-api-version ${version}, falling back to 2.0\n`);
  }
  // A password that is refused is told in the server's words, a token that is refused in the client's.
  const client = await IdentityClient.connect(session, identity);
  try {
    await verb.run(client, args, io);
  } catch (error) {
    if (!(error instanceof HttpError && error.status === 401)) throw error;
    throw new ClientError("Invalid OpenStack Identity credentials.", { cause: error });
  }
}

/** @throws ClientError with what is missing */
async function identityOf(globals: Arguments, { env, out }: ProgramIo): Promise<Identity> {
  const given = (dest: string) => globals.text(dest) || null;
  const [username, authUrl] = [given("os_username"), given("os_auth_url")];
  let password = given("os_password");
  const endpoint = given("os_endpoint") ?? firstOf(env, "SERVICE_ENDPOINT");
  const complete = username !== null && password !== null && authUrl !== null;
  const legacyToken = endpoint === null && complete ? null : firstOf(env, "SERVICE_TOKEN");
  const token = given("os_token") ?? legacyToken;
  if (token !== null || endpoint !== null) {
    if (token === null) {
      throw new ClientError("Expecting a token provided via either --os-token or env[OS_SERVICE_TOKEN]");
    }
    if (endpoint === null) {
      throw new ClientError(
        "Expecting an endpoint provided via either --os-endpoint or env[OS_SERVICE_ENDPOINT]",
      );
    }
    if (username ?? password ?? authUrl) {
      out(
        "WARNING: Bypassing authentication using a token & endpoint (authentication credentials are being ignored).\n",
      );
    }
    return { kind: "token", token, endpoint };
  }
  if (authUrl === null) {
    throw new ClientError("Expecting an auth URL via either --os-auth-url or env[OS_AUTH_URL]");
  }
  if (username === null && password === null) {
    throw new ClientError(
      "Expecting authentication method via\n  either a service token, --os-token or env[OS_SERVICE_TOKEN], " +
        "\n  credentials, --os-username or env[OS_USERNAME]",
    );
  }
  if (username === null) {
    throw new ClientError("Expecting a username provided via either --os-username or env[OS_USERNAME]");
  }
  password ??= await askPassword("OS Password: ");
  if (!password) {
    throw new ClientError(
      "Expecting a password provided via either --os-password, env[OS_PASSWORD], or prompted response",
    );
  }
  const credentials = {
    authUrl: toV2(authUrl),
    username,
    password,
    tenantName: given("os_tenant_name"),
    tenantId: given("os_tenant_id"),
    region: given("os_region_name"),
  };
  return { kind: "password", credentials, endpoint: null };
}

function mainParser(env: ProgramIo["env"]): ParserSpec {
  return {
    prog: "keystone",
    description: "Command-line interface to the OpenStack Identity API.",
    epilog: 'See "keystone help COMMAND" for help on a specific command.',
    options: globalOptions(env),
    commands: { metavar: "<subcommand>", list: [...verbs, ...OWN_VERBS] },
  };
}

function verbParser({ name, help: description, args = [], options = [] }: Verb | OpenVerb): ParserSpec {
  const own = [{ names: ["-h", "--help"], kind: "flag" as const, help: null }, ...options];
  return { prog: `keystone ${name}`, description, options: own, args, group: "Arguments" };
}

function showHelp(parser: ParserSpec, [name]: readonly string[], io: ProgramIo): void {
  const layout = layoutOf(io.env);
  if (name === undefined) {
    io.out(help(parser, layout));
    return;
  }
  const verb = verbs.find((candidate) => candidate.name === name);
  const own = OWN_VERBS.find((candidate) => candidate.name === name);
  if (!verb && !own) throw new ClientError(`'${name}' is not a valid subcommand`);
  io.out(
    help(verb ? verbParser(verb) : { prog: `keystone ${name}`, description: own!.help, options: [] }, layout),
  );
}

function complete(io: ProgramIo): void {
  const words = new Set<string>();
  for (const verb of verbs) {
    words.add(verb.name);
    for (const { names } of verbParser(verb).options) for (const name of names) words.add(name);
  }
  words.add("help");
  io.out(`${[...words].join(" ")}\n`);
}
