// How services of one cloud reach each other: by what they publish in their `public.ts`, never by importing each
// other's insides. A stopped service has withdrawn what it published, so a call to it fails as one to a dead process.

import { PeerUnavailable } from "./errors.ts";

/** Names what a window publishes. `T` is the interface in that service's `public.ts`. */
export interface PeerKey<T> {
  readonly window: string;
  readonly name: string;
  /** Never set; carries the type. */
  readonly type?: T;
}

export function peerKey<T>(window: string, name = window): PeerKey<T> {
  return { window, name };
}

export class Peers {
  #published = new Map<string, unknown>();

  /** Publishes; called at the end of a service's `start`. Returns the function that withdraws it. */
  provide<T>(key: PeerKey<T>, api: T): () => void {
    this.#published.set(key.name, api);
    return () => {
      if (this.#published.get(key.name) === api) this.#published.delete(key.name);
    };
  }

  /** Throws PeerUnavailable when that service is stopped or not enabled. */
  get<T>(key: PeerKey<T>): T {
    const api = this.#published.get(key.name);
    if (api === undefined) throw new PeerUnavailable(key.window);
    return api as T;
  }

  /** Null when that service is stopped or not enabled. */
  find<T>(key: PeerKey<T>): T | null {
    return (this.#published.get(key.name) as T | undefined) ?? null;
  }
}
