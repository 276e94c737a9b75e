// Notifications: what OpenStack's services tell the world about what happened (`compute.instance.create.end`), in the
// form in which oslo.messaging puts them on a topic (oslo.messaging 14.0, notify/notifier.py; the context's fields as
// its AMQP drivers add them, _drivers/common.py). They are sent after the change has been committed, are kept for a
// while, and are lost with the process: as with the real thing, nobody may build a ledger on them.

import type { Clock } from "./clock.ts";
import type { RequestContext } from "./context.ts";
import type { Ids } from "./ids.ts";
import type { LogFile, Logger } from "./log.ts";

export type Priority = "INFO" | "WARN" | "ERROR" | "SAMPLE";

export interface Notification {
  message_id: string;
  /** `compute.c01` */
  publisher_id: string;
  /** `compute.instance.create.end` */
  event_type: string;
  priority: Priority;
  payload: object;
  /** `2013-02-27 17:39:31.123000`, UTC */
  timestamp: string;
  _context_request_id: string;
  _context_user_id: string | null;
  _context_user_name: string | null;
  _context_project_id: string | null;
  _context_project_name: string | null;
  _context_is_admin: boolean;
  _context_roles: readonly string[];
}

/** A notification as it is kept: with its number, and the topics it was sent to. */
export interface SentNotification extends Notification {
  serial: number;
  /** `notifications.info` */
  topics: readonly string[];
}

export type NotificationListener = (notification: SentNotification) => void;

/** What a service sends. */
export interface Notice {
  publisherId: string;
  eventType: string;
  payload: object;
  priority: Priority;
  context: RequestContext;
  /** Without the priority. */
  topics: readonly string[];
}

export interface NotificationOptions {
  clock: Clock;
  ids: Ids;
  /** How many are kept; 0 keeps none. */
  keep: number;
}

export class Notifications {
  #options: NotificationOptions;
  /** A ring: `#serial` counts all that were ever sent. */
  #kept: SentNotification[] = [];
  #serial = 0;
  #listeners = new Set<NotificationListener>();

  constructor(options: NotificationOptions) {
    this.#options = options;
  }

  /** False when nobody would see one: spares the work of making it. */
  get wanted(): boolean {
    return this.#options.keep > 0 || this.#listeners.size > 0;
  }

  send({ publisherId, eventType, payload, priority, context, topics }: Notice): SentNotification {
    const { clock, ids, keep } = this.#options;
    const notification: SentNotification = {
      serial: ++this.#serial,
      topics: topics.map((topic) => `${topic}.${priority.toLowerCase()}`),
      message_id: ids.uuid(),
      publisher_id: publisherId,
      event_type: eventType,
      priority,
      payload,
      timestamp: pythonTime(clock.now()),
      _context_request_id: context.requestId,
      _context_user_id: context.userId,
      _context_user_name: context.userName,
      _context_project_id: context.projectId,
      _context_project_name: context.projectName,
      _context_is_admin: context.isAdmin,
      _context_roles: context.roles,
    };
    if (keep > 0) {
      if (this.#kept.length < keep) this.#kept.push(notification);
      else this.#kept[(this.#serial - 1) % keep] = notification;
    }
    for (const listener of this.#listeners) listener(notification);
    return notification;
  }

  /** Those that are still kept, oldest first. */
  recent(): SentNotification[] {
    return [...this.#kept].sort((a, b) => a.serial - b.serial);
  }

  listen(listener: NotificationListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}

/** Without what only this cloud adds: as it would lie on the topic. */
export function onTheWire({ serial: _, topics: __, ...notification }: SentNotification): Notification {
  return notification;
}

/** Which notifications are meant: those of an event type or of all that begin with it, of a request. */
export function notificationFilter({
  event,
  request,
}: {
  event?: string | undefined;
  request?: string | undefined;
}): (notification: Notification) => boolean {
  return ({ event_type, _context_request_id }) =>
    (!event || event_type === event || event_type.startsWith(event)) &&
    (!request || _context_request_id === request);
}

/** Appends each as a line of JSON. */
export function fileSink(file: LogFile): NotificationListener {
  return (notification) => file.write(`${JSON.stringify(onTheWire(notification))}\n`);
}

const MAX_WAITING = 1000;
const ATTEMPTS = 3;
const POST_TIMEOUT_MS = 10_000;

/** Posts each to an address, in order; what cannot be delivered is named in the log and dropped. */
export class WebhookSink {
  #url: string;
  #log: Logger;
  #clock: Clock;
  #waiting: SentNotification[] = [];
  #sending: Promise<void> | null = null;
  #dropped = 0;
  #abort = new AbortController();

  constructor({ url, log, clock }: { url: string; log: Logger; clock: Clock }) {
    this.#url = url;
    this.#log = log;
    this.#clock = clock;
  }

  readonly send: NotificationListener = (notification) => {
    if (this.#waiting.length >= MAX_WAITING) {
      if (this.#dropped++ === 0)
        this.#log.warning(null, `Notifications wait for ${this.#url}; the newest are dropped`);
      return;
    }
    this.#waiting.push(notification);
    this.#sending ??= this.#drain().finally(() => {
      this.#sending = null;
    });
  };

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    await this.#sending;
  }

  close(): void {
    this.#waiting = [];
    this.#abort.abort(new Error("the cloud is being stopped"));
  }

  async #drain(): Promise<void> {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) await this.#deliver(next);
    this.#dropped = 0;
  }

  async #deliver(notification: SentNotification): Promise<void> {
    const body = JSON.stringify(onTheWire(notification));
    for (let attempt = 1; ; attempt++) {
      try {
        const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(POST_TIMEOUT_MS)]);
        const headers = { "content-type": "application/json" };
        const answer = await fetch(this.#url, { method: "POST", headers, body, signal });
        await answer.body?.cancel();
        if (!answer.ok) throw new Error(`it answered ${answer.status}`);
        return;
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        if (attempt < ATTEMPTS) {
          await this.#clock.sleep(attempt * 1000, this.#abort.signal).catch(() => {});
          continue;
        }
        const reason = error instanceof Error ? error.message : String(error);
        this.#log.warning(
          null,
          `Could not post ${notification.event_type} ${notification.message_id} to ${this.#url}: ${reason}`,
        );
        return;
      }
    }
  }
}

/** Python's str() of a moment in UTC. */
function pythonTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23).replace("T", " ")}000`;
}
