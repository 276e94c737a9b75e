import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock, systemClock } from "./clock.ts";
import { makeContext } from "./context.ts";
import { countingIds } from "./ids.ts";
import { openLogFile } from "./log-file.ts";
import { fileSink, Notifications, notificationFilter, onTheWire, WebhookSink } from "./notifications.ts";
import { testLog } from "./test-log.ts";

const context = makeContext({
  requestId: "req-1",
  userId: "u",
  userName: "demo",
  projectId: "p",
  projectName: "demo",
});
const folder = mkdtempSync(join(tmpdir(), "stack-notices-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const make = (keep: number) => new Notifications({ clock: new FakeClock(), ids: countingIds(), keep });
const send = (to: Notifications, eventType: string, payload: object = {}) =>
  to.send({ publisherId: "compute.c01", eventType, payload, priority: "INFO", context, topics: ["monitor"] });

test("LG-15 a notification has oslo.messaging's form, on the topic with its priority", () => {
  const notifications = make(10);
  const sent = send(notifications, "compute.instance.create.start", { instance_id: "i" });
  expect(sent.topics).toEqual(["monitor.info"]);
  expect(onTheWire(sent)).toEqual({
    message_id: "00000000-0000-4000-8000-000000000001",
    publisher_id: "compute.c01",
    event_type: "compute.instance.create.start",
    priority: "INFO",
    payload: { instance_id: "i" },
    timestamp: "2013-02-27 17:39:31.123000",
    _context_request_id: "req-1",
    _context_user_id: "u",
    _context_user_name: "demo",
    _context_project_id: "p",
    _context_project_name: "demo",
    _context_is_admin: false,
    _context_roles: [],
  });
});

test("the newest are kept, in order; with none kept and nobody listening nothing is wanted", () => {
  const notifications = make(3);
  for (let n = 1; n <= 8; n++) send(notifications, `e.${n}`);
  expect(notifications.recent().map(({ event_type }) => event_type)).toEqual(["e.6", "e.7", "e.8"]);
  const none = make(0);
  expect(none.wanted).toBe(false);
  const heard: string[] = [];
  const stop = none.listen(({ event_type }) => heard.push(event_type));
  expect(none.wanted).toBe(true);
  send(none, "e");
  stop();
  send(none, "f");
  expect(heard).toEqual(["e"]);
  expect(none.recent()).toEqual([]);
});

test("by event type, by its beginning, by request", () => {
  const sent = send(make(1), "compute.instance.create.end");
  expect(notificationFilter({})(sent)).toBe(true);
  expect(notificationFilter({ event: "compute.instance" })(sent)).toBe(true);
  expect(notificationFilter({ event: "volume" })(sent)).toBe(false);
  expect(notificationFilter({ request: "req-2" })(sent)).toBe(false);
});

test("LG-15 a file of JSON lines", () => {
  const path = join(folder, "notifications.json");
  const file = openLogFile(path);
  const notifications = make(0);
  notifications.listen(fileSink(file));
  send(notifications, "a");
  send(notifications, "b");
  file.close();
  const rows = readFileSync(path, "utf8").trimEnd().split("\n");
  expect(rows.map((row) => JSON.parse(row).event_type)).toEqual(["a", "b"]);
});

const received: string[] = [];
let answers: number[] = [];
let server: ReturnType<typeof Bun.serve>;
beforeAll(() => {
  server = Bun.serve({
    port: 0,
    async fetch(request) {
      const status = answers.shift() ?? 200;
      if (status === 200) received.push(((await request.json()) as { event_type: string }).event_type);
      return new Response("", { status });
    },
  });
});
afterAll(() => server.stop(true));

test("LG-15 a webhook gets them in order; one that answers badly is asked again, then named in the log", async () => {
  const { book, lines } = testLog();
  const clock = { ...systemClock, sleep: async () => {} };
  const sink = new WebhookSink({ url: `${server.url}hook`, log: book.logger("stack", "stack"), clock });
  const notifications = make(0);
  notifications.listen(sink.send);
  answers = [500, 200];
  send(notifications, "a");
  send(notifications, "b");
  await sink.idle();
  expect(received).toEqual(["a", "b"]);
  answers = [500, 500, 500];
  send(notifications, "c");
  await sink.idle();
  expect(received).toEqual(["a", "b"]);
  expect(lines.at(-1)?.text).toContain("Could not post c");
  sink.close();
});
