// The way from 169.254.169.254 to the metadata service: this process listens on each bridge's own address and hands the
// request, with the guest's address, to the service's app. Nothing else of the metadata service is reachable there.

import { metadataPublic } from "../../compute/metadata/public.ts";
import { messageOf } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { Peers } from "../../core/peers.ts";
import { type FetchApp, type Listener, listen } from "../../http/server.ts";

/** Tried first, because that is where people look. */
const CUSTOMARY_PORT = 8775;

export class MetadataListeners {
  #peers: Peers;
  #log: Logger;
  #listeners = new Map<string, Listener>();

  constructor(peers: Peers, log: Logger) {
    this.#peers = peers;
    this.#log = log;
  }

  /** Listens on these addresses and no others. Returns the port of each. */
  async ensure(addresses: readonly string[]): Promise<Map<string, number>> {
    for (const [address, listener] of this.#listeners) {
      if (addresses.includes(address)) continue;
      await listener.stop();
      this.#listeners.delete(address);
    }
    for (const address of addresses) {
      if (!this.#listeners.has(address)) this.#listeners.set(address, await this.#listen(address));
    }
    return new Map([...this.#listeners].map(([address, listener]) => [address, listener.port]));
  }

  async stop(): Promise<void> {
    await this.ensure([]);
  }

  async #listen(host: string): Promise<Listener> {
    const options = {
      host,
      // While the metadata service is stopped guests are told so (503), as by a proxy before a dead process.
      route: () => ({ app: this.#app, mount: "" }),
      onError: (error: unknown) => this.#log.error(null, "a guest's request for metadata failed", error),
    };
    try {
      return await listen({ ...options, port: CUSTOMARY_PORT });
    } catch (error) {
      this.#log.debug(null, `${host}:${CUSTOMARY_PORT} is taken (${messageOf(error)})`);
      return listen({ ...options, port: 0 });
    }
  }

  #app: FetchApp = { fetch: (request, env) => this.#peers.get(metadataPublic).app.fetch(request, env) };
}
