// The listening side: `node:http` as Bun implements it, because `Bun.serve` normalises `..` and `//` in the request
// target and object names must keep every byte. One function takes requests, whichever app they are for.

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import { PeerUnavailable } from "../core/errors.ts";
import type { RequestEnv } from "./call.ts";

/** A Hono app, or anything that answers as one. */
export interface FetchApp {
  fetch(request: Request, env?: RequestEnv): Response | Promise<Response>;
  /** A WebSocket's opening handshake. Absent: such a request is answered like any other. */
  upgrade?(request: UpgradeRequest): void;
}

/** A client asks to speak WebSocket from here on; the socket is the app's. */
export interface UpgradeRequest {
  /** Below the mount point. */
  target: string;
  headers: IncomingHttpHeaders;
  socket: Socket;
  /** What came after the request already. */
  head: Uint8Array;
  remoteAddress: string;
}

export interface Routed {
  app: FetchApp;
  /** The part of the target that is the app's mount point. */
  mount: string;
  /** Sent with every answer of the app; names in lower case. */
  headers?: Readonly<Record<string, string>> | undefined;
}

export interface ListenOptions {
  host: string;
  /** 0: any free port. */
  port: number;
  /** A unix socket instead of host and port. */
  path?: string;
  route(target: string): Routed | null;
  /** Called with what no handler caught. */
  onError(error: unknown): void;
}

export interface Listener {
  port: number;
  /** Stops listening and cuts every connection, as a dead process would. */
  stop(): Promise<void>;
}

/** A client that sends a header a byte at a time does not hold a connection longer than this. */
const HEADERS_TIMEOUT_MS = 60_000;
const LIMITS = {
  keepAliveTimeout: 75_000, // milliseconds
  // What eventlet takes (`MAX_TOTAL_HEADER_SIZE`): metadata and access control lists of objects come as headers.
  maxHeaderSize: 65_536,
};

export function listen(options: ListenOptions): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server: Server = createServer(LIMITS, (incoming, outgoing) =>
    answer(options, incoming, outgoing, false),
  );
  // "100 Continue" is sent when the handler first reads the body, so that a refused upload is never sent at all.
  server.on("checkContinue", (incoming: IncomingMessage, outgoing: ServerResponse) =>
    answer(options, incoming, outgoing, true),
  );
  server.on("upgrade", (incoming: IncomingMessage, socket: Socket, head: Uint8Array) => {
    if (upgrade(options, incoming, socket, head)) return;
    // Nobody here speaks that; HTTP/1.1 goes on (RFC 9110, section 7.8), with no request after this one.
    const outgoing = new ServerResponse(incoming);
    outgoing.assignSocket(socket);
    outgoing.shouldKeepAlive = false;
    outgoing.once("finish", () => socket.end());
    answer(options, incoming, outgoing, false);
  });
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = 0; // an upload may take as long as it takes
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const ready = () => {
      server.off("error", reject);
      server.on("error", options.onError);
      const address = server.address();
      resolve({
        port: typeof address === "object" && address ? address.port : 0,
        stop: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
            for (const socket of sockets) socket.destroy();
          }),
      });
    };
    if (options.path !== undefined) server.listen(options.path, ready);
    else server.listen(options.port, options.host, ready);
  });
}

/** Hands the socket over to the app that takes it. False when none does. */
function upgrade(
  options: ListenOptions,
  incoming: IncomingMessage,
  socket: Socket,
  head: Uint8Array,
): boolean {
  const target = incoming.url ?? "/";
  if (incoming.headers.upgrade?.toLowerCase() !== "websocket" || !target.startsWith("/")) return false;
  try {
    const found = options.route(target);
    if (!found?.app.upgrade) return false;
    found.app.upgrade({
      target: found.mount === "" ? target : belowMount(target, found.mount),
      headers: incoming.headers,
      socket,
      head,
      remoteAddress: plainAddress(incoming.socket.remoteAddress),
    });
    return true;
  } catch (error) {
    if (error instanceof PeerUnavailable) return false;
    options.onError(error);
    socket.destroy();
    return true;
  }
}

function answer(
  options: ListenOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  continueExpected: boolean,
): void {
  const target = incoming.url ?? "/";
  const fail = (error: unknown) => {
    if (!(error instanceof PeerUnavailable)) options.onError(error);
    if (outgoing.headersSent) outgoing.destroy();
    else if (error instanceof PeerUnavailable) plain(outgoing, 503, "Service Unavailable\n");
    else plain(outgoing, 500, "Internal Server Error\n");
  };
  try {
    const found = target.startsWith("/") ? options.route(target) : null;
    if (!found) {
      plain(outgoing, 404, "Not Found\n");
      return;
    }
    const env: RequestEnv = {
      incoming,
      outgoing,
      remoteAddress: plainAddress(incoming.socket.remoteAddress),
      scheme: "http",
      continueExpected,
    };
    const response = dispatch(found, target, { method: methodOf(incoming) }, env);
    if (!(response instanceof Promise)) return void forward(response, outgoing).catch(fail);
    response.then((done) => forward(done, outgoing)).catch(fail);
  } catch (error) {
    fail(error);
  }
}

/**
 * Hands a request over to an app, with the mount point taken off the target.
 * @param init the method; headers and body where `env` has no server's message to read them from
 */
export function dispatch(
  { app, mount, headers }: Routed,
  target: string,
  init: RequestInit,
  env: RequestEnv,
): Response | Promise<Response> {
  const below = mount === "" ? target : belowMount(target, mount);
  if (headers && env.outgoing) {
    for (const [name, value] of Object.entries(headers)) env.outgoing.setHeader(name, value);
  }
  // The path is routed as it was sent; Request would normalise it.
  const url = `http://localhost${encodeForUrl(below)}`;
  return app.fetch(new Request(url, init), { ...env, target: below, mount });
}

/** `Request` refuses CONNECT, TRACE and TRACK, and lower-cases nothing; such calls are routed as an unknown method. */
function methodOf(incoming: IncomingMessage): string {
  const method = incoming.method ?? "GET";
  return method === "CONNECT" || method === "TRACE" || method === "TRACK" ? "OPTIONS" : method;
}

function encodeForUrl(target: string): string {
  return target.replaceAll("#", "%23");
}

function belowMount(target: string, mount: string): string {
  const rest = target.slice(mount.length);
  return rest.startsWith("/") ? rest : `/${rest}`;
}

/** An app that answers with a Response (static pages, Hono's own) rather than through `sendReply`. */
async function forward(response: Response, outgoing: ServerResponse): Promise<void> {
  if (outgoing.headersSent || outgoing.writableEnded) return;
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(new Uint8Array(await response.arrayBuffer()));
}

function plain(outgoing: ServerResponse, status: number, body: string): void {
  outgoing.writeHead(status, { "content-type": "text/plain", "content-length": Buffer.byteLength(body) });
  outgoing.end(body);
}

/** IPv4 in IPv6 clothes (`::ffff:127.0.0.1`) as IPv4. */
function plainAddress(address: string | undefined): string {
  return (address ?? "127.0.0.1").replace(/^::ffff:/, "");
}
