// Notification listeners: files of the user's own that are told of everything the services notify (`contract.d.ts`:
// NotificationListener). Each in a thread of its own, one notification after the other. One that throws, loops or cannot
// keep up loses notifications and nothing else; its lines are in stack.log.

import { statSync } from "node:fs";
import { messageOf } from "../core/errors.ts";
import type { LogBook, Logger } from "../core/log.ts";
import { type Notifications, onTheWire, type SentNotification } from "../core/notifications.ts";
import { findPlugin, PluginError, pluginName } from "./load.ts";
import { PluginFailure, PluginThread } from "./plugin-thread.ts";

export interface ListenerOptions {
  notifications: Notifications;
  book: LogBook;
  /** Names or paths. */
  names: readonly string[];
  /** `STATE/plugins` */
  folder: string;
  timeoutSeconds: number;
}

/** So many wait for a slow listener; after that the newest are lost. */
const WAITING = 1000;

/** Returns what ends them. A file that cannot be loaded is logged, and tried again when it is saved. */
export function startListeners({ names, notifications, ...rest }: ListenerOptions): () => void {
  const listeners = names.map((name) => new Listener(name, rest));
  const unlisten = listeners.map((listener) => notifications.listen((one) => listener.take(one)));
  return () => {
    for (const end of unlisten) end();
    for (const listener of listeners) listener.stop();
  };
}

class Listener {
  #name: string;
  #options: Omit<ListenerOptions, "notifications" | "names">;
  #log: Logger;
  #thread: PluginThread | null = null;
  #waiting: SentNotification[] = [];
  #lost = 0;
  #busy = false;
  #brokenAtMs: number | null = null;
  #stopped = false;

  constructor(name: string, options: Omit<ListenerOptions, "notifications" | "names">) {
    this.#name = name;
    this.#options = options;
    this.#log = options.book.logger("stack", `stack.plugins.${pluginName(name)}`);
  }

  take(notification: SentNotification): void {
    if (this.#waiting.length >= WAITING) {
      if (this.#lost++ === 0) this.#log.warning(null, `${this.#name} is too slow: notifications are lost`);
      return;
    }
    this.#waiting.push(notification);
    if (!this.#busy) void this.#work();
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting = [];
    this.#thread?.stop();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let next = this.#waiting.shift(); next && !this.#stopped; next = this.#waiting.shift()) {
      // What could not be loaded was told; it is tried again when it was saved.
      if (!this.#thread && this.#brokenAtMs !== null && this.#savedAtMs() === this.#brokenAtMs) continue;
      try {
        this.#thread ??= await this.#start();
        await this.#thread.call({ method: "notified", args: [onTheWire(next)], log: null });
      } catch (error) {
        if (this.#stopped) break;
        this.#brokenAtMs = this.#thread ? null : this.#savedAtMs();
        const thrown = error instanceof PluginFailure ? error : undefined;
        this.#log.error(null, `listener ${this.#name}: ${next.event_type}: ${messageOf(error)}`, thrown);
      }
    }
    if (this.#lost > 0) this.#log.warning(null, `${this.#name} has lost ${this.#lost} notifications`);
    this.#lost = 0;
    this.#busy = false;
  }

  /** 0 when there is no file. */
  #savedAtMs(): number {
    const path = findPlugin(this.#name, this.#options.folder);
    return path === null ? 0 : (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  }

  async #start(): Promise<PluginThread> {
    const { folder, timeoutSeconds } = this.#options;
    const path = findPlugin(this.#name, folder);
    if (path === null) throw new PluginError(`there is no file ${this.#name} in ${folder}`);
    return PluginThread.start({
      path,
      log: this.#log,
      timeoutSeconds,
      reload: true,
      check: ({ functions }) => {
        if (!functions.includes("notified")) throw new Error("a notification listener must have notified");
      },
    });
  }
}
