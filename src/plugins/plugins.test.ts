import { afterAll, afterEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testLog } from "../core/test-log.ts";
import { findPlugin, pluginName } from "./load.ts";
import { PluginFailure, PluginThread, type PluginThreadOptions } from "./plugin-thread.ts";

const folder = mkdtempSync(join(tmpdir(), "stack-plugin-"));
const running: PluginThread[] = [];
afterEach(() => {
  for (const thread of running.splice(0)) thread.stop();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
async function plugin(text: string, options: Partial<PluginThreadOptions> = {}) {
  const path = join(folder, `p${++count}.ts`);
  writeFileSync(path, text);
  const { book, lines } = testLog();
  const log = book.logger("n-sch", "nova.plugin");
  const thread = await PluginThread.start({
    path,
    log,
    timeoutSeconds: 5,
    reload: false,
    check: () => {},
    ...options,
  });
  running.push(thread);
  return { thread, path, lines };
}

test("where a name leads: a path, a name in the folder, an old Python path", () => {
  writeFileSync(join(folder, "ip_scheduler.ts"), "");
  const found = join(folder, "ip_scheduler.ts");
  expect(findPlugin("ip_scheduler", folder)).toBe(found);
  expect(findPlugin("ip_scheduler.ts", folder)).toBe(found);
  expect(findPlugin("nova.scheduler.ip_scheduler.IPScheduler", folder)).toBe(found);
  expect(findPlugin("nova.scheduler.filters.ip_scheduler:Filter", folder)).toBe(found);
  expect(findPlugin("/elsewhere/x.js", folder)).toBe("/elsewhere/x.js");
  expect(findPlugin("../../etc/passwd", folder)).toBeNull();
  expect(findPlugin("no_such", folder)).toBeNull();
  expect(pluginName(found)).toBe("ip_scheduler");
});

test("a class or an object, its functions and plain values; tools are handed in", async () => {
  const { thread, lines, path } = await plugin(`
    export default class {
      limit = 3;
      async ask(given, tools) {
        tools.log.debug("asked");
        tools.note({ given });
        return [given, tools.limit(), await tools.question()];
      }
    }`);
  expect(thread.shape).toEqual({ functions: ["ask"], values: { limit: 3 } });
  const answer = await thread.call({
    method: "ask",
    args: ["a"],
    values: { limit: 7 },
    effects: ["note"],
    queries: ["question"],
    answer: (query) => `${query}!`,
    log: null,
  });
  expect(answer).toEqual({
    value: ["a", 7, "question!"],
    effects: [{ name: "note", args: [{ given: "a" }] }],
  });
  expect(lines[0]!.text).toEndWith(`asked from (pid=${process.pid}) ask ${path}:5`);
});

test("an item is sent once; what is thrown says where; an endless loop is ended and the next call starts anew", async () => {
  const { thread, path } = await plugin(
    `
    let calls = 0;
    export default {
      size: (item) => item.n * 2,
      count: () => ++calls,
      fail() {
        throw new RangeError("too far");
      },
      loop() { for (;;) {} },
    };`,
    { timeoutSeconds: 0.3 },
  );
  const items = [1, 2, 3].map((n): [string, object] => [`i${n}`, { n }]);
  const each = (list: typeof items) => thread.call({ method: "size", args: [], each: list, log: null });
  expect((await each(items)).value).toEqual([2, 4, 6]);
  expect((await each([items[2]!, items[0]!])).value).toEqual([6, 2]);
  const ask = (method: string) => thread.call({ method, args: [], log: null });
  expect((await ask("count")).value).toBe(1);
  const failure = await ask("fail").catch((error) => error);
  expect(failure).toBeInstanceOf(PluginFailure);
  expect([failure.name, failure.message]).toEqual(["RangeError", "too far"]);
  expect(failure.at).toStartWith(`${path}:7:`);
  const late = await ask("loop").catch((error) => error);
  expect(late.message).toContain("no answer within 0.3 s");
  expect((await ask("count")).value).toBe(1);
  expect((await each(items)).value).toEqual([2, 4, 6]);
});
