// A fake server with a client connected to it, both gone at the end of the test: `await using s = await connected()`.

import { type Connection, type ConnectOptions, connect } from "../connection.ts";
import type * as p from "../procedures.gen.ts";
import { FakeServer } from "./fake-server.ts";
import { ManualTimers } from "./manual-timers.ts";

export const testDomain: p.Domain = { name: "test", uuid: "dc229f87-d4de-4719-8cfd-2e21c6105b01", id: 14 };

export interface Connected extends AsyncDisposable {
  readonly server: FakeServer;
  readonly connection: Connection;
  readonly timers: ManualTimers;
}

export async function connected(options: ConnectOptions = {}): Promise<Connected> {
  const server = new FakeServer();
  const timers = new ManualTimers();
  const connection = await connect(server.uri, { timers, ...options });
  return {
    server,
    connection,
    timers,
    async [Symbol.asyncDispose]() {
      // Not close(): the daemon of some tests does not answer any more, and time stands still.
      server.stop();
      await connection.closed;
    },
  };
}

/** What the promise is rejected with; throws when it is not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("error" in outcome) return outcome.error;
  throw new Error(`not rejected, but resolved with ${Bun.inspect(outcome.value)}`);
}
