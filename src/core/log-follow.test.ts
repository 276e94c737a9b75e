import { expect, test } from "bun:test";
import { LogFollower } from "./log-follow.ts";
import { testLog } from "./test-log.ts";

async function next(iterator: AsyncIterator<Uint8Array>): Promise<string[] | null> {
  const { value, done } = await iterator.next();
  if (done) return null;
  const rows = new TextDecoder().decode(value).split("\n").slice(0, -1);
  return rows.map((row) => (row === "" ? "" : JSON.parse(row).text.replace(/^.*\] /, "")));
}

test("the scrollback's end, then what comes, of the window asked for", async () => {
  const { book } = testLog();
  const [api, other] = [book.logger("n-api", "nova"), book.logger("key", "keystone")];
  for (const n of [1, 2, 3]) api.info(null, `line ${n}`);
  const lines = new LogFollower(book, { window: "n-api", tail: 2 })[Symbol.asyncIterator]();
  expect(await next(lines)).toEqual(["line 2", "line 3"]);
  const waiting = next(lines);
  other.info(null, "elsewhere");
  api.info(null, "line 4");
  expect(await waiting).toEqual(["line 4"]);
});

test("an idle reader is nudged with an empty line", async () => {
  const follower = new LogFollower(testLog().book, { window: null });
  const waiting = next(follower[Symbol.asyncIterator]());
  follower.nudge();
  expect(await waiting).toEqual([""]);
});

test("whoever ends it, it stops listening, once, and a reader that waits is let go", async () => {
  const { book } = testLog();
  let ended = 0;
  const follower = new LogFollower(book, { window: null, onEnd: () => ended++ });
  const lines = follower[Symbol.asyncIterator]();
  const waiting = next(lines);
  await lines.return?.();
  expect(await waiting).toBeNull();
  book.logger("key", "keystone").info(null, "too late");
  expect(await next(lines)).toBeNull();
  follower.end();
  expect(ended).toBe(1);
});

test("a reader far behind loses the oldest lines, not the newest", async () => {
  const { book } = testLog();
  const lines = new LogFollower(book, { window: "n-api" })[Symbol.asyncIterator]();
  const log = book.logger("n-api", "nova");
  for (let n = 1; n <= 12_000; n++) log.info(null, `line ${n}`);
  const got = (await next(lines))!;
  expect(got.length).toBeLessThanOrEqual(5000);
  expect(got.at(-1)).toBe("line 12000");
});
