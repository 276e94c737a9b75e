// A user's file in a thread of its own. It cannot take the cloud down: what it throws is an error of that one call, an
// endless loop or `process.exit` ends the thread, and the next call starts another.

import { stat } from "node:fs/promises";
import type { LogContext, Logger } from "../core/log.ts";
import { PluginError } from "./load.ts";
import type { Call, Effect, Failure, Order, PluginShape, Report } from "./protocol.ts";
// @ts-expect-error The file's text, not what it exports: the thread is started from memory.
import threadText from "./thread.ts" with { type: "text" };
import { PluginWorker } from "./worker.ts";

const SOURCE: string = threadText;

export interface PluginThreadOptions {
  /** Absolute. */
  path: string;
  /** Where its lines go. */
  log: Logger;
  timeoutSeconds: number;
  /** Load the file again when it was saved. */
  reload: boolean;
  /** @throws Error that says what is missing from what the file exports */
  check(shape: PluginShape): void;
}

export interface CallOptions extends Omit<Call, "debugging" | "each"> {
  /** Whom the log lines belong to. */
  log: LogContext | null;
  each?: readonly [key: string, item: object][];
  /** Who answers a query; it must be listed in `queries`. */
  answer?(query: string): unknown;
}

export interface PluginAnswer {
  value: unknown;
  effects: Effect[];
}

/** What a plugin threw, as it was there. */
export class PluginFailure extends Error {
  /** `/path/file.ts:12:5` */
  readonly at: string | null;

  constructor({ name, message, stack, at }: Failure) {
    super(message);
    this.name = name;
    this.at = at;
    this.stack = stack || `${name}: ${message}${at ? `\n    at ${at}` : ""}`;
  }
}

/** It did not answer in time and was stopped. */
export class PluginTimeout extends Error {
  override name = "PluginTimeout";
}

interface Waiting {
  resolve(report: Report): void;
  reject(error: Error): void;
  call: CallOptions | null;
}

type DistributedOrder = Order extends infer O ? (O extends unknown ? Omit<O, "id"> : never) : never;

export class PluginThread {
  shape: PluginShape = { functions: [], values: {} };
  #options: PluginThreadOptions;
  #worker: PluginWorker<Order, Report> | null = null;
  #mtimeMs = 0;
  #waiting = new Map<number, Waiting>();
  #lastId = 0;
  /** What the thread was given of `each`. */
  #sent = new Map<string, object>();

  private constructor(options: PluginThreadOptions) {
    this.#options = options;
  }

  /** @throws PluginError when the file cannot be loaded or lacks what `check` wants */
  static async start(options: PluginThreadOptions): Promise<PluginThread> {
    const thread = new PluginThread(options);
    await thread.#load();
    return thread;
  }

  /**
   * Calls a function of the file. One call after the other: wait for the answer first.
   * @throws PluginFailure, PluginTimeout, PluginError when it had to be loaded again and could not be
   */
  async call(call: CallOptions): Promise<PluginAnswer> {
    await this.#refresh();
    const { log, answer, each, ...rest } = call;
    const items = each ? { keys: each.map(([key]) => key), fresh: this.#fresh(each) } : undefined;
    const order: Call = {
      ...rest,
      debugging: this.#options.log.debugging,
      ...(items ? { each: items } : {}),
    };
    const report = await this.#send({ call: order }, call);
    if (!("value" in report)) throw new PluginError(`${this.#options.path}: gave no answer`);
    return { value: report.value, effects: report.effects };
  }

  /** Ends the thread at once. May be called twice. */
  stop(): void {
    this.#end(new PluginError(`${this.#options.path}: its service was stopped`));
  }

  /** Loads the file when it is not loaded, or was saved since and that is wanted. */
  async #refresh(): Promise<void> {
    const { path, reload, log } = this.#options;
    if (!this.#worker) return await this.#load();
    if (!reload) return;
    const mtimeMs = (await stat(path).catch(() => null))?.mtimeMs ?? this.#mtimeMs;
    if (mtimeMs === this.#mtimeMs) return;
    try {
      await this.#load();
      log.info(null, `${path} was loaded again`);
    } catch (error) {
      // The next save is another try.
      this.#mtimeMs = mtimeMs;
      log.error(null, `${path} was saved with a fault`, error);
      throw error;
    }
  }

  async #load(): Promise<void> {
    const { path, check } = this.#options;
    this.#end(new PluginError(`${path}: loaded again`));
    const found = await stat(path).catch((cause) => {
      throw new PluginError(`${path}: cannot be read`, { cause });
    });
    this.#mtimeMs = found.mtimeMs;
    this.#worker = new PluginWorker<Order, Report>(SOURCE, {
      report: (report) => this.#receive(report),
      died: (reason) => this.#end(new PluginError(`${path}: ${reason}`)),
    });
    try {
      const report = await this.#send({ load: path }, null);
      if (!("shape" in report)) throw new PluginError(`${path}: gave no answer`);
      check(report.shape);
      this.shape = report.shape;
    } catch (error) {
      this.#end(new PluginError(`${path}: was not loaded`));
      if (error instanceof PluginFailure) {
        throw new PluginError(`${error.at ?? path}: ${error.message}`, { cause: error });
      }
      if (error instanceof PluginError || error instanceof PluginTimeout) throw error;
      throw new PluginError(`${path}: ${(error as Error).message}`, { cause: error });
    }
  }

  #fresh(items: readonly [key: string, item: object][]): [string, object][] {
    const fresh = items.filter(([key, item]) => this.#sent.get(key) !== item);
    for (const [key, item] of fresh) this.#sent.set(key, item);
    return fresh;
  }

  #send(order: DistributedOrder, call: CallOptions | null): Promise<Report> {
    const { timeoutSeconds, path } = this.#options;
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<Report>();
    this.#waiting.set(id, { resolve, reject, call });
    const timer = setTimeout(() => {
      const error = new PluginTimeout(`${path}: no answer within ${timeoutSeconds} s; it was stopped`);
      this.#end(error);
    }, timeoutSeconds * 1000);
    this.#worker?.post({ id, ...order });
    return promise.finally(() => clearTimeout(timer));
  }

  #receive(report: Report): void {
    const waiting = this.#waiting.get(report.id);
    if ("line" in report) {
      const { log } = this.#options;
      const error = report.error && new PluginFailure(report.error);
      const context = waiting?.call?.log ?? null;
      if (report.level === "error") log.error(context, report.line, error);
      else log[report.level](context, report.line);
    } else if ("query" in report) this.#answer(report, waiting);
    else if ("failure" in report) this.#settle(report.id)?.reject(new PluginFailure(report.failure));
    else this.#settle(report.id)?.resolve(report);
  }

  #answer(report: { query: string; serial: number }, waiting: Waiting | undefined): void {
    try {
      this.#worker?.post({ id: report.serial, answer: waiting?.call?.answer?.(report.query) ?? null });
    } catch (error) {
      this.#end(error as Error);
    }
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #end(error: Error): void {
    const worker = this.#worker;
    this.#worker = null;
    this.#sent.clear();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    worker?.end();
    for (const { reject } of waiting) reject(error);
  }
}
