// The terminal UI of a running cloud, as `screen -r stack` shows a DevStack machine: one window per service with its
// live log, a shell in window 0, screen's keys. It talks to the cloud through the control socket only, so it can come
// and go, and several can look at once.

import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import type { Terminal } from "@xterm/headless";
import type { ControlClient } from "../control/client.ts";
import { openLogFile } from "../core/log-file.ts";
import { VERSION } from "../version.ts";
import { makeScreen, type Screen } from "./blessed.ts";
import { Canvas } from "./canvas.ts";
import { inDevstackOrder } from "./order.ts";
import type { Pane } from "./pane.ts";
import { type Look, type ServiceControl, ServicePane } from "./service-pane.ts";
import { ShellPane } from "./shell-pane.ts";
import { TerminalProgram } from "./terminal-program.ts";
import { TracePane } from "./trace-pane.ts";
import type { Ending } from "./window-set.ts";
import { Windows } from "./windows.ts";

export interface TuiOptions {
  client: ControlClient;
  /** Environment of the shell: the caller's with the credentials. */
  env: Record<string, string | undefined>;
  colours: boolean;
  sessionName: string;
}

/** Frames per second at most. */
const MAX_FPS = 60;
const STATUS_EVERY_MS = 1000;
/** Mouse reports, for the wheel. */
const MOUSE_ON = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF = "\x1b[?1006l\x1b[?1000l";

/** Resolves when the user detaches or quits, or the cloud ends. */
export async function runTui(options: TuiOptions): Promise<Ending | "cloud-ended"> {
  const { client, env } = options;
  const { Terminal } = await import("@xterm/headless");
  const status = await client.status();
  const screen = makeScreen(process.stdout, options.sessionName);
  const canvas = new Canvas(screen);
  const over = Promise.withResolvers<Ending | "cloud-ended">();
  const follow = new AbortController();
  const look: Look = { colours: options.colours && screen.tput.colors >= 8, wrap: true };

  const painter = new Painter(screen, canvas, () => windows);
  const touched = (pane: Pane) => {
    if (windows.touched(pane)) painter.soon();
  };
  const traces = new Set<TracePane>();
  const control = serviceControl(client, env, Terminal);
  const cwd = env["HOME"] ?? process.cwd();
  const services = new Map(
    inDevstackOrder(status.services).map(({ window }) => [
      window,
      new ServicePane({ title: window, control, changed: touched, look, cwd }),
    ]),
  );
  const newShell = (lasting: boolean) =>
    new ShellPane({ Terminal, command: [env["SHELL"] ?? "/bin/sh"], env, lasting, changed: touched });
  const windows: Windows = new Windows([], {
    look,
    version: `stack ${VERSION}`,
    hostName: hostname(),
    end: over.resolve,
    changed: () => painter.soon(),
    redraw: () => {
      screen.realloc();
      canvas.forget();
      painter.soon();
    },
    newShell: () => newShell(false),
    newTrace: (requestId) => {
      const known = [...services].flatMap(([window, pane]) =>
        pane.entries
          .filter(({ serial, text }) => serial > 0 && text.includes(requestId))
          .map((entry) => ({ ...entry, window })),
      );
      const trace = new TracePane({
        requestId,
        lines: known.sort((a, b) => a.serial - b.serial),
        look,
        changed: touched,
        go: (window, serial) => windows.show(window, serial),
      });
      traces.add(trace);
      return trace;
    },
    writeFile: (name, text) => writeFileSync(name, text),
    openLog: (name) => openLogFile(name),
  });
  const shell = newShell(true);
  for (const pane of [shell, ...services.values()]) windows.add(pane);

  const applyStatus = (found: typeof status) => {
    for (const { window, state } of found.services) {
      services.get(window)?.setRunning(state === "running" || state === "starting");
    }
  };
  const resize = () => {
    canvas.forget();
    windows.resize(Number(screen.width), Number(screen.height));
    painter.soon();
  };
  const decoder = new TextDecoder();
  const onInput = (chunk: Buffer) => {
    windows.input(decoder.decode(chunk, { stream: true }));
    painter.soon();
  };
  const poll = setInterval(() => {
    client.status().then(applyStatus, () => over.resolve("cloud-ended"));
  }, STATUS_EVERY_MS);
  const following = (async () => {
    for await (const line of client.follow(null, follow.signal)) {
      services.get(line.window)?.add(line);
      for (const trace of traces) trace.ended ? traces.delete(trace) : trace.add(line);
    }
  })().catch(() => over.resolve("cloud-ended"));

  screen.on("resize", resize);
  process.stdin.setRawMode(true);
  process.stdin.on("data", onInput);
  process.stdin.resume();
  process.stdout.write(MOUSE_ON);
  windows.select(0);
  windows.say("Ctrl-A ? tells the keys; Ctrl-A d leaves, the cloud runs on.");
  applyStatus(status);
  resize();
  try {
    return await over.promise;
  } finally {
    clearInterval(poll);
    painter.stop();
    follow.abort();
    await following;
    windows.close();
    process.stdin.off("data", onInput);
    process.stdin.pause();
    process.stdin.setRawMode(false);
    process.stdout.write(MOUSE_OFF);
    screen.destroy();
    await shell.kill();
  }
}

/** Draws when something has changed, at most so many times a second. */
class Painter {
  #screen: Screen;
  #canvas: Canvas;
  #windows: () => Windows;
  #timer: Timer | null = null;
  #stopped = false;

  constructor(screen: Screen, canvas: Canvas, windows: () => Windows) {
    this.#screen = screen;
    this.#canvas = canvas;
    this.#windows = windows;
  }

  soon(): void {
    if (!this.#stopped) this.#timer ??= setTimeout(() => this.#draw(), 1000 / MAX_FPS);
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  #draw(): void {
    this.#timer = null;
    const { program } = this.#screen;
    const frame = this.#windows().frame();
    this.#canvas.draw(frame);
    if (frame.cursor) {
      program.cup(frame.cursor.y, frame.cursor.x);
      program.showCursor();
    } else program.hideCursor();
    program.flush();
  }
}

function serviceControl(
  client: ControlClient,
  env: Record<string, string | undefined>,
  terminal: typeof Terminal,
): ServiceControl {
  return {
    stop: (window) => client.service(window, "stop"),
    start: (window) => client.service(window, "start"),
    shell: ({ line, ...options }) =>
      new TerminalProgram({ Terminal: terminal, command: ["/bin/sh", "-c", line], env, ...options }),
  };
}
