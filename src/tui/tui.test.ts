import { describe, expect, test } from "bun:test";
import { KeyReader } from "./keys.ts";
import type { Pane } from "./pane.ts";
import { type ServiceControl, ServicePane } from "./service-pane.ts";
import { statusBar } from "./statusbar.ts";
import { harmless } from "./text.ts";
import { Windows } from "./windows.ts";

const bar = (titles: string[], current: number, previous: number | null, width: number) =>
  statusBar(
    titles.map((title) => ({ title, alert: false })),
    current,
    previous,
    width,
  );

describe("the status line", () => {
  const FULL = ["shell", "key", "g-reg", "g-api", "n-api", "n-cpu", "n-crt", "n-net", "n-sch"];

  test("DS-05 a Swift-only profile", () => {
    expect(bar(["shell", "key", "swift"], 0, null, 80)).toBe("0$ shell* 1$ key 2$ swift");
  });

  test("DS-06 DS-10 the full profile: current, previous, and dots for what does not fit", () => {
    expect(bar(FULL, 0, 8, 90)).toBe(
      "0$ shell* 1$ key 2$ g-reg 3$ g-api 4$ n-api 5$ n-cpu 6$ n-crt 7$ n-net 8-$ n-sch",
    );
    expect(bar(FULL, 0, null, 40)).toBe("0$ shell* 1$ key 2$ g-reg 3$ g-api ...");
  });

  test("the current window is always shown", () => {
    for (let width = 20; width < 90; width++) {
      for (let current = 0; current < FULL.length; current++) {
        const text = bar(FULL, current, null, width);
        expect(text.length).toBeLessThanOrEqual(width);
        expect(text).toContain(`${FULL[current]}*`);
      }
    }
  });

  test("a stopped service is marked", () => {
    expect(statusBar([{ title: "key", alert: true }], 0, null, 80)).toBe("0!$ key*");
  });
});

describe("keys", () => {
  test("DS-11 what follows Ctrl-A is a command, also over two reads", () => {
    const keys = new KeyReader();
    expect(keys.read("ls\x01n\x01")).toEqual([
      { kind: "text", text: "ls" },
      { kind: "command", command: { kind: "next" } },
    ]);
    expect(keys.read("3x")).toEqual([
      { kind: "command", command: { kind: "select", window: 3 } },
      { kind: "text", text: "x" },
    ]);
    expect(keys.read("\x01a")).toEqual([{ kind: "text", text: "\x01" }]);
  });

  test("the wheel scrolls; other mouse reports are dropped", () => {
    expect(new KeyReader().read("\x1b[<64;10;5Ma\x1b[<0;1;1m\x1b[A")).toEqual([
      { kind: "wheel", direction: "up" },
      { kind: "text", text: "a" },
      { kind: "text", text: "\x1b[A" },
    ]);
  });
});

function servicePane(control: Partial<ServiceControl> = {}) {
  const calls: string[] = [];
  const pane = new ServicePane({
    title: "n-sch",
    colours: false,
    changed: () => {},
    control: {
      stop: async (window) => void calls.push(`stop ${window}`),
      start: async (window) => void calls.push(`start ${window}`),
      shell: async (line, print) => print(`ran ${line}`),
      ...control,
    },
  });
  const add = (text: string) => pane.add({ serial: 1, window: "n-sch", level: "INFO", text });
  return { pane, calls, add };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("a service's window", () => {
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

  test("a start that fails leaves the prompt and says why", async () => {
    const { pane } = servicePane({ start: () => Promise.reject(new Error("bad plugin, line 3")) });
    pane.setRunning(false);
    pane.type("\x1b[A\r");
    await turn();
    expect(pane.draw(40, 10)).toEqual(["$ stack start n-sch", "bad plugin, line 3", "$ "]);
  });

  test("another line at the prompt is a shell's", async () => {
    const { pane } = servicePane();
    pane.setRunning(false);
    pane.type("ls\x7fs /\r");
    await turn();
    expect(pane.draw(40, 10)).toEqual(["$ ls /", "ran ls /", "$ "]);
  });

  test("DS-19 scroll-back stands still while lines come, and finds text", () => {
    const { pane, add } = servicePane();
    pane.resize(20, 5);
    for (let i = 0; i < 100; i++) add(`line ${i}`);
    expect(pane.draw(20, 5)).toEqual(["line 95", "line 96", "line 97", "line 98", "line 99"]);
    pane.copyMode();
    pane.type("\x1b[5~");
    const still = pane.draw(20, 5).slice(0, 4);
    expect(still).toEqual(["line 93", "line 94", "line 95", "line 96"]);
    add("line 100");
    expect(pane.draw(20, 5).slice(0, 4)).toEqual(still);
    for (const key of ["/", "l", "i", "n", "e", " ", "5", "0", "\r"]) pane.type(key);
    expect(pane.draw(20, 5).slice(0, 4).at(-1)).toBe("line 50");
    pane.type("q");
    expect(pane.draw(20, 5).at(-1)).toBe("line 100");
  });

  test("long lines wrap; nothing in a log line reaches the terminal as a command", () => {
    const { pane, add } = servicePane();
    add("abcdefgh");
    expect(pane.draw(5, 5)).toEqual(["abcde", "fgh"]);
    expect(harmless("a\x1b[2Jb\tc\x9b1m")).toBe("a?[2Jb    c?1m");
  });
});

describe("windows", () => {
  const pane = (title: string): Pane & { typed: string } => ({
    title,
    alert: false,
    typed: "",
    draw: () => [title],
    cursor: () => null,
    type(text) {
      this.typed += text;
    },
    wheel: () => {},
    copyMode: () => {},
    resize: () => {},
  });

  function setup() {
    const panes = ["shell", "key", "n-sch"].map(pane);
    const endings: string[] = [];
    const windows = new Windows(
      panes,
      (how) => endings.push(how),
      () => {},
    );
    return { panes, endings, windows };
  }

  test("Ctrl-A n, p, digits and Ctrl-A Ctrl-A move; text goes to the current window", () => {
    const { windows, panes } = setup();
    windows.input("\x01n");
    expect(windows.current.title).toBe("key");
    windows.input("\x012hello\x01\x01");
    expect(panes[2]!.typed).toBe("hello");
    expect(windows.current.title).toBe("key");
    windows.input("\x01p\x01p");
    expect(windows.current.title).toBe("n-sch");
    windows.input("\x019");
    expect(windows.current.title).toBe("n-sch");
  });

  test("the list and the question choose a window without leaking keys into it", () => {
    const { windows, panes } = setup();
    windows.input('\x01"');
    const highlighted = windows.frame(40, 10).rows.find((row) => row.startsWith("\x1b[7m"));
    expect(highlighted).toContain("0 shell");
    windows.input("j");
    windows.input("\r");
    expect(windows.current.title).toBe("key");
    windows.input("\x01'");
    windows.input("n-s\r");
    expect(windows.current.title).toBe("n-sch");
    expect(panes.map((p) => p.typed)).toEqual(["", "", ""]);
  });

  test("d detaches; quitting asks first", () => {
    const { windows, endings } = setup();
    windows.input("\x01\\");
    windows.input("n\r");
    expect(endings).toEqual([]);
    windows.input("\x01\\");
    windows.input("y\r");
    windows.input("\x01d");
    expect(endings).toEqual(["quit", "detach"]);
  });
});
