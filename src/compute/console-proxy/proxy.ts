// From a browser's WebSocket to a guest's screen or serial line, for whoever has a console token. Authority:
// nova/console/websocketproxy.py of Zed. One difference: a refused token is told in the closing frame; websockify just
// hangs up.

import { connect, type Socket } from "node:net";
import { adminContext } from "../../core/context.ts";
import { CloudError } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { UpgradeRequest } from "../../http/server.ts";
import type { ConsoleAddress } from "../drivers/driver.ts";
import type { Nova } from "../nova.ts";
import { askHost } from "../servers/access.ts";
import { tokenTarget } from "../servers/consoles.ts";
import type { ConsoleAuthTokenRow } from "../tables.ts";
import { NORMAL, refusal, ServerSocket, UNEXPECTED } from "./websocket.ts";

export class ConsoleProxy {
  #nova: Nova;
  #log: Logger;
  #open = new Set<{ end(): void }>();

  constructor(nova: Nova, log: Logger) {
    this.#nova = nova;
    this.#log = log;
  }

  upgrade(request: UpgradeRequest): void {
    const refused = refusal(request);
    if (refused !== null) {
      request.socket.end(`HTTP/1.1 ${refused}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    let guest: Socket | null = null;
    // What comes before the guest is reached waits.
    const early: Uint8Array[] = [];
    const entry = {
      end: () => {
        guest?.destroy();
        client.close(NORMAL);
      },
    };
    const client = new ServerSocket(request, ["binary"], {
      data: (bytes) => {
        if (!guest) early.push(bytes);
        else if (!guest.write(bytes)) {
          client.pause();
          guest.once("drain", () => client.resume());
        }
      },
      closed: () => {
        this.#open.delete(entry);
        guest?.destroy();
      },
    });
    this.#open.add(entry);
    this.#target(request).then(
      ({ host, port }) => {
        if (!this.#open.has(entry)) return;
        this.#log.info(null, `connecting to: ${host}:${port}`);
        guest = this.#connect(client, host, port);
        for (const bytes of early) guest.write(bytes);
      },
      (error) => {
        if (!(error instanceof CloudError)) this.#log.error(null, "opening a console failed", error);
        else this.#log.info(null, `handler exception: ${error.message}`);
        client.cut();
      },
    );
  }

  /** Ends every console, as the end of the process would. */
  stop(): void {
    for (const entry of [...this.#open]) entry.end();
  }

  #connect(client: ServerSocket, host: string, port: number): Socket {
    const guest = connect({ host, port });
    guest.setNoDelay(true);
    guest.on("data", (bytes: Uint8Array) => {
      if (client.send(bytes)) return;
      guest.pause();
      client.drained(() => guest.resume());
    });
    guest.on("error", (error) => {
      this.#log.info(null, `connecting to ${host}:${port} failed: ${error.message}`);
      client.close(UNEXPECTED, "Failed to connect to the console");
    });
    guest.on("close", () => client.close(NORMAL));
    return guest;
  }

  /** Where the request's token leads, while the guest still has its console there. @throws CloudError */
  async #target(request: UpgradeRequest): Promise<{ host: string; port: number }> {
    checkOrigin(request);
    const nova = this.#nova;
    const row = tokenTarget(nova, tokenOf(request));
    const address = await this.#now(row);
    // nova-compute's validate_console_port: another guest may have the port by now.
    if (!address || address.host !== row.host || address.port !== row.port) {
      throw new ConsoleGone(row.instance_uuid);
    }
    return address;
  }

  #now(row: ConsoleAuthTokenRow): Promise<ConsoleAddress | null> {
    const nova = this.#nova;
    const instance = nova.store.instance(row.instance_uuid);
    if (!instance?.host) throw new ConsoleGone(row.instance_uuid);
    const context = adminContext(nova.context.ids.requestId());
    return askHost<ConsoleAddress | null>(nova, context, instance, "get_console", { kind: row.console_type });
  }
}

class ConsoleGone extends CloudError {
  constructor(uuid: string) {
    super("not-found", `Instance ${uuid} has no console there any more`);
  }
}

class OriginRefused extends CloudError {
  constructor() {
    super("forbidden", "Origin header does not match this host.");
  }
}

/**
 * In the query, or in a cookie that the page of old left. noVNC puts a path with a query into another query:
 * `?path=%3Ftoken%3D...`.
 */
export function tokenOf({ target, headers }: Pick<UpgradeRequest, "target" | "headers">): string {
  const query = new URLSearchParams(target.split("?").slice(1).join("?"));
  const nested = /token=([^&]+)/.exec(query.get("path") ?? "")?.[1];
  const cookie = /(?:^|;\s*)token=([^;]+)/.exec(headers["cookie"] ?? "")?.[1];
  return query.get("token") ?? nested ?? cookie?.replaceAll('"', "") ?? "";
}

/** A page of another site could use the cookie; its browser says where it is from. @throws OriginRefused */
function checkOrigin({ headers }: UpgradeRequest): void {
  const { origin, host } = headers;
  if (origin === undefined) return;
  if (!URL.canParse(origin) || new URL(origin).hostname !== hostname(host ?? "")) throw new OriginRefused();
}

function hostname(host: string): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : host;
}
