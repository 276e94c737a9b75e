// Consoles: output, URLs, tokens.

import { Invalid } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import type { ConsoleKind } from "../drivers/driver.ts";
import type { Nova } from "../nova.ts";
import { consoleOutput, consoleUrl, tokenTarget } from "../servers/consoles.ts";
import * as schemas from "./action-schemas.ts";
import type { ServerAction } from "./actions.ts";
import { handlerAsks, targetServer } from "./target.ts";

const OUTPUT = "os_compute_api:os-console-output";
const CONSOLES = "os_compute_api:os-remote-consoles";
const TOKENS = "os_compute_api:os-console-auth-tokens";

export function consoleActions(nova: Nova): ServerAction[] {
  const url = (name: string, verb: string, body: ServerAction["body"], until = 5): ServerAction => ({
    name,
    rule: CONSOLES,
    until,
    ...(body ? { body } : {}),
    async handler(call, instance, args) {
      const { type } = args as { type: ConsoleKind };
      return json(200, {
        console: { type, url: await consoleUrl(nova, call.context, instance, type, verb) },
      });
    },
  });
  return [
    {
      name: "os-getConsoleOutput",
      rule: OUTPUT,
      body: schemas.getConsoleOutput,
      async handler(call, instance, args) {
        const { length = null } = args as { length?: number | string | null };
        const lines = length === null || Number(length) === -1 ? null : Number(length);
        if (lines !== null && lines < 0) {
          throw new Invalid(
            `Invalid input for field/attribute length. Value: ${length}. ${length} is less than the minimum of -1`,
          );
        }
        // Nova drops what no text may hold (console_output.py).
        const output = clean(await consoleOutput(nova, call.context, instance, lines));
        return json(200, { output });
      },
    },
    url("os-getVNCConsole", "get_vnc_console", schemas.getVncConsole),
    url("os-getSPICEConsole", "get_spice_console", schemas.getSpiceConsole),
    url("os-getRDPConsole", "get_rdp_console", schemas.getRdpConsole),
    url("os-getSerialConsole", "get_serial_console", schemas.getSerialConsole),
  ];
}

function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f]/g, "");
}

const PROTOCOLS: Record<string, string> = {
  novnc: "vnc",
  xvpvnc: "vnc",
  "rdp-html5": "rdp",
  "spice-html5": "spice",
  serial: "serial",
  webmks: "mks",
};

export function consoleRoutes(nova: Nova): Route[] {
  async function createConsole(call: Call): Promise<Reply> {
    const instance = targetServer(nova, call, CONSOLES, "server_id");
    const { protocol, type } = (call.body as { remote_console: { protocol: string; type: ConsoleKind } })
      .remote_console;
    if (PROTOCOLS[type] !== protocol) throw new Invalid(`Unavailable console type ${type}.`);
    const url = await consoleUrl(nova, call.context, instance, type, `get_${protocol}_console`);
    return json(200, { remote_console: { protocol, type, url } });
  }

  function showToken(call: Call): Reply {
    call.enforce(TOKENS, {});
    const row = tokenTarget(nova, call.param("id"));
    return json(200, {
      console: {
        instance_uuid: row.instance_uuid,
        host: row.host,
        port: row.port,
        internal_access_path: row.internal_access_path,
      },
    });
  }

  return [
    {
      method: "POST",
      path: "/servers/:server_id/remote-consoles",
      handler: createConsole,
      since: 6,
      access: handlerAsks(CONSOLES),
      body: schemas.remoteConsole,
    },
    {
      method: "GET",
      path: "/os-console-auth-tokens/:id",
      handler: showToken,
      access: handlerAsks(TOKENS),
    },
  ];
}
