// The way from 169.254.169.254 to the metadata service. On nova-network's networks this process listens on each bridge's
// own address and hands the request, with the guest's address, to the service's app. In the namespaces of tenant
// networks it listens too, finds out whose address asks on which network, and signs for it as Neutron's metadata agent
// does. Nothing else of the metadata service is reachable in either way.

import { createHmac } from "node:crypto";
import { statSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { metadataPublic } from "../../compute/metadata/public.ts";
import { messageOf } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { Peers } from "../../core/peers.ts";
import { type FetchApp, type Listener, type ListenOptions, listen } from "../../http/server.ts";
import { inNamespace } from "./libc.ts";

/** Where to listen inside a namespace, and for the guests of which networks. */
export interface NamespaceListener {
  /** `/run/netns/qrouter-...` */
  path: string;
  host: string;
  port: number;
  networkIds: readonly string[];
}

export interface MetadataOptions {
  peers: Peers;
  log: Logger;
  /** The server that has an address on one of these networks. */
  findServer(networkIds: readonly string[], address: string): { uuid: string; projectId: string } | null;
}

/** Tried first, because that is where people look. */
const CUSTOMARY_PORT = 8775;

interface Inside {
  listener: Listener;
  path: string;
  /** Changes while it listens, as subnets are attached to a router. */
  networkIds: readonly string[];
}

export class MetadataListeners {
  #options: MetadataOptions;
  #listeners = new Map<string, Listener>();
  /** By namespace, its inode, and address: a namespace that was made anew has none of the old one's sockets. */
  #inside = new Map<string, Inside>();

  constructor(options: MetadataOptions) {
    this.#options = options;
  }

  /** Listens on these addresses of the host and no others. Returns the port of each. */
  async ensure(addresses: readonly string[]): Promise<Map<string, number>> {
    for (const [address, listener] of this.#listeners) {
      if (addresses.includes(address)) continue;
      await listener.stop();
      this.#listeners.delete(address);
    }
    for (const address of addresses) {
      if (!this.#listeners.has(address)) this.#listeners.set(address, await this.#listenOnHost(address));
    }
    return new Map([...this.#listeners].map(([address, listener]) => [address, listener.port]));
  }

  /** Listens in these namespaces and no others. */
  async ensureIn(wanted: readonly NamespaceListener[]): Promise<void> {
    const keys = new Map(wanted.map((entry) => [keyOf(entry), entry]));
    for (const [key, { listener }] of this.#inside) {
      if (keys.has(key)) continue;
      this.#inside.delete(key);
      await listener.stop();
    }
    for (const [key, entry] of keys) {
      const present = this.#inside.get(key);
      if (present) present.networkIds = entry.networkIds;
      else await this.#listenInside(key, entry);
    }
  }

  /** Before a namespace is removed: a socket would keep it alive. */
  async leave(path: string): Promise<void> {
    for (const [key, inside] of this.#inside) {
      if (inside.path !== path) continue;
      this.#inside.delete(key);
      await inside.listener.stop();
    }
  }

  async stop(): Promise<void> {
    await this.ensure([]);
    await this.ensureIn([]);
  }

  async #listenOnHost(host: string): Promise<Listener> {
    const options = { ...this.#listening(this.#app), host };
    try {
      return await listen({ ...options, port: CUSTOMARY_PORT });
    } catch (error) {
      this.#options.log.debug(null, `${host}:${CUSTOMARY_PORT} is taken (${messageOf(error)})`);
      return listen({ ...options, port: 0 });
    }
  }

  async #listenInside(key: string, { path, host, port, networkIds }: NamespaceListener): Promise<void> {
    const inside = { path, networkIds } as Inside;
    const app: FetchApp = { fetch: (request, env) => this.#proxy(inside, request, env) };
    const options = { ...this.#listening(app), host, port };
    // The socket is opened before `listen` returns its promise, and stays where it was opened.
    inside.listener = await inNamespace(path, () => listen(options));
    this.#inside.set(key, inside);
  }

  #listening(app: FetchApp): Pick<ListenOptions, "route" | "onError"> {
    return {
      // While the metadata service is stopped guests are told so (503), as by a proxy before a dead process.
      route: () => ({ app, mount: "" }),
      onError: (error) => this.#options.log.error(null, "a guest's request for metadata failed", error),
    };
  }

  #app: FetchApp = {
    fetch: (request, env) => this.#options.peers.get(metadataPublic).app.fetch(request, env),
  };

  #proxy(inside: Inside, request: Request, env: Parameters<FetchApp["fetch"]>[1]) {
    const { app, sharedSecret } = this.#options.peers.get(metadataPublic);
    const address = env?.remoteAddress ?? "";
    const server = this.#options.findServer(inside.networkIds, address);
    if (!server || sharedSecret === null || !env?.incoming) {
      return new Response("404 Not Found\n", { status: 404 });
    }
    sign(env.incoming, { ...server, address, secret: sharedSecret });
    return app.fetch(request, env);
  }
}

/** Whatever a guest says of itself in these headers is replaced. */
function sign(
  incoming: IncomingMessage,
  server: { uuid: string; projectId: string; address: string; secret: string },
): void {
  incoming.headers["x-forwarded-for"] = server.address;
  incoming.headers["x-instance-id"] = server.uuid;
  incoming.headers["x-tenant-id"] = server.projectId;
  incoming.headers["x-instance-id-signature"] = createHmac("sha256", server.secret)
    .update(server.uuid)
    .digest("hex");
}

function keyOf({ path, host, port }: NamespaceListener): string {
  return `${path} ${statSync(path).ino} ${host}:${port}`;
}
