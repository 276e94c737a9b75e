import { expect, test } from "bun:test";
import { FakeClock } from "./clock.ts";
import { LogBook } from "./log.ts";

const request = { requestId: "req-1", userName: "demo", projectName: "demo" };

test("LG-02 LG-03 lines have OpenStack's form", () => {
  const book = new LogBook({ clock: new FakeClock(), pid: 4118 });
  const log = book.logger("n-sch", "nova.scheduler.ip_scheduler");
  log.debug(request, "Request from 50.56.172.78 scheduled to devstack-nova");
  log.info(null, "hello");
  expect(book.lines("n-sch").map((line) => line.text)).toEqual([
    "2013-02-27 17:39:31.123 4118 DEBUG nova.scheduler.ip_scheduler [req-1 demo demo] Request from 50.56.172.78 scheduled to devstack-nova",
    "2013-02-27 17:39:31.123 4118 INFO nova.scheduler.ip_scheduler [-] hello",
  ]);
});

test("LG-04 an error's stack and cause follow as TRACE lines with the same prefix", () => {
  const book = new LogBook({ clock: new FakeClock(), pid: 1 });
  book.logger("c-vol", "cinder").critical(null, "down", new Error("outer", { cause: new Error("inner") }));
  const [first, ...rest] = book.lines("c-vol").map((line) => line.text);
  expect(first).toBe("2013-02-27 17:39:31.123 1 CRITICAL cinder [-] down");
  expect(rest.every((text) => text.startsWith("2013-02-27 17:39:31.123 1 TRACE cinder [-] "))).toBe(true);
  expect(rest.some((text) => text.endsWith("Error: outer"))).toBe(true);
  expect(rest.some((text) => text.endsWith("Error: inner"))).toBe(true);
});

test("LG-05 a window's level holds from now on", () => {
  const book = new LogBook({ clock: new FakeClock() });
  const log = book.logger("n-api", "nova");
  expect(log.debugging).toBe(true);
  book.setLevel("n-api", "INFO");
  log.debug(null, "no");
  log.info(null, "yes");
  expect(log.debugging).toBe(false);
  expect(book.lines("n-api")).toHaveLength(1);
});

test("the scrollback is bounded in lines and in bytes", () => {
  const book = new LogBook({ clock: new FakeClock(), maxLines: 100, maxBytes: 20_000 });
  const log = book.logger("w", "m");
  for (let i = 0; i < 1000; i++) log.info(null, `line ${i}`);
  expect(book.lines("w").length).toBeLessThanOrEqual(125);
  expect(book.lines("w").at(-1)!.text).toEndWith("line 999");
  for (let i = 0; i < 100; i++) log.info(null, "x".repeat(1000));
  const bytes = book.lines("w").reduce((sum, line) => sum + line.text.length, 0);
  expect(bytes).toBeLessThanOrEqual(25_000);
});

test("listeners hear every window; serials let a follower continue", () => {
  const book = new LogBook({ clock: new FakeClock() });
  const heard: string[] = [];
  const stop = book.listen((line) => heard.push(`${line.window} ${line.serial}`));
  book.logger("a", "m").info(null, "1");
  book.logger("b", "m").info(null, "2");
  stop();
  book.logger("a", "m").info(null, "3");
  expect(heard).toEqual(["a 1", "b 2"]);
  expect(book.lines(null, 1).map((line) => line.serial)).toEqual([2, 3]);
});
