// A middleware plugin in a thread of its own, seen from the service. The thread is asked now and then whether it still
// answers; one that does not (an endless loop, `process.exit`) is ended, what it had in hand fails, and the next request
// starts another.

import { stat } from "node:fs/promises";
import { PluginWorker } from "../../plugins/worker.ts";
import type { SwiftReply } from "../answers.ts";
import { splitPath } from "../path.ts";
import type { SwiftRequest } from "../request.ts";
import type { App, Tools } from "./contract.ts";
import { isStream, PluginCall, stateOf } from "./plugin-call.ts";
import type { Failure, Order, Report, RequestState } from "./plugin-protocol.ts";
// @ts-expect-error The file's text, not what it exports: the thread is started from memory.
import threadText from "./plugin-thread.ts" with { type: "text" };

const SOURCE = `const splitPath = ${splitPath.toString()};\n${threadText as string}`;

/** How often a thread that has work is asked whether it still answers. */
const ASK_EVERY_MS = 1000;

export interface PluginHostOptions {
  name: string;
  /** Absolute path of the file. */
  path: string;
  conf: ReadonlyMap<string, string>;
  tools: Tools;
  timeoutSeconds: number;
  debugging: boolean;
  /** The rest of the pipeline. */
  next: App;
}

/** What a plugin threw, with its stack. */
export class PluginFailure extends Error {
  constructor({ name, message, stack }: Failure) {
    super(message);
    this.name = name;
    this.stack = stack || `${name}: ${message}`;
  }
}

interface Piece {
  resolve(chunk: Uint8Array | null): void;
  reject(error: unknown): void;
}

export class PluginHost {
  #options: PluginHostOptions;
  #worker: PluginWorker<Order, Report> | null = null;
  #starting: Promise<void> | null = null;
  #loading: { resolve(): void; reject(error: Error): void } | null = null;
  #calls = new Map<number, PluginCall>();
  /** Pieces that are waited for, of bodies the plugin makes. */
  #pieces = new Map<number, Piece>();
  #lastCall = 0;
  #lastOrigin = 0;
  #watch: ReturnType<typeof setTimeout> | null = null;
  #lastPing = 0;
  #stopped = false;

  private constructor(options: PluginHostOptions) {
    this.#options = options;
  }

  /** @throws Error when the file cannot be read, throws, or exports no middleware */
  static async start(options: PluginHostOptions): Promise<PluginHost> {
    const host = new PluginHost(options);
    await host.#start();
    return host;
  }

  /** Ends the thread. */
  stop(): void {
    this.#stopped = true;
    this.#end(new Error(`the middleware ${this.#options.name} was stopped`));
  }

  /** @throws PluginFailure, what the rest of the pipeline threw, Error when the thread had to be ended */
  async handle(request: SwiftRequest): Promise<SwiftReply> {
    if (!this.#worker || this.#starting) await this.#start();
    const id = ++this.#lastCall;
    const { env } = request;
    const { promise, resolve, reject } = Promise.withResolvers<SwiftReply>();
    this.#calls.set(id, new PluginCall(request, { resolve, reject }));
    const { identity } = env;
    this.#send({
      call: id,
      request: stateOf(request),
      caller: {
        transId: env.transId,
        remoteAddress: env.remoteAddress,
        identity: identity && {
          userName: identity.userName,
          projectId: identity.projectId,
          projectName: identity.projectName,
          roles: [...identity.roles],
        },
      },
      clockOffsetMs: this.#options.tools.clock.now() - Date.now(),
    });
    try {
      const reply = await promise;
      // A body the plugin makes may still be reading what is behind it.
      if (!(reply instanceof Object) || !isStream(reply.body)) this.#finish(id);
      else env.finished.push(() => this.#finish(id));
      return reply;
    } catch (error) {
      this.#finish(id);
      throw error;
    }
  }

  #start(): Promise<void> {
    this.#starting ??= this.#load().finally(() => {
      this.#starting = null;
    });
    return this.#starting;
  }

  async #load(): Promise<void> {
    const { path, name, conf, tools, debugging, timeoutSeconds } = this.#options;
    if (this.#stopped) throw new Error(`the middleware ${name} was stopped`);
    const { mtimeMs } = await stat(path).catch((cause) => {
      throw new Error(`cannot read the middleware ${path}`, { cause });
    });
    const worker = new PluginWorker<Order, Report>(SOURCE, {
      report: (report) => this.#receive(report),
      died: (reason) => this.#end(new Error(`the middleware ${name}: ${reason}`)),
    });
    this.#worker = worker;
    const loaded = Promise.withResolvers<void>();
    this.#loading = loaded;
    const timer = setTimeout(() => {
      this.#end(new Error(`the middleware ${name} was not loaded within ${timeoutSeconds} s`));
    }, timeoutSeconds * 1000);
    try {
      worker.post({
        load: `${path}?${mtimeMs}`,
        name,
        conf: [...conf],
        hostAddress: tools.hostAddress,
        debugging,
      });
      await loaded.promise;
    } catch (error) {
      this.#end(new Error(`the middleware ${name} was not loaded`));
      throw error;
    } finally {
      clearTimeout(timer);
      this.#loading = null;
    }
  }

  #send(order: Order): void {
    this.#worker?.post(order);
    this.#watchThread();
  }

  /** Asks a thread that has work whether it still answers, and ends one that does not. */
  #watchThread(): void {
    if (this.#watch !== null || !this.#worker) return;
    const { name, timeoutSeconds } = this.#options;
    this.#worker.post({ ping: ++this.#lastPing });
    this.#watch = setTimeout(() => {
      this.#watch = null;
      this.#end(new Error(`the middleware ${name} gave no sign for ${timeoutSeconds} s; it was stopped`));
    }, timeoutSeconds * 1000);
  }

  #answers(): void {
    if (this.#watch !== null) clearTimeout(this.#watch);
    this.#watch = null;
    if (this.#calls.size === 0) return;
    this.#watch = setTimeout(() => {
      this.#watch = null;
      if (this.#calls.size > 0) this.#watchThread();
    }, ASK_EVERY_MS);
  }

  #receive(report: Report): void {
    const { tools } = this.#options;
    if ("pong" in report) return this.#answers();
    if ("ready" in report) return this.#loading?.resolve();
    if ("unloadable" in report) return this.#loading?.reject(new PluginFailure(report.unloadable));
    if ("published" in report) return tools.registerInfo(report.published, report.facts);
    if ("piece" in report) return this.#takePiece(report);
    if ("log" in report) {
      const request = report.call === null ? null : (this.#calls.get(report.call)?.request ?? null);
      if (report.log === "error")
        tools.log.error(request, report.text, report.error && new PluginFailure(report.error));
      else tools.log[report.log](request, report.text);
      return;
    }
    if ("read" in report) return void this.#read(report.read, report.serial);
    const call = this.#calls.get(report.call);
    if (!call) return;
    if ("reply" in report) call.resolve(call.replyOf(report.reply, (id) => this.#madeBody(id)));
    else if ("failure" in report) {
      const { behind } = report.failure;
      call.reject(behind === undefined ? new PluginFailure(report.failure) : call.behind[behind]);
    } else if ("next" in report) void this.#goOn(call, report.next, report.serial);
    else void this.#tell(call, report);
  }

  /** The rest of the pipeline, for the request as the plugin has left it. */
  async #goOn(call: PluginCall, state: RequestState, serial: number): Promise<void> {
    const { request } = call;
    call.change(state);
    try {
      const reply = await this.#options.next(request);
      this.#send({
        serial,
        reply: call.keep(++this.#lastOrigin, reply),
        extra: request.env.extra,
      });
    } catch (error) {
      this.#passBehind(call, serial, error);
    }
  }

  #passBehind(call: PluginCall, serial: number, error: unknown): void {
    const behind = call.behind.push(error) - 1;
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    this.#send({ serial, failure: { name, message, stack: "", behind } });
  }

  /** Facts of a container or account, which the rest of the pipeline is asked for on the service's own behalf. */
  async #tell(call: PluginCall, report: Extract<Report, { asks: string }>): Promise<void> {
    const { next, tools } = this.#options;
    const parts = report.asks === "container" ? 3 : 2;
    const path = report.path.split("/", parts + 1).join("/");
    try {
      const asked = call.request.derivePreauthorized({ method: "HEAD", path, source: report.source });
      await next(asked);
      const facts = report.asks === "container" ? tools.containerInfo(asked) : tools.accountInfo(asked);
      this.#send({ serial: report.serial, facts: { ...facts } });
    } catch (error) {
      this.#passBehind(call, report.serial, error);
    }
  }

  async *#madeBody(id: number): AsyncGenerator<Uint8Array> {
    let ended = false;
    try {
      for (;;) {
        const { promise, resolve, reject } = Promise.withResolvers<Uint8Array | null>();
        this.#pieces.set(id, { resolve, reject });
        this.#send({ pull: id });
        const chunk = await promise;
        if (chunk === null) {
          ended = true;
          return;
        }
        yield chunk;
      }
    } finally {
      this.#pieces.delete(id);
      if (!ended) this.#worker?.post({ cancel: id });
    }
  }

  #takePiece({ piece, chunk, failure }: Extract<Report, { piece: number }>): void {
    const waiting = this.#pieces.get(piece);
    this.#pieces.delete(piece);
    if (failure) waiting?.reject(new PluginFailure(failure));
    else waiting?.resolve(chunk);
  }

  /** The next piece of a body that has stayed here. */
  async #read(origin: number, serial: number): Promise<void> {
    const call = [...this.#calls.values()].find((candidate) => candidate.has(origin));
    if (!call) return this.#send({ serial, chunk: null });
    try {
      const { done, value } = await call.body(origin).next();
      this.#send({ serial, chunk: done ? null : value });
    } catch (error) {
      this.#passBehind(call, serial, error);
    }
  }

  /** Lets go of what the plugin was given and did not use. */
  #finish(id: number): void {
    const call = this.#calls.get(id);
    if (!call) return;
    this.#calls.delete(id);
    call.finish();
    if (this.#calls.size === 0 && this.#watch !== null) {
      clearTimeout(this.#watch);
      this.#watch = null;
    }
  }

  #end(error: Error): void {
    const worker = this.#worker;
    this.#worker = null;
    if (this.#watch !== null) clearTimeout(this.#watch);
    this.#watch = null;
    worker?.end();
    this.#loading?.reject(error);
    const [pieces, calls] = [[...this.#pieces.values()], [...this.#calls.values()]];
    this.#pieces.clear();
    for (const piece of pieces) piece.reject(error);
    for (const call of calls) call.reject(error);
  }
}
