import { expect, test } from "bun:test";
import { once } from "node:events";
import { connect } from "node:net";
import { type Listener, listen } from "../../http/server.ts";
import { keystone } from "../../identity/index.ts";
import { glanceApiService } from "../../image/index.ts";
import { placement } from "../../placement/index.ts";
import { novaScheduler } from "../../scheduler/index.ts";
import { LATEST, type ServerCloud, serverCloud } from "../../testing/server-cloud.ts";
import { novaApi, novaCompute, novaConductor } from "../index.ts";
import { consoleProxy } from "./index.ts";
import { tokenOf } from "./proxy.ts";

const declarations = [
  ...[
    keystone,
    glanceApiService,
    placement,
    novaApi,
    novaConductor,
    novaScheduler,
    novaCompute,
    consoleProxy,
  ],
];

interface ConsoleCloud extends ServerCloud {
  base: string;
}

/** A cloud whose console proxy really listens. */
async function consoleCloud(settings: Record<string, string> = {}): Promise<ConsoleCloud> {
  const cloud = await serverCloud({ declarations, settings });
  const listener: Listener = await listen({
    host: "127.0.0.1",
    port: 0,
    route: () => ({ app: cloud.cloud.app("n-novnc"), mount: "" }),
    onError: (error) => {
      throw error;
    },
  });
  const dispose = cloud[Symbol.asyncDispose].bind(cloud);
  return Object.assign(cloud, {
    base: `127.0.0.1:${listener.port}`,
    async [Symbol.asyncDispose]() {
      await listener.stop();
      await dispose();
    },
  });
}

async function consoleUrl(cloud: ServerCloud, id: string, protocol: string, type: string): Promise<URL> {
  const body = { remote_console: { protocol, type } };
  const answer = await cloud.nova.post(`/v2.1/servers/${id}/remote-consoles`, body, LATEST);
  expect(answer.status).toBe(200);
  return new URL(answer.body.remote_console.url);
}

/** Everything the socket says until `enough`, or until it is closed: then its code. */
class Client {
  bytes: Uint8Array = new Uint8Array();
  code: number | null = null;
  reason = "";
  socket: WebSocket;
  #changed = Promise.withResolvers<void>();

  constructor(base: string, path: string, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(`ws://${base}/${path}`, { protocols: ["binary"], headers } as never);
    this.socket.binaryType = "arraybuffer";
    this.socket.onmessage = ({ data }) => {
      this.bytes = Buffer.concat([this.bytes, new Uint8Array(data as ArrayBuffer)]);
      this.#tell();
    };
    this.socket.onclose = ({ code, reason }) => {
      this.code = code;
      this.reason = reason;
      this.#tell();
    };
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async until(enough: () => boolean): Promise<void> {
    while (!enough() && this.code === null) await this.#changed.promise;
    if (!enough()) throw new Error(`closed with ${this.code} ${this.reason}`);
  }

  async closed(): Promise<number> {
    while (this.code === null) await this.#changed.promise;
    return this.code;
  }

  get text(): string {
    return new TextDecoder().decode(this.bytes);
  }
}

test("CV-04 CV-07 the URL of a noVNC console: the page is there, its script too", async () => {
  await using cloud = await consoleCloud({ NOVNCPROXY_BASE_URL: "http://controller:6080/vnc_auto.html" });
  const id = await cloud.server();
  const answer = await cloud.act(id, "os-getVNCConsole", { type: "novnc" });
  // The old call went with 2.6.
  expect(answer.status).toBe(404);
  const old = await cloud.nova.post(`/v2.1/servers/${id}/action`, { "os-getVNCConsole": { type: "novnc" } });
  expect(old.body.console.type).toBe("novnc");
  expect(old.body.console.url).toMatch(
    /^http:\/\/controller:6080\/vnc_auto\.html\?path=%3Ftoken%3D[0-9a-f-]{36}$/,
  );
  for (const name of ["vnc_lite.html", "vnc_auto.html", "vnc.html"]) {
    const page = await fetch(`http://${cloud.base}/${name}?token=x`);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(await page.text()).toContain('src="vnc.js"');
  }
  expect((await (await fetch(`http://${cloud.base}/vnc.js`)).text()).length).toBeGreaterThan(50_000);
  expect((await fetch(`http://${cloud.base}/etc/passwd`)).status).toBe(404);
});

test("CV-06 the token opens the guest's screen and nothing else does", async () => {
  await using cloud = await consoleCloud();
  const id = await cloud.server();
  const url = await consoleUrl(cloud, id, "vnc", "novnc");
  const path = url.searchParams.get("path")!;
  const screen = new Client(cloud.base, path);
  await screen.until(() => screen.text.startsWith("RFB 003.008\n"));
  expect(screen.socket.protocol).toBe("binary");
  screen.socket.send(new TextEncoder().encode("RFB 003.008\n"));
  await screen.until(() => screen.bytes.length === 14);
  screen.socket.send(new Uint8Array([1]));
  await screen.until(() => screen.bytes.length === 18);
  screen.socket.send(new Uint8Array([1]));
  await screen.until(() => screen.text.includes("instance-"));
  const before = screen.bytes.length;
  // A whole picture: more than one frame's short length.
  screen.socket.send(new Uint8Array([3, 0, 0, 0, 0, 0, 1, 64, 0, 200]));
  await screen.until(() => screen.bytes.length === before + 16 + 320 * 200 * 4);

  const wrong = new Client(cloud.base, "?token=00000000-0000-4000-8000-000000000000");
  expect(await wrong.closed()).toBe(1006);
  const none = new Client(cloud.base, "websockify");
  expect(await none.closed()).toBe(1006);
  const foreign = new Client(cloud.base, path, { origin: "http://evil.example.com" });
  expect(await foreign.closed()).toBe(1006);
  const own = new Client(cloud.base, path, { origin: `http://${cloud.base}` });
  await own.until(() => own.bytes.length > 0);
  own.socket.close();

  // The console of a server that is gone, and of a stopped service.
  await cloud.nova.delete(`/v2.1/servers/${id}`);
  await cloud.gone(id);
  const late = new Client(cloud.base, path);
  expect(await late.closed()).toBe(1006);
});

test("CV-06 a token is good for its time, and is kept as a hash only", async () => {
  await using cloud = await consoleCloud({ CONSOLE_TOKEN_TTL: "600" });
  const id = await cloud.server();
  const url = await consoleUrl(cloud, id, "vnc", "novnc");
  const token = url.searchParams.get("path")!.replace(/^.*[?]token=/, "");
  const shown = await cloud.nova.get(`/v2.1/os-console-auth-tokens/${token}`, LATEST);
  expect(shown.body.console.instance_uuid).toBe(id);
  const row = cloud.row("SELECT token_hash, expires, created_at FROM console_auth_tokens");
  expect(row.token_hash).not.toContain(token);
  cloud.sql("nova", "UPDATE console_auth_tokens SET expires = expires - 601");
  const over = new Client(cloud.base, `?token=${token}`);
  expect(await over.closed()).toBe(1006);
  expect((await cloud.nova.get(`/v2.1/os-console-auth-tokens/${token}`, LATEST)).status).toBe(404);
});

test("the serial line by WebSocket: what was printed, then what is typed", async () => {
  await using cloud = await consoleCloud();
  const id = await cloud.server();
  const url = await consoleUrl(cloud, id, "serial", "serial");
  expect(url.protocol).toBe("ws:");
  const line = new Client(cloud.base, url.search);
  await line.until(() => line.text.includes("\r\n"));
  line.socket.send("root\r");
  await line.until(() => line.text.endsWith("root\r"));
  await cloud.stop("n-novnc");
  expect(await line.closed()).toBe(1000);
});

test("what is no WebSocket is refused, and a frame that is not masked ends the connection", async () => {
  await using cloud = await consoleCloud();
  const [host, port] = cloud.base.split(":");
  const say = async (...lines: string[]) => {
    const socket = connect({ host: host!, port: Number(port) });
    socket.write(
      `${["GET / HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade", ...lines].join("\r\n")}\r\n\r\n`,
    );
    const [answer] = (await once(socket, "data")) as [Buffer];
    return { socket, answer: answer.toString() };
  };
  const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
  const old = await say(key, "Sec-WebSocket-Version: 8");
  expect(old.answer).toStartWith("HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13");
  expect((await say("Sec-WebSocket-Version: 13")).answer).toStartWith("HTTP/1.1 400 ");
  const opened = await say(key, "Sec-WebSocket-Version: 13");
  // RFC 6455, section 1.3.
  expect(opened.answer).toContain("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  opened.socket.write(new Uint8Array([0x82, 1, 65]));
  await once(opened.socket, "end");
  for (const { socket } of [old, opened]) socket.destroy();
});

test("where a token may stand", () => {
  const of = (target: string, cookie?: string) => tokenOf({ target, headers: { cookie } });
  expect(of("/?token=a-1")).toBe("a-1");
  expect(of("/websockify?token=a-1")).toBe("a-1");
  expect(of("/websockify?path=%3Ftoken%3Da-1")).toBe("a-1");
  expect(of("/websockify", 'x=y; token="a-1"')).toBe("a-1");
  expect(of("/websockify")).toBe("");
});
