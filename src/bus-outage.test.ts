import { expect, test } from "bun:test";
import { FakeClock } from "./core/clock.ts";
import { makeContext } from "./core/context.ts";
import { testCloud } from "./testing/cloud.ts";

test("LG-06 LG-07 the broker goes and comes back: the logs say so, what was sent is not lost", async () => {
  const clock = new FakeClock(Date.now());
  await using cloud = await testCloud({ windows: ["key", "c-api", "c-sch", "c-vol"], clock });
  cloud.log.expectError("AMQP server");
  const { busOutage, projects } = cloud.cloud;
  const said = (window: string) =>
    cloud.log.lines.filter((line) => line.window === window).map(({ text }) => text.slice(24));
  busOutage.begin();
  busOutage.begin();
  for (let seconds = 0; seconds < 9; seconds++) await clock.advance(1000);
  const unreachable = (seconds: number) =>
    expect.stringMatching(
      new RegExp(
        `^\\d+ ERROR cinder\\.openstack\\.common\\.rpc\\.common \\[-\\] AMQP server on localhost:5672 is unreachable: \\[Errno 111\\] ECONNREFUSED\\. Trying again in ${seconds} seconds\\.$`,
      ),
    );
  expect(said("c-vol").filter((text) => text.includes("AMQP"))).toEqual([1, 3, 5, 7].map(unreachable));
  expect(said("key").filter((text) => text.includes("AMQP"))).toEqual([]);

  const bus = projects.bus("cinder");
  let delivered = 0;
  bus.consume("drill", { handlers: { ping: () => delivered++ } });
  bus.cast(makeContext({ requestId: "req-1" }), "drill", "ping", {});
  await new Promise((resolve) => setImmediate(resolve));
  expect(delivered).toBe(0);
  expect(projects.queues().find(({ topic }) => topic === "drill")?.messages).toBe(1);

  busOutage.end();
  await new Promise((resolve) => setTimeout(resolve, 0));
  await new Promise((resolve) => setImmediate(resolve));
  expect(delivered).toBe(1);
  expect(said("c-vol").at(-1)).toEndWith(
    "INFO cinder.openstack.common.rpc.common [-] Connected to AMQP server on localhost:5672",
  );
  busOutage.end();
});
