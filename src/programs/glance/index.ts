// `glance`: the image client of 2012-2014, with the verbs of 2011 that it still took. Authority for verbs, options, texts,
// columns and exit statuses: python-glanceclient 0.12 (Icehouse), glanceclient/shell.py, v1/shell.py, v1/legacy_shell.py.
//
// On purpose unlike it: where the service has only version 2 of the API, the verbs of version 1 are done by it; --host
// without a scheme is a host name; errors are told as text where the service answers with a page; a verb that is
// answered "no" ends with status 1; an address that ends in /v3 is taken to /v2.0.

import { isIPv6 } from "node:net";
import { authenticate, toV2 } from "../auth.ts";
import { type ClientProgram, runClient } from "../client-program.ts";
import { sessionOf } from "../common-options.ts";
import { ClientError } from "../errors.ts";
import { usageError } from "../help.ts";
import type { Arguments } from "../options.ts";
import type { ProgramIo } from "../program.ts";
import type { HttpSession } from "../session.ts";
import { Calls, type Connection } from "./client.ts";
import { globalOptions } from "./globals.ts";
import { imageVerbs } from "./images.ts";
import { legacyVerbs } from "./legacy.ts";
import { ImagesV1 } from "./v1.ts";
import { ImagesV2 } from "./v2.ts";
import { v2Verbs } from "./v2-verbs.ts";
import { type Glance, told, type Verb } from "./verb.ts";

const byName = (a: Verb, b: Verb) => (a.name < b.name ? -1 : 1);

export const verbsV1: readonly Verb[] = [...imageVerbs, ...legacyVerbs].sort(byName);
export const verbsV2: readonly Verb[] = [...v2Verbs].sort(byName);

const program: ClientProgram<Glance> = {
  name: "glance",
  description: "Command-line interface to the OpenStack Images API.",
  version: "0.12.0",
  globals: globalOptions,
  verbs: (globals) => (globals.text("os_image_api_version")?.startsWith("2") ? verbsV2 : verbsV1),
  connect,
  usage: usageError,
  told: (error) => `${told(error)}\n`,
};

export function glance(argv: readonly string[], io: ProgramIo): Promise<number> {
  return runClient(program, argv, io);
}

async function connect(globals: Arguments, io: ProgramIo): Promise<Glance> {
  const session = sessionOf(globals, {
    userAgent: "python-glanceclient",
    debug: globals.flag("debug") ? (line) => io.err(`${line}\n`) : null,
  });
  const connection = await connectionOf(session, globals);
  const isV1 = await hasVersion1(session, connection);
  return {
    images: isV1 ? new ImagesV1(connection) : new ImagesV2(connection),
    v2: new Calls(connection),
    endpoint: connection.endpoint,
    verbose: globals.flag("verbose"),
    force: globals.flag("force"),
    dryRun: globals.flag("dry_run"),
  };
}

/** @throws ClientError with what is missing */
async function connectionOf(session: HttpSession, globals: Arguments): Promise<Connection> {
  const given = (dest: string) => globals.text(dest) || null;
  const url = given("os_image_url") ?? urlOfHost(globals);
  const token = given("os_auth_token");
  if (token && url) return { session, token, endpoint: withoutVersion(url) };
  const missing = (what: string, name: string) =>
    new ClientError(
      `You must provide ${what} via either --${name} or env[${name.replaceAll("-", "_").toUpperCase()}]`,
    );
  const [username, password, authUrl] = [given("os_username"), given("os_password"), given("os_auth_url")];
  const [tenantId, tenantName] = [given("os_tenant_id"), given("os_tenant_name")];
  if (!username) throw missing("a username", "os-username");
  if (!password) throw missing("a password", "os-password");
  if (!tenantId && !tenantName) throw missing("a tenant_id", "os-tenant-id");
  if (!authUrl) throw missing("an auth url", "os-auth-url");
  const region = given("os_region_name");
  const credentials = { authUrl: toV2(authUrl), username, password, tenantName, tenantId, region };
  const access = await authenticate(session, credentials);
  const type = given("os_service_type") ?? "image";
  const side = given("os_endpoint_type") ?? "publicURL";
  const endpoint = withoutVersion(url ?? access.catalog.url({ type, side }));
  return { session, token: token ?? access.token, endpoint };
}

function urlOfHost(globals: Arguments): string | null {
  const host = globals.text("host");
  if (!host) return null;
  const scheme = globals.flag("use_ssl") ? "https" : "http";
  return `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${globals.text("port")}`;
}

function withoutVersion(url: string): string {
  return url.replace(/\/+$/, "").replace(/\/v\d+(\.\d+)?$/, "");
}

async function hasVersion1(session: HttpSession, { endpoint }: Connection): Promise<boolean> {
  const { json } = await session.request("GET", `${endpoint}/versions`);
  const versions: { id?: string }[] = json?.versions ?? [];
  return versions.some(({ id }) => id?.startsWith("v1"));
}
