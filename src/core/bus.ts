// The message bus: what RabbitMQ and oslo.messaging are to OpenStack.
//
// A *cast* is durable: its row is written into the project's own database, within the caller's transaction when there
// is one, so a state and the message that continues it are committed together or not at all. It is delivered in order,
// and its row is removed when the handler has ended. A handler that was cut short by a crash or a stop is called again
// with `redelivered` true; handlers therefore look at the state they find and continue, repeat or return.
// A *call* waits for an answer and lives in memory only.

import type { ProjectDatabase } from "../db/open.ts";
import type { FaultSeam } from "../faults/book.ts";
import { type BusStore, MessageStore } from "./bus-store.ts";
import type { Clock } from "./clock.ts";
import { type RequestContext, withoutToken } from "./context.ts";
import { MessagingTimeout } from "./errors.ts";
import type { Logger } from "./log.ts";

export interface Delivery {
  topic: string;
  method: string;
  /** True when an earlier delivery was not brought to its end. */
  redelivered: boolean;
  /** Aborted when the consumer is being stopped and will not wait longer. */
  signal: AbortSignal;
}

/** `args` is whatever the sender gave, as plain JSON data. */
export type Handler = (context: RequestContext, args: never, delivery: Delivery) => unknown;

export interface Consumer {
  handlers: Record<string, Handler>;
  /** How many messages of this topic may be in hand at once. */
  concurrency?: number;
}

export interface Subscription {
  /** Takes no more messages and waits, `graceSeconds` at most, for those in hand. May be called twice. */
  stop(graceSeconds?: number): Promise<void>;
}

export interface TopicDepth {
  topic: string;
  /** Messages waiting or in hand. */
  messages: number;
  consumers: number;
}

interface PendingCall {
  context: RequestContext;
  method: string;
  args: unknown;
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
  expired: boolean;
}

interface Topic {
  name: string;
  calls: PendingCall[];
  consumer: ActiveConsumer | null;
}

interface ActiveConsumer extends Consumer {
  /** Ids of the messages in hand. */
  inHand: Set<number>;
  running: Set<Promise<void>>;
  abort: AbortController;
}

/** A message that a fault on purpose makes disappear. */
const LOST = Symbol("lost");

const DEFAULT_CONCURRENCY = 64;
const DEFAULT_CALL_SECONDS = 60; // oslo.messaging: rpc_response_timeout
const DEFAULT_GRACE_SECONDS = 10;

export class Bus {
  #store: BusStore;
  #clock: Clock;
  #log: Logger;
  #topics = new Map<string, Topic>();
  #scheduled = new Set<string>();
  #held = false;
  #faults: FaultSeam | null;

  /** @param options.faults what is to go wrong on purpose, for drills */
  constructor(options: { db: ProjectDatabase; clock: Clock; log: Logger; faults?: FaultSeam }) {
    this.#faults = options.faults ?? null;
    this.#store = new MessageStore(options.db);
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Sends without waiting. Durable once the surrounding transaction, if any, is committed. */
  cast(context: RequestContext, topic: string, method: string, args: unknown): void {
    this.#store.insert(topic, method, JSON.stringify(args ?? {}), JSON.stringify(withoutToken(context)));
    this.#schedule(topic);
  }

  /**
   * Sends and waits for the handler's answer. What the handler throws is thrown here.
   * @throws MessagingTimeout when nobody answered within `timeoutSeconds`.
   */
  call<T>(
    context: RequestContext,
    topic: string,
    method: string,
    args: unknown,
    timeoutSeconds = DEFAULT_CALL_SECONDS,
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const call: PendingCall = {
      context,
      method,
      args: args ?? {},
      resolve: resolve as (value: unknown) => void,
      reject,
      expired: false,
    };
    const timeout = new AbortController();
    this.#topic(topic).calls.push(call);
    this.#schedule(topic);
    this.#clock.sleep(timeoutSeconds * 1000, timeout.signal).then(
      () => {
        call.expired = true;
        reject(new MessagingTimeout(`Timed out waiting for a reply to ${method} on ${topic}`));
      },
      () => {},
    );
    return promise.finally(() => timeout.abort());
  }

  /** True when somebody is taking messages of this topic. */
  hasConsumer(topic: string): boolean {
    return this.#topics.get(topic)?.consumer != null;
  }

  /** Takes the messages of a topic, those that have waited first. One consumer a topic. */
  consume(topic: string, consumer: Consumer): Subscription {
    const entry = this.#topic(topic);
    if (entry.consumer) throw new Error(`topic ${topic} is already consumed`);
    const active: ActiveConsumer = {
      ...consumer,
      inHand: new Set(),
      running: new Set(),
      abort: new AbortController(),
    };
    entry.consumer = active;
    this.#schedule(topic);
    return {
      stop: async (graceSeconds = DEFAULT_GRACE_SECONDS) => {
        if (entry.consumer === active) entry.consumer = null;
        if (active.running.size === 0) return;
        const grace = new AbortController();
        await Promise.race([
          Promise.allSettled(active.running),
          this.#clock.sleep(graceSeconds * 1000, grace.signal).catch(() => {}),
        ]);
        grace.abort();
        active.abort.abort(new Error("the service is being stopped"));
      },
    };
  }

  /** While held nothing is delivered, as when the broker is down: casts wait in their table, calls until they time out. */
  hold(held: boolean): void {
    this.#held = held;
    if (!held) for (const name of this.#topics.keys()) this.#schedule(name);
  }

  /** What `stack queues` prints. */
  depths(): TopicDepth[] {
    const counts = this.#store.counts();
    const names = new Set([...counts.keys(), ...this.#topics.keys()]);
    return [...names].sort().map((name) => {
      const topic = this.#topics.get(name);
      return {
        topic: name,
        messages: (counts.get(name) ?? 0) + (topic?.calls.length ?? 0),
        consumers: topic?.consumer ? 1 : 0,
      };
    });
  }

  /** The arguments of every message that waits for `method` on topics starting with `prefix`; for recovery. */
  waiting(prefix: string, method: string): unknown[] {
    return this.#store.waiting(prefix, method).map((args) => JSON.parse(args));
  }

  #topic(name: string): Topic {
    let topic = this.#topics.get(name);
    if (!topic) {
      topic = { name, calls: [], consumer: null };
      this.#topics.set(name, topic);
    }
    return topic;
  }

  /** Delivers after the current synchronous work, and so after the transaction the cast was part of. */
  #schedule(topic: string): void {
    if (this.#scheduled.has(topic)) return;
    this.#scheduled.add(topic);
    setImmediate(() => {
      this.#scheduled.delete(topic);
      this.#pump(this.#topic(topic));
    });
  }

  #pump(topic: Topic): void {
    const consumer = topic.consumer;
    if (!consumer || this.#held) return;
    const limit = consumer.concurrency ?? DEFAULT_CONCURRENCY;
    for (const call of topic.calls.splice(0)) if (!call.expired) this.#answer(topic, consumer, call);
    const free = limit - consumer.inHand.size;
    if (free <= 0) return;
    for (const message of this.#store.next(topic.name, consumer.inHand, free)) {
      consumer.inHand.add(message.id);
      const context = JSON.parse(message.context) as RequestContext;
      const delivery: Delivery = {
        topic: topic.name,
        method: message.method,
        redelivered: message.redelivered,
        signal: consumer.abort.signal,
      };
      const run = this.#run(consumer, context, JSON.parse(message.args), delivery)
        .catch((error) => {
          if (error === LOST) this.#log.warning(context, `${message.method} on ${topic.name} is lost`);
          else this.#log.error(context, `${message.method} on ${topic.name} failed`, error);
        })
        .then(() => {
          consumer.inHand.delete(message.id);
          consumer.running.delete(run);
          if (consumer.abort.signal.aborted) return;
          this.#store.remove(message.id);
          this.#schedule(topic.name);
        });
      consumer.running.add(run);
    }
  }

  #answer(topic: Topic, consumer: ActiveConsumer, call: PendingCall): void {
    const delivery: Delivery = {
      topic: topic.name,
      method: call.method,
      redelivered: false,
      signal: consumer.abort.signal,
    };
    const run = this.#run(consumer, call.context, call.args, delivery)
      // A call that is lost is not answered: its caller's time runs out.
      .then(call.resolve, (error) => (error === LOST ? undefined : call.reject(error)))
      .then(() => {
        consumer.running.delete(run);
      });
    consumer.running.add(run);
  }

  async #run(
    consumer: Consumer,
    context: RequestContext,
    args: unknown,
    delivery: Delivery,
  ): Promise<unknown> {
    const handler = consumer.handlers[delivery.method];
    if (!handler) throw new Error(`nobody handles ${delivery.method} on ${delivery.topic}`);
    if (this.#log.debugging) this.#log.debug(context, `${delivery.topic}: ${delivery.method}`);
    const faults = this.#faults;
    if (faults?.active && !(await faults.pass(`bus.${delivery.topic}.${delivery.method}`))) throw LOST;
    return handler(context, args as never, delivery);
  }
}
