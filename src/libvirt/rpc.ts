// Remote procedure calls over a transport: replies, errors, streams, unasked messages, keepalive.
// Facts: libvirt 9.0.0, src/rpc/virnetprotocol.x, virnetclient.c and virnetserverclient.c.

import { type Call, type CallLimits, CallTable } from "./calls.ts";
import { CallInterruptedError, ConnectionClosedError, LibvirtError, ProtocolError } from "./errors.ts";
import { FrameDecoder } from "./framing.ts";
import { Keepalive, type KeepaliveOptions } from "./keepalive.ts";
import {
  type Header,
  headerBytes,
  keepalivePing,
  keepalivePong,
  keepaliveProgram,
  lengthBytes,
  MessageStatus,
  MessageType,
  PacketWriter,
  payloadReader,
  readHeader,
} from "./packet.ts";
import type { EventMessage, Procedure } from "./procedure.ts";
import { readRemoteError } from "./procedures.gen.ts";
import { type OpenTransport, type Transport, unconnected } from "./socket.ts";
import { LibvirtStream } from "./stream.ts";
import type { Timers } from "./timers.ts";

export interface RpcOptions extends CallLimits {
  readonly timers: Timers;
  /** For calls that name no timeout of their own; 0 waits for ever. */
  readonly callTimeoutMs: number;
  /** Unread bytes of one stream before it ends with an OverflowError. */
  readonly maxStreamBytes: number;
  readonly keepalive: KeepaliveOptions;
}

export interface CallOptions {
  /** 0 waits for ever. Counts from the call, so waiting for a turn is included. */
  readonly timeoutMs?: number;
}

interface HookedCallOptions<Ret> extends CallOptions {
  readonly onReply?: (ret: Ret) => void;
}

export class RpcClient {
  /** Resolves, with the reason, when the connection is gone. It never rejects. */
  readonly closed: Promise<ConnectionClosedError>;
  readonly #options: RpcOptions;
  readonly #frames: FrameDecoder;
  readonly #packets = new PacketWriter();
  readonly #keepalive: Keepalive;
  readonly #calls: CallTable;
  readonly #streams = new Map<number, LibvirtStream>();
  readonly #events = new Map<string, (packet: Uint8Array) => void>();
  readonly #closing = Promise.withResolvers<ConnectionClosedError>();
  #transport: Transport = unconnected;
  #closedWith: ConnectionClosedError | null = null;
  #pongQueued = false;
  #closeExpected = false;

  private constructor(options: RpcOptions) {
    this.#options = options;
    this.closed = this.#closing.promise;
    this.#frames = new FrameDecoder((packet) => this.#received(packet));
    this.#calls = new CallTable(
      options,
      options.timers,
      (call, serial) => this.#transmit(call, serial),
      (serial) => this.#streams.has(serial),
    );
    this.#keepalive = new Keepalive(
      options.keepalive,
      options.timers,
      () => this.#sendKeepalive(keepalivePing),
      (silentMs) => this.#fail(`the server has been silent for ${silentMs} ms and answers no keepalive`),
    );
  }

  /** Connects. Throws ConnectError. */
  static async open(openTransport: OpenTransport, options: RpcOptions): Promise<RpcClient> {
    const client = new RpcClient(options);
    client.#transport = await openTransport({
      data: (chunk) => client.#data(chunk),
      closed: (error) => client.#transportClosed(error),
    });
    if (client.isClosed) client.#transport.close(false);
    return client;
  }

  get isClosed(): boolean {
    return this.#closedWith !== null;
  }

  /** Calls at the server and calls waiting for their turn. */
  get pendingCalls(): number {
    return this.#calls.size;
  }

  /** To be called once both sides know that the other understands keepalive. */
  startKeepalive(): void {
    if (!this.isClosed) this.#keepalive.start();
  }

  /**
   * Calls a procedure. Rejects with LibvirtError (the server's answer), CallTimeoutError, CallInterruptedError
   * (connection gone), ProtocolError (undecodable reply), XdrError (arguments that cannot be encoded; nothing was sent)
   * or OverflowError (too many waiting calls; nothing was sent).
   * `onReply` runs before any packet that follows the reply is looked at.
   */
  async call<Args, Ret>(
    procedure: Procedure<Args, Ret>,
    args: Args,
    options: HookedCallOptions<Ret> = {},
  ): Promise<Ret> {
    return (await this.#start(procedure, args, options, false)).ret;
  }

  /** Calls a procedure whose reply is followed by a stream. Errors as in `call`. */
  async openStream<Args, Ret>(
    procedure: Procedure<Args, Ret>,
    args: Args,
    options: CallOptions = {},
  ): Promise<{ ret: Ret; stream: LibvirtStream }> {
    const { ret, stream } = await this.#start(procedure, args, options, procedure.stream);
    if (stream === null) throw new Error(`${procedure.name} has no stream`);
    return { ret, stream };
  }

  #start<Args, Ret>(
    procedure: Procedure<Args, Ret>,
    args: Args,
    options: HookedCallOptions<Ret>,
    wantsStream: boolean,
  ): Promise<{ ret: Ret; stream: LibvirtStream | null }> {
    return new Promise((resolve, reject) => {
      if (this.#closedWith !== null) {
        reject(new CallInterruptedError(procedure.name, false, this.#closedWith));
        return;
      }
      const call: Call = {
        procedure: procedure as Procedure<never, unknown>,
        args,
        resolve: (ret) => resolve({ ret: ret as Ret, stream: call.stream }),
        reject,
        onReply: options.onReply as ((ret: never) => void) | undefined,
        wantsStream,
        stream: null,
        abandoned: false,
        sent: false,
        cancelTimer: null,
      };
      this.#calls.add(call, options.timeoutMs ?? this.#options.callTimeoutMs);
    });
  }

  #transmit(call: Call, serial: number): void {
    const { program, number, write } = call.procedure;
    const header = { program, procedure: number, type: MessageType.call, serial, status: MessageStatus.ok };
    const packet = this.#packets.build(header, (w) => write(w, call.args as never));
    if (call.wantsStream) call.stream = this.#addStream(call.procedure.name, header);
    this.#transport.write(packet);
  }

  #addStream(procedure: string, call: Header): LibvirtStream {
    const header = { ...call, type: MessageType.stream };
    const port = {
      procedure,
      send: (status: number, data: Uint8Array) => {
        if (!this.isClosed)
          this.#transport.write(this.#packets.build({ ...header, status }, (w) => w.tail(data)));
      },
      drained: () => this.#transport.drained(),
      release: () => this.#streams.delete(call.serial),
    };
    const stream = new LibvirtStream(port, this.#options.maxStreamBytes);
    this.#streams.set(call.serial, stream);
    return stream;
  }

  #data(chunk: Uint8Array): void {
    try {
      this.#frames.push(chunk);
    } catch (error) {
      this.#fail("the server sent an impossible packet", error);
    }
  }

  #received(packet: Uint8Array): void {
    if (this.isClosed) return;
    this.#keepalive.heard();
    const header = readHeader(packet);
    const { program, procedure, type } = header;
    if (program === keepaliveProgram) {
      if (procedure === keepalivePing) this.#answerPing();
    } else if (type === MessageType.reply) this.#reply(header, packet);
    else if (type === MessageType.stream || type === MessageType.streamHole)
      this.#streamPacket(header, packet);
    else if (type === MessageType.message) this.#events.get(eventKey(program, procedure))?.(packet);
    else throw new ProtocolError(`a server does not send messages of type ${type}`);
  }

  #reply({ program, procedure, serial, status }: Header, packet: Uint8Array): void {
    const call = this.#calls.take(serial);
    if (call === undefined) throw new ProtocolError(`a reply with serial ${serial}, which was not called`);
    const { name } = call.procedure;
    if (call.procedure.number !== procedure || call.procedure.program !== program) {
      call.reject(new ProtocolError(`${name}: the reply is one to procedure ${procedure}`));
      throw new ProtocolError(`the reply to ${name} is one to procedure ${procedure}`);
    }
    if (status === MessageStatus.ok) this.#resolve(call, packet);
    else {
      this.#streams.delete(serial);
      call.reject(this.#remoteError(name, packet));
    }
    this.#calls.sendWaiting();
  }

  #resolve(call: Call, packet: Uint8Array): void {
    if (call.abandoned) {
      void call.stream?.abort();
      return;
    }
    let ret: unknown;
    try {
      const reader = payloadReader(packet);
      ret = call.procedure.read(reader);
      reader.end();
    } catch (cause) {
      void call.stream?.abort();
      call.reject(new ProtocolError(`${call.procedure.name}: the reply cannot be decoded`, { cause }));
      return;
    }
    call.onReply?.(ret as never);
    call.resolve(ret);
  }

  #remoteError(procedure: string, packet: Uint8Array): Error {
    try {
      return new LibvirtError(procedure, readRemoteError(payloadReader(packet)));
    } catch (cause) {
      return new ProtocolError(`${procedure}: the error cannot be decoded`, { cause });
    }
  }

  #streamPacket({ type, serial, status }: Header, packet: Uint8Array): void {
    const stream = this.#streams.get(serial);
    // Data may still be on its way for a stream that has ended on this side; libvirt's client drops it as well.
    if (stream === undefined) return;
    if (type === MessageType.streamHole) stream.refuse("a hole in a stream that was not opened as sparse");
    else if (status === MessageStatus.error) stream.failed(this.#remoteError(stream.procedure, packet));
    else stream.received(status, packet.subarray(lengthBytes + headerBytes));
  }

  #sendKeepalive(procedure: number): void {
    const header = { program: keepaliveProgram, procedure, type: MessageType.message, serial: 0, status: 0 };
    this.#transport.write(this.#packets.build(header));
  }

  /** A peer that asks but does not read must not fill the queue with answers: at most one waits in it. */
  #answerPing(): void {
    if (this.#pongQueued) return;
    this.#sendKeepalive(keepalivePong);
    if (this.#transport.queuedBytes === 0) return;
    this.#pongQueued = true;
    this.#transport.drained().then(() => {
      this.#pongQueued = false;
    });
  }

  /**
   * Calls `handler` for every such message, in order; one handler for each kind of message. It must not throw.
   * Messages of other kinds are ignored, as the server sends none that were not asked for.
   */
  onEvent<Message>(event: EventMessage<Message>, handler: (message: Message) => void): void {
    this.#events.set(eventKey(event.program, event.number), (packet) => {
      const reader = payloadReader(packet);
      const message = event.read(reader);
      reader.end();
      handler(message);
    });
  }

  /** From now on, whoever ends the connection, it counts as requested: a daemon may hang up before its goodbye arrives. */
  expectClose(): void {
    this.#closeExpected = true;
  }

  /**
   * Closes the connection now, politely if the server is known to be alive. What is pending rejects with a
   * CallInterruptedError that says `requested`.
   */
  close(politely = false): void {
    this.#shutDown(new ConnectionClosedError("the connection was closed", true), politely);
  }

  #fail(message: string, cause?: unknown): void {
    const reason = cause instanceof Error ? `${message}: ${cause.message}` : message;
    this.#shutDown(new ConnectionClosedError(reason, this.#closeExpected, { cause }), false);
  }

  #transportClosed(error: Error | null): void {
    if (error === null) this.#fail("the server closed the connection");
    else this.#fail("the connection was lost", error);
  }

  #shutDown(reason: ConnectionClosedError, politely: boolean): void {
    if (this.isClosed) return;
    this.#closedWith = reason;
    this.#keepalive.stop();
    this.#transport.close(politely);
    this.#calls.failAll(reason);
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const stream of streams) stream.failed(new CallInterruptedError(stream.procedure, true, reason));
    this.#closing.resolve(reason);
  }
}

function eventKey(program: number, procedure: number): string {
  return `${program}:${procedure}`;
}
