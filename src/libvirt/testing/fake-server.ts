// A libvirtd for tests: it listens on a unix socket (or TCP, with or without TLS), speaks the framing and the codecs, and
// answers what a test tells it to. It opens connections by itself; every other procedure needs a handler, else it
// answers VIR_ERR_NO_SUPPORT.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VIR_ERR_NO_SUPPORT, VIR_FROM_REMOTE } from "../constants.gen.ts";
import { FrameDecoder } from "../framing.ts";
import {
  type Header,
  headerBytes,
  keepaliveProgram,
  lengthBytes,
  MessageStatus,
  MessageType,
  PacketWriter,
  payloadReader,
  readHeader,
} from "../packet.ts";
import * as procedures from "../procedures.gen.ts";
import { SendQueue } from "../send-queue.ts";
import type { XdrReader, XdrWriter } from "../xdr.ts";
import { serverCodecs, writeRemoteError } from "./server-codecs.gen.ts";

type Codecs = typeof serverCodecs;
export type ProcedureName = {
  [K in keyof Codecs]: Codecs[K] extends { readArgs: unknown } ? K : never;
}[keyof Codecs];
export type EventName = Exclude<keyof Codecs, ProcedureName>;
type Args<K extends ProcedureName> = ReturnType<Codecs[K]["readArgs"]>;
/** Parameters<...>[1] would be `never` for procedures without a result. */
type Ret<K extends ProcedureName> = Codecs[K]["writeRet"] extends (w: XdrWriter, v: infer R) => void
  ? R
  : undefined;
type Message<K extends EventName> = Parameters<Codecs[K]["writeMessage"]>[1];

/** Thrown by a handler, it becomes the error of the reply. */
export class FakeLibvirtError extends Error {
  readonly code: number;
  readonly domain: number;

  constructor(code: number, message: string, domain = VIR_FROM_REMOTE) {
    super(message);
    this.code = code;
    this.domain = domain;
  }
}

/** A handler answers this to leave the call without a reply; it can reply later through FakeCall. */
export const noReply = Symbol("no reply");

type Handler<K extends ProcedureName> = (args: Args<K>, call: FakeCall<K>) => Ret<K> | typeof noReply;

const defaultHandlers: { [K in ProcedureName]?: Handler<K> } = {
  authList: () => ({ types: [0] }),
  connectSupportsFeature: () => ({ supported: 1 }),
  connectOpen: () => undefined,
  connectClose: () => undefined,
};

const eventMessages: { readonly [K in EventName]: { readonly program: number; readonly number: number } } =
  procedures;
const byNumber = new Map<string, ProcedureName>();
for (const [name, value] of Object.entries(procedures)) {
  if (typeof value === "object" && "write" in value)
    byNumber.set(`${value.program}:${value.number}`, name as ProcedureName);
}

/** One call that a client made. */
export class FakeCall<K extends ProcedureName = ProcedureName> {
  constructor(
    readonly client: FakeClient,
    readonly name: K,
    readonly header: Header,
    readonly args: Args<K>,
  ) {}

  reply(ret: Ret<K>): void {
    const write = serverCodecs[this.name].writeRet as (w: XdrWriter, ret: Ret<K>) => void;
    this.client.send({ ...this.header, type: MessageType.reply }, (w) => write(w, ret));
  }

  fail(error: FakeLibvirtError): void {
    const header = { ...this.header, type: MessageType.reply, status: MessageStatus.error };
    this.client.send(header, (w) => writeRemoteError(w, remoteError(error)));
  }

  /** A packet of the stream that goes with this call. */
  stream(status: number, data: Uint8Array = new Uint8Array(0)): void {
    this.client.send({ ...this.header, type: MessageType.stream, status }, (w) => w.tail(data));
  }

  streamError(error: FakeLibvirtError): void {
    const header = { ...this.header, type: MessageType.stream, status: MessageStatus.error };
    this.client.send(header, (w) => writeRemoteError(w, remoteError(error)));
  }
}

function remoteError({ code, domain, message }: FakeLibvirtError): procedures.RemoteError {
  const nothing = { dom: null, str1: message, str2: null, str3: null, int1: -1, int2: -1, net: null };
  return { code, domain, message, level: 2, ...nothing };
}

/** One connection, seen from the server. */
export class FakeClient {
  /** Every call of this client, answered or not. */
  readonly calls: FakeCall[] = [];
  /** Packets of streams and of keepalive that the client sent. */
  readonly packets: { header: Header; payload: Uint8Array }[] = [];
  readonly #packetWriter = new PacketWriter();
  readonly #socket: Bun.Socket<FakeClient>;
  readonly #queue: SendQueue;
  #watchers: { done: () => boolean; resolve: () => void }[] = [];
  closed = false;

  constructor(socket: Bun.Socket<FakeClient>) {
    this.#socket = socket;
    this.#queue = new SendQueue((bytes) => socket.write(bytes));
  }

  send(header: Header, write?: (w: XdrWriter) => void): void {
    this.sendBytes(this.#packetWriter.build(header, write));
  }

  sendBytes(bytes: Uint8Array): void {
    this.#queue.push(bytes);
  }

  flush(): void {
    this.#queue.flush();
  }

  event<K extends EventName>(name: K, message: Message<K>): void {
    const { program, number } = eventMessages[name];
    const write = serverCodecs[name].writeMessage as (w: XdrWriter, message: Message<K>) => void;
    const header = {
      program,
      procedure: number,
      type: MessageType.message,
      serial: 0,
      status: MessageStatus.ok,
    };
    this.send(header, (w) => write(w, message));
  }

  keepalive(procedure: number): void {
    this.send({
      program: keepaliveProgram,
      procedure,
      type: MessageType.message,
      serial: 0,
      status: MessageStatus.ok,
    });
  }

  /** Stops and goes on reading, so that the client's bytes pile up on its side. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  disconnect(): void {
    this.#socket.end();
  }

  /** Resolves when `done` is true; it is looked at after every packet from the client and when that has gone. */
  until(done: (client: FakeClient) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#watchers.push({ done: () => done(this), resolve });
      this.changed();
    });
  }

  changed(): void {
    const ready = this.#watchers.filter(({ done }) => done());
    this.#watchers = this.#watchers.filter((watcher) => !ready.includes(watcher));
    for (const { resolve } of ready) resolve();
  }

  /** The latest call of a procedure. Throws when there was none. */
  lastCall<K extends ProcedureName>(name: K): FakeCall<K> {
    const call = this.calls.findLast((made) => made.name === name);
    if (call === undefined) throw new Error(`the client has not called ${name}`);
    return call as unknown as FakeCall<K>;
  }
}

export interface FakeServerOptions {
  /** Listens on a free port of 127.0.0.1 instead, with TLS when this has certificates. */
  readonly tcp?: { readonly tls?: Bun.TLSOptions };
  /** Sent to each client once it is connected; a real daemon sends one byte of 1 after its TLS handshake. */
  readonly greeting?: Uint8Array;
}

/** Gone at the end of the test: `using server = new FakeServer()`. */
export class FakeServer implements Disposable {
  readonly clients: FakeClient[] = [];
  readonly path: string;
  readonly #folder: string;
  readonly #listener: Bun.UnixSocketListener<FakeClient> | Bun.TCPSocketListener<FakeClient>;
  readonly #greeting: Uint8Array | null;
  readonly #handlers = new Map<ProcedureName, Handler<never>>();

  constructor({ tcp, greeting }: FakeServerOptions = {}) {
    this.#greeting = greeting ?? null;
    this.#folder = mkdtempSync(join(tmpdir(), "fake-libvirtd-"));
    this.path = join(this.#folder, "sock");
    for (const [name, handler] of Object.entries(defaultHandlers)) {
      this.#handlers.set(name as ProcedureName, handler as Handler<never>);
    }
    const socket = this.#socketHandlers();
    this.#listener =
      tcp === undefined
        ? Bun.listen<FakeClient>({ unix: this.path, socket })
        : Bun.listen<FakeClient>({ hostname: "127.0.0.1", port: 0, ...tcp, socket });
  }

  /** With `tcp`: where it listens. */
  get port(): number {
    if (!("port" in this.#listener)) throw new Error("a unix socket has no port");
    return this.#listener.port;
  }

  get uri(): string {
    return `qemu+unix:///system?socket=${encodeURIComponent(this.path)}`;
  }

  /** The latest client. Throws when there was none. */
  get client(): FakeClient {
    const client = this.clients.at(-1);
    if (client === undefined) throw new Error("no client has connected");
    return client;
  }

  on<K extends ProcedureName>(name: K, handler: Handler<K>): void {
    this.#handlers.set(name, handler as unknown as Handler<never>);
  }

  stop(): void {
    this.#listener.stop(true);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  #socketHandlers(): Bun.SocketHandler<FakeClient> {
    const frames = new WeakMap<FakeClient, FrameDecoder>();
    return {
      open: (socket) => {
        const client = new FakeClient(socket);
        socket.data = client;
        frames.set(client, new FrameDecoder((packet) => this.#received(client, packet)));
        this.clients.push(client);
        if (this.#greeting !== null) client.sendBytes(this.#greeting);
      },
      data: (socket, chunk) => frames.get(socket.data)?.push(chunk),
      drain: (socket) => socket.data.flush(),
      close: (socket) => {
        // A TLS handshake that fails ends a socket that was never open.
        const client = socket.data as FakeClient | undefined;
        if (client === undefined) return;
        client.closed = true;
        client.changed();
      },
    };
  }

  #received(client: FakeClient, packet: Uint8Array): void {
    const header = readHeader(packet);
    if (header.type === MessageType.call) this.#called(client, header, payloadReader(packet));
    else
      client.packets.push({ header, payload: Uint8Array.from(packet.subarray(lengthBytes + headerBytes)) });
    client.changed();
  }

  #called(client: FakeClient, header: Header, reader: XdrReader): void {
    const name = byNumber.get(`${header.program}:${header.procedure}`);
    if (name === undefined) throw new Error(`a client called the unknown procedure ${header.procedure}`);
    const args = serverCodecs[name].readArgs(reader) as Args<ProcedureName>;
    reader.end();
    const call = new FakeCall(client, name, header, args);
    client.calls.push(call);
    const handler = this.#handlers.get(name) as Handler<ProcedureName> | undefined;
    try {
      if (handler === undefined) throw new FakeLibvirtError(VIR_ERR_NO_SUPPORT, `no handler for ${name}`);
      const ret = handler(args, call);
      if (ret !== noReply) call.reply(ret);
    } catch (error) {
      if (!(error instanceof FakeLibvirtError)) throw error;
      call.fail(error);
    }
  }
}
