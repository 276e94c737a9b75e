// discover: which versions and extensions a server has (keystoneclient/generic/client.py, 0.11). Needs no credentials.

import { ClientError } from "../errors.ts";
import type { ProgramIo } from "../program.ts";
import type { HttpSession, Json } from "../session.ts";
import type { OpenVerb } from "./verb.ts";

const LOCAL = ["http://localhost:35357", "https://localhost:35357"];

export const discover: OpenVerb = {
  name: "discover",
  help: "Discover Keystone servers, supported API versions and extensions.",
  async open(session, authUrl, io) {
    for (const url of authUrl ? [authUrl] : LOCAL) {
      const body = await look(session, url, io);
      if (body === null) continue;
      await report(session, url, body, io);
      return;
    }
    io.out("No Keystone-compatible endpoint found\n");
  },
};

async function report(session: HttpSession, url: string, body: Json, io: ProgramIo): Promise<void> {
  const versions = body.version ? [body.version] : body.versions?.values;
  if (!Array.isArray(versions)) {
    io.out(`Unrecognized response from ${url}\n`);
    return;
  }
  io.out(`Keystone found at ${url}\n`);
  for (const { id, status, links } of versions as Json[]) {
    const self = links?.find((link: Json) => link.rel === "self");
    const at = String(self?.href ?? new URL(id, url).href);
    io.out(`    - supports version ${id} (${status}) here ${at}\n`);
    const found = await look(session, `${at.replace(/\/?$/, "/")}extensions`, io);
    const extensions = found?.extensions?.values ?? found?.extensions ?? [];
    for (const { alias, name } of extensions as Json[]) io.out(`        - and ${alias}: ${name}\n`);
  }
}

/** Null for a server that is not there, after its error has been shown; a version without extensions is no error. */
async function look(session: HttpSession, url: string, io: ProgramIo): Promise<Json | null> {
  try {
    return (await session.request("GET", url, { headers: { Accept: "application/json" } })).json;
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    if (!url.endsWith("/extensions")) io.err(`ERROR:keystoneclient.generic.client:${error.message}\n`);
    return null;
  }
}
