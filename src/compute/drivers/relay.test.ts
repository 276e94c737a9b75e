import { expect, test } from "bun:test";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { systemClock } from "../../core/clock.ts";
import { LogBook } from "../../core/log.ts";
import { type FarEnd, Relays } from "./relay.ts";

function relays(): Relays {
  return new Relays(new LogBook({ clock: systemClock }).logger("n-cpu", "relay"));
}

/** Says hello, then repeats what it hears in capitals. */
class Echo implements FarEnd {
  closed = false;
  #heard: Uint8Array[] = [new TextEncoder().encode("hello ")];
  #wake: () => void = () => {};

  async write(data: Uint8Array): Promise<void> {
    this.#heard.push(new TextEncoder().encode(new TextDecoder().decode(data).toUpperCase()));
    this.#wake();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    while (!this.closed) {
      const piece = this.#heard.shift();
      if (piece) yield piece;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}

async function reads(socket: Socket, length: number): Promise<string> {
  let text = "";
  while (text.length < length) text += String((await once(socket, "data"))[0]);
  return text;
}

test("both ways, for everyone who comes, until it is closed", async () => {
  const open: Echo[] = [];
  const all = relays();
  const make = async () => {
    const echo = new Echo();
    open.push(echo);
    return echo;
  };
  const port = await all.port("guest:serial", make);
  expect(await all.port("guest:serial", make)).toBe(port);
  expect(await all.port("other:serial", make)).not.toBe(port);
  const first = connect(port, "127.0.0.1");
  first.write("abc");
  expect(await reads(first, 9)).toBe("hello ABC");
  const second = connect(port, "127.0.0.1");
  expect(await reads(second, 6)).toBe("hello ");
  const ended = once(first, "close");
  first.end();
  await ended;
  while (!open[0]?.closed) await Bun.sleep(1);
  expect(open[1]?.closed).toBe(false);

  const cut = once(second, "close");
  await all.close("guest");
  await cut;
  while (!open[1]?.closed) await Bun.sleep(1);
  const refused = connect(port, "127.0.0.1");
  expect(await once(refused, "error").then(([error]) => (error as NodeJS.ErrnoException).code)).toBe(
    "ECONNREFUSED",
  );
  await all.close();
});

test("a guest that cannot be reached: the caller is shown the door", async () => {
  const all = relays();
  const port = await all.port("guest:serial", async () => {
    throw new Error("no such console");
  });
  const caller = connect(port, "127.0.0.1");
  await once(caller, "close");
  await all.close();
});
