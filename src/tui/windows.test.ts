import { expect, test } from "bun:test";
import type { Pane } from "./pane.ts";
import { ServicePane } from "./service-pane.ts";
import { TracePane } from "./trace-pane.ts";
import { Windows } from "./windows.ts";

type FakePane = Pane & { typed: string; ended: boolean; alert: boolean; size: string; killed: boolean };

function fakePane(title: string): FakePane {
  return {
    title,
    alert: false,
    ended: false,
    tap: null,
    typed: "",
    size: "",
    killed: false,
    draw: (width, height) => [`${title} ${width}x${height}`],
    cursor: () => null,
    type(text) {
      this.typed += text;
    },
    history: () => [`${title} one`, `${title} two`].map((text) => ({ text, drawn: text, continued: false })),
    resize(width, height) {
      this.size = `${width}x${height}`;
    },
    async kill() {
      this.killed = true;
    },
    clear() {},
    info: () => "fake",
  };
}

function setup(titles = ["shell", "key", "n-sch"]) {
  const panes = titles.map(fakePane);
  const endings: string[] = [];
  const files: Record<string, string> = {};
  const look = { colours: true, wrap: true };
  const shells: FakePane[] = [];
  const windows = new Windows(panes, {
    look,
    version: "stack 1",
    hostName: "c01",
    end: (how) => endings.push(how),
    changed() {},
    redraw() {},
    newShell: () => {
      const shell = fakePane("shell");
      shells.push(shell);
      return shell;
    },
    newTrace: (requestId) => fakePane(`trace ${requestId}`),
    writeFile: (name, text) => {
      files[name] = text;
    },
    openLog: (name) => ({
      write: (text) => {
        files[name] = (files[name] ?? "") + text;
      },
      close() {},
    }),
  });
  windows.resize(80, 24);
  const keys = (...chunks: string[]) => {
    for (const chunk of chunks) windows.input(chunk);
  };
  return { panes, endings, windows, files, look, shells, keys };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("DS-11 Ctrl-A n, p, digits and Ctrl-A Ctrl-A move; text goes to the current window", () => {
  const { windows, panes, keys } = setup();
  keys("\x01n");
  expect(windows.current?.title).toBe("key");
  keys("\x012hello\x01\x01");
  expect(panes[2]!.typed).toBe("hello");
  expect(windows.current?.title).toBe("key");
  keys("\x01p\x01p");
  expect(windows.current?.title).toBe("n-sch");
  keys("\x01\x7f");
  expect(windows.current?.title).toBe("key");
  keys("\x019");
  expect(windows.current?.title).toBe("key");
  expect(windows.frame().bar).toBe("0$ shell  1$ key*  2-$ n-sch");
});

test("the list and the question choose a window without leaking keys into it", () => {
  const { windows, panes, keys } = setup();
  keys('\x01"');
  const { rows } = windows.frame().pieces[0]!;
  expect(rows[0]).toMatch(/^ Num Name +Flags$/);
  expect(rows.find((row) => row.startsWith("\x1b[7m"))).toContain("0 shell");
  keys("j", "\r");
  expect(windows.current?.title).toBe("key");
  keys("\x01'");
  expect(windows.frame().question).toBe("Switch to window: ");
  keys("n-s\r");
  expect(windows.current?.title).toBe("n-sch");
  keys("\x01'", "nothing\r");
  expect(windows.frame().bar).toBe("0$ shell  1-$ key  2$ n-sch*");
  keys('\x01"', "1", "\r");
  expect(windows.current?.title).toBe("key");
  expect(panes.map((p) => p.typed)).toEqual(["", "", ""]);
});

test("d detaches; quitting asks first", () => {
  const { endings, keys } = setup();
  keys("\x01\\", "n", "\x01\\", "y", "\x01d");
  expect(endings).toEqual(["quit", "detach"]);
});

test("A gives a title, N a number, w and i tell", () => {
  const { windows, keys } = setup();
  keys("\x01A");
  expect(windows.frame().question).toBe("Set window's title to: shell");
  keys("\x15home\r");
  expect(windows.frame().bar).toStartWith("0$ home*");
  keys("\x01:number 2\r");
  expect(windows.frame().bar).toBe("0$ n-sch  1$ key  2$ home*");
  keys("\x01w");
  expect(windows.frame().bar).toBe("0$ n-sch  1$ key  2$ home*");
  keys("\x01i");
  expect(windows.frame().bar).toBe("(80,23) 2(home) fake");
  keys("x");
  expect(windows.frame().bar).toBe("0$ n-sch  1$ key  2$ home*");
  keys("\x01t");
  expect(windows.frame().bar).toMatch(/^\d\d:\d\d:\d\d \w{3} \d\d c01 [\d.]+ [\d.]+ [\d.]+$/);
  keys("\x01:nonsense\r");
  expect(windows.frame().bar).toBe(": unknown command 'nonsense'");
});

test("c opens a shell with the lowest free number, k asks and ends a window, a shell that ends goes", async () => {
  const { windows, keys, shells, panes } = setup();
  keys("\x01c");
  expect(windows.frame().bar).toBe("0-$ shell  1$ key  2$ n-sch  3$ shell*");
  keys("\x01k");
  expect(windows.frame().question).toBe("Really kill this window [y/n] ");
  keys("n", "\x01k", "y");
  await turn();
  expect(shells[0]!.killed).toBe(true);
  expect(windows.frame().bar).toBe("0$ shell*  1$ key  2$ n-sch");
  keys("\x011");
  keys("\x01ky");
  await turn();
  expect(panes[1]!.killed).toBe(true);
  keys("\x01c");
  expect(windows.frame().bar).toContain("1$ shell*");
  shells[1]!.ended = true;
  windows.touched(shells[1]!);
  expect(windows.frame().bar).not.toContain("1$");
});

test("M watches a window: what happens there is told and marked until it is seen", () => {
  const { windows, panes, keys } = setup();
  keys("\x011", "\x01M");
  expect(windows.frame().bar).toBe("Window 1 (key) is now being monitored for all activity.");
  expect(windows.touched(panes[1]!)).toBe(true);
  keys("\x010");
  expect(windows.touched(panes[2]!)).toBe(false);
  expect(windows.touched(panes[1]!)).toBe(false);
  expect(windows.frame().bar).toBe("Activity in window 1");
  keys("x");
  expect(windows.frame().bar).toBe("0$ shell*  1-@$ key  2$ n-sch");
  keys("\x011", "\x010");
  expect(windows.frame().bar).toBe("0$ shell*  1-$ key  2$ n-sch");
});

test("LG-10 S and | split, Tab goes round, X and Q remove; windows get the size of their region", () => {
  const { windows, panes, keys } = setup();
  keys("\x01S");
  let { pieces } = windows.frame();
  expect(pieces.map(({ caption }) => caption)).toEqual([" *0 shell", "  --"]);
  expect(panes[0]!.size).toBe("80x11");
  keys("\x01\t", "\x011", "\x01|", "\x01\t", "\x012");
  ({ pieces } = windows.frame());
  expect(pieces.map(({ rows, caption }) => [rows[0], caption])).toEqual([
    ["shell 80x11", "  0 shell"],
    ["key 40x10", "  1 key"],
    ["n-sch 39x10", " *2 n-sch"],
  ]);
  expect(windows.frame().dividers).toEqual([{ x: 40, y: 12, height: 11 }]);
  keys("\x01X");
  expect(windows.frame().pieces).toHaveLength(2);
  expect(windows.current?.title).toBe("key");
  keys("\x01Q");
  expect(windows.frame().pieces.map(({ caption }) => caption)).toEqual([null]);
  expect(panes[1]!.size).toBe("80x23");
});

test("an empty region has no window to act on; one that is too small is not split", () => {
  const { windows, keys } = setup();
  keys("\x01S", "\x01\t", "\x01[");
  expect(windows.frame().bar).toBe(": copy: window required");
  for (let i = 0; i < 6; i++) keys("\x01S");
  expect(windows.frame().bar).toBe("The region is too small to be split.");
  windows.resize(20, 2);
  expect(() => windows.frame()).not.toThrow();
});

test("what was copied is pasted elsewhere", () => {
  const { windows, panes, keys } = setup();
  keys("\x01[");
  expect(windows.frame().bar).toBe("Copy mode - Column 1 Line 2(+0) (80,23)");
  keys("k", "Y");
  expect(windows.frame().bar).toBe("Copied 9 characters into buffer");
  keys("\x011", "\x01]");
  expect(panes[1]!.typed).toBe("shell one");
});

test("H writes to screenlog.N until pressed again, h the screen to hardcopy.N", () => {
  const { panes, keys, files } = setup();
  keys("\x01H");
  panes[0]!.tap?.("hello\n");
  keys("\x01H");
  expect(panes[0]!.tap).toBeNull();
  keys("\x01h");
  expect(files).toEqual({ "screenlog.0": "hello\n", "hardcopy.0": "shell one\nshell two\n" });
});

test("the wheel scrolls what is under the mouse and leaves at the bottom", () => {
  const { windows, panes, keys } = setup();
  panes[0]!.history = () =>
    Array.from({ length: 50 }, (_, i) => ({ text: `${i}`, drawn: `${i}`, continued: false }));
  keys("\x1b[<64;1;1M");
  expect(windows.frame().pieces[0]!.rows[0]).toBe("24");
  keys("\x1b[<65;1;1M");
  expect(windows.frame().pieces[0]!.rows).toEqual(["shell 80x23"]);
});

test("colours and wrapping are switched for all windows", () => {
  const { windows, look, keys } = setup();
  keys("\x01%");
  expect(look.colours).toBe(false);
  expect(windows.frame().bar).toBe("Colours are off.");
  keys("\x01:colours on\r", "\x01r");
  expect(look).toEqual({ colours: true, wrap: false });
});

const ID = "req-0c9b0b4e-4b57-4a4e-8f0c-6f3d5d0f7f8e";

test("/ filters a service's window, T follows the newest request of the window", () => {
  const { windows, keys } = setup();
  const look = { colours: false, wrap: true };
  const unused = () => {
    throw new Error("not asked for");
  };
  const pane = new ServicePane({
    title: "n-api",
    look,
    cwd: "/",
    changed: () => {},
    control: { stop: unused, start: unused, shell: unused },
  });
  windows.add(pane);
  keys("\x013");
  pane.add({ serial: 1, window: "n-api", level: "INFO", text: `x [${ID} demo demo] y` });
  pane.add({ serial: 2, window: "n-api", level: "INFO", text: "other" });
  keys("/");
  expect(windows.frame().question).toBe("Filter (empty: all lines): ");
  keys("oth\r");
  expect(windows.frame().pieces[0]!.rows).toEqual(["other"]);
  expect(windows.frame().bar).toEndWith(" [/oth]");
  keys("\x01/", "\r", "\x01T");
  expect(windows.frame().question).toBe(`Follow request: ${ID}`);
  keys("\r");
  expect(windows.current?.title).toBe(`trace ${ID}`);
});

test("LG-08 a request is followed through the windows, and its hops lead there", () => {
  const gone: string[] = [];
  const line = (serial: number, window: string, ms: number, text: string) => ({
    serial,
    window,
    level: "INFO" as const,
    text: `2013-02-27 17:39:31.${ms} 1 INFO m [${ID} demo demo] ${text}`,
  });
  const pane = new TracePane({
    requestId: ID,
    lines: [line(1, "key", 100, "token"), line(3, "n-api", 105, "boot"), line(4, "n-api", 106, "cast")],
    look: { colours: false, wrap: true },
    changed: () => {},
    go: (window, serial) => gone.push(`${window} ${serial}`),
  });
  pane.add(line(9, "n-sch", 130, "host chosen"));
  pane.add({ ...line(10, "n-sch", 131, ""), text: "another request" });
  const rows = pane.draw(100, 12);
  expect(rows[0]).toContain(`${ID}: key > n-api > n-sch`);
  expect(rows.slice(1, 8).map((row) => row.replace(/^17:\S+ 1 INFO m \[\S+ demo demo\] /, ""))).toEqual([
    "-- key  +0 ms --",
    "token",
    "-- n-api  +5 ms --",
    "boot",
    "cast",
    "-- n-sch  +30 ms --",
    "host chosen",
  ]);
  pane.type("\r");
  pane.type("pp\r");
  expect(gone).toEqual(["n-sch 9", "n-api 3"]);
  pane.type("q");
  expect(pane.ended).toBe(true);
});
