import { expect, test } from "bun:test";
import type { Level } from "../core/log.ts";
import { type PromptProgram, type ServiceControl, ServicePane } from "./service-pane.ts";
import { harmless, wrap } from "./text.ts";

function servicePane(control: Partial<ServiceControl> = {}, colours = false) {
  const calls: string[] = [];
  const look = { colours, wrap: true };
  const pane = new ServicePane({
    title: "n-sch",
    look,
    cwd: "/",
    changed: () => {},
    control: {
      stop: async (window) => void calls.push(`stop ${window}`),
      start: async (window) => void calls.push(`start ${window}`),
      shell: ({ line }) => {
        throw new Error(`no shell for ${line}`);
      },
      ...control,
    },
  });
  let serial = 0;
  const add = (text: string, level: Level = "INFO") =>
    pane.add({ serial: ++serial, window: "n-sch", level, text });
  return { pane, calls, add, look };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("DS-12 Ctrl-C stops, Up shows the line that starts, Enter starts", async () => {
  const { pane, calls, add } = servicePane();
  add("working");
  pane.type("\x03");
  await turn();
  expect(calls).toEqual(["stop n-sch"]);
  expect(pane.alert).toBe(true);
  expect(pane.draw(40, 10)).toEqual(["working", "^C", "$ "]);
  pane.type("\x1b[A");
  expect(pane.draw(40, 10).at(-1)).toBe("$ stack start n-sch");
  expect(pane.cursor(40, 10)).toEqual({ x: 19, y: 2 });
  pane.type("\r");
  await turn();
  expect(calls).toEqual(["stop n-sch", "start n-sch"]);
  expect(pane.alert).toBe(false);
  expect(pane.draw(40, 10)).toEqual(["working", "^C", "$ stack start n-sch"]);
});

test("DS-12 the history stays: what was typed before the start, then the start line", async () => {
  const { pane } = servicePane();
  pane.setRunning(false);
  pane.type("cd /tmp\r\x1b[A\x1b[A\r");
  await turn();
  pane.type("\x03");
  await turn();
  pane.type("\x10");
  expect(pane.draw(40, 10).at(-1)).toBe("$ stack start n-sch");
  pane.type("\x10");
  expect(pane.draw(40, 10).at(-1)).toBe("$ cd /tmp");
});

test("a start that fails leaves the prompt and says why", async () => {
  const { pane } = servicePane({ start: () => Promise.reject(new Error("bad plugin, line 3")) });
  pane.setRunning(false);
  pane.type("\x1b[A\r");
  await turn();
  expect(pane.draw(40, 10)).toEqual(["$ stack start n-sch", "bad plugin, line 3", "$ "]);
});

test("another line at the prompt is a shell's, in the folder that cd has chosen; it gets the keys", async () => {
  const ran: string[] = [];
  const typed: string[] = [];
  let end = () => {};
  const program: PromptProgram = {
    fullScreen: false,
    cursor: { x: 3, y: 0 },
    draw: () => [],
    history: () => [{ text: "bin etc", drawn: "bin etc", continued: false }],
    type: (text) => typed.push(text),
    resize() {},
    kill: async () => {},
    dispose() {},
  };
  const { pane } = servicePane({
    shell({ line, cwd, exited }) {
      ran.push(`${cwd}$ ${line}`);
      end = exited;
      return program;
    },
  });
  pane.setRunning(false);
  pane.type("cd tmp\rls\x7fs /\r");
  pane.type("y\x03");
  expect(ran).toEqual(["/tmp$ ls /"]);
  expect(typed).toEqual(["y\x03"]);
  expect(pane.draw(40, 10)).toEqual(["$ cd tmp", "$ ls /", "bin etc"]);
  end();
  expect(pane.draw(40, 10)).toEqual(["$ cd tmp", "$ ls /", "bin etc", "$ "]);
  pane.type("cd /no-such-folder\r");
  expect(pane.draw(60, 10).at(-2)).toBe("sh: cd: /no-such-folder: No such file or directory");
});

test("a filter by request, level and text; what comes later is filtered too", () => {
  const { pane, add } = servicePane();
  add("req-1 GET /servers");
  add("req-2 boom", "ERROR");
  pane.setFilter("WARNING");
  add("req-1 careful", "WARNING");
  add("req-1 quiet");
  expect(pane.draw(40, 10)).toEqual(["req-2 boom", "req-1 careful"]);
  pane.setFilter("req-1 !GET");
  expect(pane.draw(40, 10)).toEqual(["req-1 careful", "req-1 quiet"]);
  pane.setFilter("");
  expect(pane.draw(40, 10)).toHaveLength(4);
});

test("colours by level, TRACE with its own; off at once", () => {
  const { pane, add, look } = servicePane({}, true);
  add("2013-02-27 17:39:31.123 1 WARNING m [-] w", "WARNING");
  add("2013-02-27 17:39:31.123 1 TRACE m [-] t", "ERROR");
  expect(pane.draw(80, 10).map((row) => row.slice(0, 5))).toEqual(["\x1b[33m", "\x1b[35m"]);
  look.colours = false;
  expect(pane.draw(80, 10).every((row) => row.startsWith("2013"))).toBe(true);
});

test("long lines wrap or are cut; wide characters take two columns; nothing in a line is obeyed", () => {
  const { pane, add, look } = servicePane();
  add("abcdefgh");
  expect(pane.draw(5, 5)).toEqual(["abcde", "fgh"]);
  look.wrap = false;
  expect(pane.draw(5, 5)).toEqual(["abcde"]);
  expect(wrap("云主机abc", 5)).toEqual(["云主", "机abc"]);
  expect(harmless("a\x1b[2Jb\tc\x9b1m")).toBe("a?[2Jb    c?1m");
});

test("what a window keeps is bounded, in lines and in their length", () => {
  const { pane, add } = servicePane();
  for (let i = 0; i < 20_000; i++) add(`line ${i}`);
  expect(pane.entries.length).toBeLessThanOrEqual(6250);
  add("x".repeat(1_000_000));
  expect(pane.entries.at(-1)!.text.length).toBeLessThan(9000);
});
