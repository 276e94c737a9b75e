import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../core/clock.ts";
import { makeContext } from "../core/context.ts";
import { countingIds } from "../core/ids.ts";
import { Notifications } from "../core/notifications.ts";
import { testLog } from "../core/test-log.ts";
import { testCloud } from "../testing/cloud.ts";
import { startListeners } from "./listeners.ts";

const AUDIT = `
let seen = 0;
export default {
  request(request, tools) {
    seen++;
    if (request.headers["x-do"] === "deny") return { status: 418, body: { no: request.path, token: request.headers["x-auth-token"] } };
    if (request.headers["x-do"] === "throw") throw new RangeError("thrown");
    if (request.headers["x-do"] === "loop") for (;;);
    if (request.headers["x-do"] === "wrong") return 42;
  },
  answered(request, { status }, tools) {
    tools.log.info(request.method + " " + request.path + " " + status + " " + seen);
  },
};`;

test("API middleware: lets through, answers, is told; a throw, a loop or a wrong answer is a 500 of that request", async () => {
  const folder = mkdtempSync(join(tmpdir(), "api-middleware-"));
  const file = join(folder, "audit.ts");
  writeFileSync(file, AUDIT);
  await using guarded = await testCloud({
    windows: ["key", "g-api"],
    settings: { API_MIDDLEWARE: `g-api:${file}`, PLUGIN_TIMEOUT: "0.3" },
  });
  guarded.log.expectError("audit.ts failed for GET");
  const images = await guarded.as("g-api");
  expect((await images.get("/v2/images")).status).toBe(200);
  const denied = await images.get("/v2/images", { "x-do": "deny" });
  expect([denied.status, denied.body]).toEqual([418, { no: "/v2/images", token: "***" }]);
  for (const what of ["throw", "loop", "wrong"]) {
    const answer = await images.get("/v2/images", { "x-do": what });
    expect([what, answer.status, answer.text]).toEqual([what, 500, "Internal Server Error\n"]);
  }
  expect((await images.get("/v2/images")).status).toBe(200);
  const told = () =>
    guarded.log.lines.filter(({ text }) => / INFO .*GET \/v2\/images 200 \d/.test(text)).length;
  for (let i = 0; told() < 2 && i < 1000; i++) await Bun.sleep(1);
  expect(told()).toBe(2);
  expect(guarded.log.lines.some(({ text }) => /audit\.ts", line 7/.test(text))).toBe(true);
  rmSync(folder, { recursive: true });
});

test("a service whose API middleware is not there does not start, and says why", async () => {
  const started = testCloud({ windows: ["key", "g-api"], settings: { API_MIDDLEWARE: "g-api:nowhere" } });
  expect(started).rejects.toThrow("there is no API middleware nowhere");
  await started.catch(() => {});
});

test("a listener is told of everything in order; a throw, a loop or a file with a fault loses that one and no more", async () => {
  const folder = mkdtempSync(join(tmpdir(), "listeners-"));
  const { book, lines, expectError } = testLog();
  expectError("listener");
  const notifications = new Notifications({ clock: systemClock, ids: countingIds(), keep: 0 });
  const context = makeContext({ requestId: "req-1" });
  const send = (eventType: string) =>
    notifications.send({
      publisherId: "compute.c01",
      eventType,
      payload: {},
      priority: "INFO",
      context,
      topics: ["n"],
    });
  writeFileSync(
    join(folder, "ears.ts"),
    `export default { notified({ event_type }, tools) {
       if (event_type === "bad") throw new RangeError("no");
       if (event_type === "loop") for (;;);
       tools.log.info("heard " + event_type);
     } };`,
  );
  writeFileSync(join(folder, "deaf.ts"), "export default { hears() {} };");
  const end = startListeners({ notifications, book, names: ["ears", "deaf"], folder, timeoutSeconds: 0.3 });
  try {
    for (const event of ["one", "bad", "two", "loop", "three"]) send(event);
    const heard = () => lines.flatMap(({ text }) => /heard (\w+)$/.exec(text)?.[1] ?? []);
    for (let i = 0; heard().length < 3 && i < 3000; i++) await Bun.sleep(1);
    expect(heard()).toEqual(["one", "two", "three"]);
    const said = lines.map(({ text }) => text).join("\n");
    expect(said).toMatch(/ears\.ts", line 2/);
    expect(said.match(/must have notified/g)).toHaveLength(1);
    expect(said).toContain("no answer within 0.3 s");
  } finally {
    end();
    rmSync(folder, { recursive: true });
  }
  expect(notifications.wanted).toBe(false);
});
