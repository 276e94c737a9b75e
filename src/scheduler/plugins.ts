// The scheduler's plugins: made when nova-scheduler starts, ended when it stops.

import { dirname } from "node:path";
import { errorOf } from "../core/errors.ts";
import type { LogContext, Logger } from "../core/log.ts";
import type { ServiceContext } from "../core/service.ts";
import { pluginSection } from "../plugins/config.ts";
import { findPlugin, pluginName } from "../plugins/load.ts";
import {
  type CallOptions,
  type PluginAnswer,
  PluginFailure,
  PluginThread,
} from "../plugins/plugin-thread.ts";
import type { PluginShape } from "../plugins/protocol.ts";

/** The one request fails; its fault says that a plugin did, the log says how and where. */
export class PluginFailed extends errorOf("internal") {}

/** Functions that a file of each kind must have. */
const DUTY = {
  driver: ["scheduleRunInstance", "schedulePrepResize"],
  filter: ["passes"],
  weigher: ["weigh"],
} as const;

export class SchedulerPlugin {
  readonly name: string;
  readonly log: Logger;
  #thread: PluginThread;
  #folder: string;

  constructor(path: string, log: Logger, thread: PluginThread) {
    this.name = pluginName(path);
    this.log = log;
    this.#thread = thread;
    this.#folder = dirname(path);
  }

  get shape(): PluginShape {
    return this.#thread.shape;
  }

  has(method: string): boolean {
    return this.shape.functions.includes(method);
  }

  /** @throws PluginFailed; what is in `pass` by its error's name goes through as `PluginFailure` */
  async call(call: CallOptions, pass: readonly string[] = []): Promise<PluginAnswer> {
    try {
      return await this.#thread.call(call);
    } catch (error) {
      if (error instanceof PluginFailure && pass.includes(error.name)) throw error;
      this.log.error(call.log, `${call.method} of ${this.name} failed`, error);
      // The server's owner reads this: not where on this machine the file is.
      const what =
        error instanceof PluginFailure
          ? error.name
          : (error as Error).message.replaceAll(`${this.#folder}/`, "");
      throw new PluginFailed(`Scheduler plugin ${this.name} failed: ${what}`, { cause: error });
    }
  }

  /** One answer an item. @throws PluginFailed */
  async askEach(
    method: string,
    each: readonly [string, object][],
    request: object,
    log: LogContext,
  ): Promise<unknown[]> {
    if (each.length === 0) return [];
    return (await this.call({ method, each, args: [request], log })).value as unknown[];
  }

  /** For an answer of the wrong shape. */
  wrong(what: string): PluginFailed {
    this.log.error(null, `${this.name}: ${what}`);
    return new PluginFailed(`Scheduler plugin ${this.name} failed: ${what}`);
  }

  stop(): void {
    this.#thread.stop();
  }
}

export class SchedulerPlugins {
  #context: ServiceContext;
  #made: SchedulerPlugin[] = [];

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** Whether a decision may have to wait for one. */
  get some(): boolean {
    return this.#made.length > 0;
  }

  /** The plugin that a name in the configuration means, or null. @throws PluginError with file and line */
  async find(kind: keyof typeof DUTY, name: string): Promise<SchedulerPlugin | null> {
    const path = findPlugin(name, this.#context.paths.at("plugins"));
    if (path === null) return null;
    const { PLUGIN_TIMEOUT, PLUGIN_RELOAD } = this.#context.config(pluginSection);
    const log = this.#context.log.child(`nova.scheduler.${pluginName(path)}`);
    const thread = await PluginThread.start({
      path,
      log,
      timeoutSeconds: PLUGIN_TIMEOUT,
      reload: PLUGIN_RELOAD,
      check: ({ functions }) => {
        const missing = DUTY[kind].filter((method) => !functions.includes(method));
        if (missing.length > 0) throw new Error(`a scheduler ${kind} must have ${missing.join(" and ")}`);
      },
    });
    const plugin = new SchedulerPlugin(path, log, thread);
    this.#made.push(plugin);
    return plugin;
  }

  stop(): void {
    for (const plugin of this.#made.splice(0)) plugin.stop();
  }
}
