// `glance`: the image client of 2012-2014, with the verbs of 2011 that it still took. Authority for verbs, options, texts,
// columns and exit statuses: python-glanceclient 0.12 (Icehouse), glanceclient/shell.py, v1/shell.py, v1/legacy_shell.py.
//
// On purpose unlike it: where the service has only version 2 of the API, the verbs of version 1 are done by it; --host
// without a scheme is a host name; errors are told as text where the service answers with a page; a verb that is
// answered "no" ends with status 1; an address that ends in /v3 is taken to /v2.0.

import { type ClientProgram, runClient } from "../client-program.ts";
import { sessionOf } from "../common-options.ts";
import { usageError } from "../help.ts";
import type { Arguments } from "../options.ts";
import type { ProgramIo } from "../program.ts";
import type { HttpSession } from "../session.ts";
import { Calls, type Connection } from "./client.ts";
import { connectionOf } from "./connect.ts";
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

async function hasVersion1(session: HttpSession, { endpoint }: Connection): Promise<boolean> {
  const { json } = await session.request("GET", `${endpoint}/versions`);
  const versions: { id?: string }[] = json?.versions ?? [];
  return versions.some(({ id }) => id?.startsWith("v1"));
}
