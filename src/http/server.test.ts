import { afterEach, beforeEach, expect, test } from "bun:test";
import { connect } from "node:net";
import { Hono } from "hono";
import { countingIds } from "../core/ids.ts";
import { Call, type Reply, type RequestEnv, text } from "./call.ts";
import { ALREADY_SENT, sendReply } from "./send.ts";
import { type Listener, listen } from "./server.ts";

let listener: Listener;
let handler: (call: Call) => Reply | Promise<Reply>;
const errors: unknown[] = [];

beforeEach(async () => {
  errors.length = 0;
  const app = new Hono<{ Bindings: RequestEnv }>();
  app.all("*", async (c) => {
    const call = new Call(c, countingIds(), null);
    await sendReply(c.env.incoming!, c.env.outgoing!, await handler(call));
    return ALREADY_SENT;
  });
  listener = await listen({
    host: "127.0.0.1",
    port: 0,
    route: () => ({ app, mount: "" }),
    onError: (error) => errors.push(error),
  });
});

afterEach(async () => {
  await listener.stop();
  expect(errors).toEqual([]);
});

/** Sends bytes as they are and returns everything that comes back until the peer closes. */
function raw(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(listener.port, "127.0.0.1", () => socket.write(request));
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

test("the target keeps every byte: .., //, escapes", async () => {
  handler = (call) => text(200, `${call.path} ${call.queryText}`);
  const answer = await raw(
    "GET /v1/a/../b//c%2Fd/%2e%2e/%FF?x=%41#f HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
  );
  expect(answer).toEndWith("/v1/a/../b//c%2Fd/%2e%2e/%FF x=%41#f");
});

test("a chunked upload arrives whole, and an answer of unknown length leaves chunked", async () => {
  handler = (call) => ({ status: 200, headers: {}, body: call.stream() });
  const body = "x".repeat(300_000);
  const answer = await fetch(`http://127.0.0.1:${listener.port}/`, {
    method: "POST",
    body: new Blob([body]).stream(),
  });
  expect(answer.headers.get("content-length")).toBeNull();
  expect((await answer.text()).length).toBe(body.length);
});

test("HEAD has the length of GET and no body", async () => {
  handler = () => text(200, "twelve bytes");
  const answer = await fetch(`http://127.0.0.1:${listener.port}/`, { method: "HEAD" });
  expect(answer.headers.get("content-length")).toBe("12");
  expect(await answer.text()).toBe("");
});

test("a body nobody reads does not become the next request", async () => {
  handler = () => text(401, "no");
  const body = "GET /evil HTTP/1.1\r\nHost: x\r\n\r\n";
  const answer = await raw(`PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  expect(answer).toContain("401");
});

test("a slow reader of an upload holds the sender back", async () => {
  const gate = Promise.withResolvers<void>();
  let sent = 0;
  handler = async (call) => {
    const reader = call.stream();
    await reader.next();
    await gate.promise;
    let size = 0;
    for await (const chunk of reader) size += chunk.length;
    return text(200, String(size));
  };
  const total = 256;
  const chunk = Buffer.alloc(1 << 20);
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(listener.port, "127.0.0.1", () => {
      socket.write(
        `PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${total * chunk.length}\r\n\r\n`,
      );
      const push = () => {
        while (sent < total) {
          sent++;
          if (!socket.write(chunk)) {
            socket.once("drain", push);
            return;
          }
        }
      };
      push();
      // Long enough for a sender that is not held back to be through.
      setTimeout(() => {
        expect(sent).toBeLessThan(total / 2);
        gate.resolve();
      }, 300);
    });
    let text = "";
    socket.on("data", (data) => {
      text += data.toString();
    });
    socket.on("close", () => resolve(text));
    socket.on("error", reject);
  });
  expect(answer).toContain("200 OK");
});

test("a client that goes away ends the stream it was reading", async () => {
  let released = false;
  async function* endless() {
    try {
      for (;;) {
        yield Buffer.alloc(1 << 16);
        await Bun.sleep(0);
      }
    } finally {
      released = true;
    }
  }
  handler = () => ({ status: 200, headers: {}, body: endless() });
  const abort = new AbortController();
  const answer = await fetch(`http://127.0.0.1:${listener.port}/`, { signal: abort.signal });
  await answer.body!.getReader().read();
  abort.abort();
  for (let i = 0; i < 200 && !released; i++) await Bun.sleep(10);
  expect(released).toBe(true);
});

test("Expect: 100-continue is answered before the body is sent", async () => {
  handler = async (call) => text(200, String((await call.bytes()).length));
  const answer = await new Promise<string>((resolve, reject) => {
    let text = "";
    const socket = connect(listener.port, "127.0.0.1", () => {
      socket.write(
        "PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
      );
    });
    socket.on("data", (data) => {
      text += data.toString();
      if (text.includes("100 Continue") && !text.includes("200")) socket.write("hello");
    });
    socket.on("close", () => resolve(text));
    socket.on("error", reject);
  });
  expect(answer).toStartWith("HTTP/1.1 100 Continue");
  expect(answer).toEndWith("5");
});

test("an upload that is refused is never asked for", async () => {
  handler = () => text(401, "no");
  const answer = await raw("PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  expect(answer).toStartWith("HTTP/1.1 401");
});

test("a wish for another protocol that nobody speaks is a plain request; a WebSocket goes to the app that takes it", async () => {
  handler = () => text(200, "plain");
  const ask = (upgrade: string) =>
    raw(`GET /x HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: ${upgrade}\r\n\r\n`);
  for (const protocol of ["h2c", "websocket"]) {
    const answer = await ask(protocol);
    expect(answer).toStartWith("HTTP/1.1 200 OK");
    expect(answer).toEndWith("plain");
  }
  const taken: string[] = [];
  const other = await listen({
    host: "127.0.0.1",
    port: 0,
    route: () => ({
      mount: "/novnc",
      app: {
        fetch: () => new Response("fetched"),
        upgrade({ target, headers, socket, remoteAddress }) {
          taken.push(target, String(headers.upgrade), remoteAddress);
          socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n");
        },
      },
    }),
    onError: (error) => errors.push(error),
  });
  const first = listener;
  listener = other;
  const answer = await raw(
    "GET /novnc/?token=1 HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n",
  );
  listener = first;
  await other.stop();
  expect(answer).toStartWith("HTTP/1.1 101 ");
  expect(taken).toEqual(["/?token=1", "WebSocket", "127.0.0.1"]);
});
