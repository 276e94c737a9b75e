import { expect, test } from "bun:test";
import { ProjectDatabase } from "../db/open.ts";
import { Bus, type Delivery } from "./bus.ts";
import { FakeClock } from "./clock.ts";
import { adminContext } from "./context.ts";
import { MessagingTimeout } from "./errors.ts";
import { testLog } from "./test-log.ts";

const context = adminContext("req-00000000-0000-4000-8000-000000000001");

function setup(db = new ProjectDatabase({ path: ":memory:", migrations: [] })) {
  const clock = new FakeClock();
  const log = testLog(clock);
  return { db, clock, log, bus: new Bus({ db, clock, log: log.book.logger("stack", "bus") }) };
}

/** Resolves when everything scheduled so far, and what that schedules, has run. */
async function settle() {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}

test("casts are delivered in order, once, with their context", async () => {
  const { bus } = setup();
  const seen: unknown[] = [];
  bus.consume("compute.c01", {
    concurrency: 1,
    handlers: { build: (ctx, args: { n: number }) => seen.push([ctx.requestId, args.n]) },
  });
  for (let n = 1; n <= 3; n++) bus.cast(context, "compute.c01", "build", { n });
  expect(seen).toEqual([]);
  await settle();
  expect(seen).toEqual([1, 2, 3].map((n) => [context.requestId, n]));
  expect(bus.depths()).toEqual([{ topic: "compute.c01", messages: 0, consumers: 1 }]);
});

test("a cast waits for its consumer and shows in the depth", async () => {
  const { bus } = setup();
  bus.cast(context, "scheduler", "select", {});
  await settle();
  expect(bus.depths()).toEqual([{ topic: "scheduler", messages: 1, consumers: 0 }]);
  expect(bus.waiting("sched", "select")).toEqual([{}]);
  let calls = 0;
  bus.consume("scheduler", { handlers: { select: () => calls++ } });
  await settle();
  expect(calls).toBe(1);
});

test("a cast in a transaction that is rolled back was never sent", async () => {
  const { bus, db } = setup();
  let calls = 0;
  bus.consume("t", { handlers: { go: () => calls++ } });
  expect(() =>
    db.transaction(() => {
      bus.cast(context, "t", "go", {});
      throw new Error("changed my mind");
    }),
  ).toThrow("changed my mind");
  await settle();
  expect(calls).toBe(0);
});

test("what a dead process had in hand is delivered again, marked", async () => {
  const { bus, db } = setup();
  bus.consume("t", { handlers: { go: () => new Promise(() => {}) } });
  bus.cast(context, "t", "go", { n: 1 });
  await settle();
  const next = setup(db); // the same file, a new process
  const deliveries: Delivery[] = [];
  next.bus.consume("t", { handlers: { go: (_ctx, _args, delivery) => deliveries.push(delivery) } });
  next.bus.cast(context, "t", "go", { n: 2 });
  await settle();
  expect(deliveries.map((d) => d.redelivered)).toEqual([true, false]);
});

test("a stopped consumer finishes what it has in hand; what it has not is left", async () => {
  const { bus, clock } = setup();
  const { promise, resolve } = Promise.withResolvers<void>();
  let finished = 0;
  const subscription = bus.consume("t", {
    concurrency: 1,
    handlers: {
      go: async () => {
        await promise;
        finished++;
      },
    },
  });
  bus.cast(context, "t", "go", {});
  bus.cast(context, "t", "go", {});
  await settle();
  const stopped = subscription.stop();
  resolve();
  await stopped;
  await clock.advance(0);
  expect(finished).toBe(1);
  expect(bus.depths()[0]).toEqual({ topic: "t", messages: 1, consumers: 0 });
});

test("a handler that throws is logged and its message is not tried again", async () => {
  const { bus, log } = setup();
  log.expectError("go on t failed");
  let calls = 0;
  bus.consume("t", {
    handlers: {
      go: () => {
        calls++;
        throw new Error("no");
      },
    },
  });
  bus.cast(context, "t", "go", {});
  await settle();
  expect(calls).toBe(1);
  expect(bus.depths()[0]!.messages).toBe(0);
  log.assertQuiet();
});

test("a call returns the answer or the error, and times out when nobody is there", async () => {
  const { bus, clock } = setup();
  bus.consume("t", {
    handlers: {
      add: (_ctx, { a, b }: { a: number; b: number }) => a + b,
      fail: () => {
        throw new RangeError("too far");
      },
    },
  });
  expect(await bus.call<number>(context, "t", "add", { a: 1, b: 2 })).toBe(3);
  expect(bus.call(context, "t", "fail", {})).rejects.toThrow("too far");
  const lost = bus.call(context, "nobody", "add", {}, 5);
  const outcome = lost.catch((error) => error);
  await clock.advance(5000);
  expect(await outcome).toBeInstanceOf(MessagingTimeout);
});
