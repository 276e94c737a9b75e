// Consoles: their output, and the tokens in their URLs. Authority: nova/compute/api.py (get_vnc_console, ...),
// nova/objects/console_auth_token.py of Zed.

import { createHash } from "node:crypto";
import { cloudSection } from "../../config/cloud.ts";
import type { RequestContext } from "../../core/context.ts";
import { Invalid, NotFound } from "../../core/errors.ts";
import type { ConsoleAddress, ConsoleKind } from "../drivers/driver.ts";
import { InstanceInvalidState, InstanceNotReady } from "../errors.ts";
import type { Nova } from "../nova.ts";
import type { ConsoleAuthTokenRow, InstanceRow } from "../tables.ts";
import { askHost } from "./access.ts";

/** nova/console/...: MAX_CONSOLE_BYTES of the compute manager. */
const MAX_CONSOLE_BYTES = 102_400;

/** The last lines; null: all that is kept. */
export async function consoleOutput(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  lines: number | null,
): Promise<string> {
  if (!instance.host) throw new InstanceNotReady(instance.uuid);
  const bytes = await askHost<Uint8Array>(nova, context, instance, "get_console_output", {
    maxBytes: MAX_CONSOLE_BYTES,
  });
  const text = new TextDecoder("utf-8", { fatal: false }).decode(bytes).replace(/\r\n/g, "\n");
  if (lines === null) return text;
  if (lines === 0) return "";
  return text.replace(/\n$/, "").split("\n").slice(-lines).join("\n");
}

export class ConsoleTypeUnavailable extends Invalid {
  constructor(kind: string) {
    super(`Unavailable console type ${kind}.`);
  }
}

/** A URL that is good for one visit within `token_ttl`. */
export async function consoleUrl(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  kind: ConsoleKind,
  verb: string,
): Promise<string> {
  if (!instance.host) throw new InstanceNotReady(instance.uuid);
  if (["deleting", "migrating"].includes(instance.task_state ?? "")) {
    throw new InstanceInvalidState(verb, instance.uuid, "task_state", instance.task_state);
  }
  const address = await askHost<ConsoleAddress | null>(nova, context, instance, "get_console", { kind });
  if (!address) throw new ConsoleTypeUnavailable(kind);
  const token = nova.context.ids.uuid();
  const { base, query } = consoleBase(nova, kind);
  nova.store.db.transaction(() => {
    nova.store.pruneConsoleTokens(Math.floor(nova.now() / 1000));
    nova.store.consoleTokens.insert({
      created_at: nova.now(),
      token_hash: hashOf(token),
      console_type: kind,
      host: address.host,
      port: address.port,
      internal_access_path: address.path,
      instance_uuid: instance.uuid,
      expires: Math.floor(nova.now() / 1000) + nova.settings.CONSOLE_TOKEN_TTL,
      access_url_base: base,
    });
  });
  return `${base}${query(token)}`;
}

function consoleBase(nova: Nova, kind: ConsoleKind): { base: string; query: (token: string) => string } {
  const host = nova.context.config(cloudSection).HOST_IP;
  const proxy = nova.context.endpoints.base("n-novnc");
  if (kind === "serial") {
    return {
      base: nova.settings.SERIALPROXY_BASE_URL || serialBase(proxy, host),
      query: (token) => `?token=${token}`,
    };
  }
  const vnc = nova.settings.NOVNCPROXY_BASE_URL || `${proxy ?? `http://${host}:6080`}/vnc_lite.html`;
  // noVNC hands its own path parameter to the websocket (nova/objects/console_auth_token.py).
  if (kind === "novnc") {
    const folder = folderOf(vnc);
    return { base: vnc, query: (token) => `?path=${encodeURIComponent(`${folder}?token=${token}`)}` };
  }
  return { base: `http://${host}:6082/${kind}.html`, query: (token) => `?token=${token}` };
}

/** noVNC reads the path from the host's root on: where the page is below it, the socket is there too. */
function folderOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname.replace(/[^/]*$/, "").slice(1) : "";
}

/** Nova's serial proxy has a port of its own; where everything is on one port, the lines are there too. */
function serialBase(proxy: string | null, host: string): string {
  return proxy === null || /:6080$/.test(proxy) ? `ws://${host}:6083/` : `${proxy.replace(/^http/, "ws")}/`;
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Where a token leads. @throws NotFound for one that is unknown or over */
export function tokenTarget(nova: Nova, token: string): ConsoleAuthTokenRow {
  const row = nova.store.consoleTokens.first({ token_hash: hashOf(token) });
  if (!row || row.expires < Math.floor(nova.now() / 1000)) throw new NotFound("Token not found");
  return row;
}
