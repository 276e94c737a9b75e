// A read-only store: image data that stays on a web server and is read from there when it is wanted
// (glance_store's http driver).

import { BadLocation } from "../errors.ts";
import type { ExternalAddresses } from "../external.ts";
import type { Store } from "./store.ts";
import { window } from "./window.ts";

export class HttpStore implements Store {
  readonly id: string;
  readonly type = "http";
  readonly readOnly = true;
  readonly schemes = ["http", "https"];
  #external: ExternalAddresses;

  constructor(id: string, external: ExternalAddresses) {
    this.id = id;
    this.#external = external;
  }

  properties(): Record<string, unknown> {
    return {};
  }

  async sizeOf(url: string): Promise<number> {
    try {
      return await this.#external.size(url);
    } catch (cause) {
      throw new BadLocation({ cause });
    }
  }

  path(): null {
    return null;
  }

  async *read(url: string, offset: number, length: number): AsyncGenerator<Uint8Array> {
    const remote = await this.#external.open(url, undefined, [offset, offset + length - 1]);
    // A server that ignores ranges sends everything.
    yield* window(remote.data, remote.sizeBytes === length ? 0 : offset, length);
  }

  /** Nothing of ours. */
  remove(): void {}
}
