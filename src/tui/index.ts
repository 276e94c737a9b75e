// The terminal UI of a running cloud, as `screen -r stack` shows a DevStack machine: one window per service with its
// live log, a shell in window 0, screen's keys. It talks to the cloud through the control socket only, so it can come
// and go, and several can look at once.

import type { ControlClient } from "../control/client.ts";
import { makeBox, makeScreen } from "./blessed.ts";
import type { Pane } from "./pane.ts";
import { type ServiceControl, ServicePane } from "./service-pane.ts";
import { ShellPane } from "./shell-pane.ts";
import { type Ending, Windows } from "./windows.ts";

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

/** Resolves when the user detaches or quits, or the cloud ends. */
export async function runTui(options: TuiOptions): Promise<Ending | "cloud-ended"> {
  const { client, env, colours } = options;
  const { Terminal } = await import("@xterm/headless");
  const status = await client.status();
  const screen = makeScreen(process.stdout, options.sessionName);
  const body = makeBox({ parent: screen, top: 0, left: 0, width: "100%", height: "100%-1" });
  const bar = makeBox({
    parent: screen,
    bottom: 0,
    left: 0,
    width: "100%",
    height: 1,
    style: { inverse: true },
  });
  const over = Promise.withResolvers<Ending | "cloud-ended">();
  const follow = new AbortController();

  let drawing: Timer | null = null;
  const draw = () => {
    drawing = null;
    const width = Number(screen.width);
    const frame = windows.frame(width, Number(screen.height));
    body.setContent(frame.rows.join("\n"));
    bar.setContent(frame.bar.padEnd(width));
    screen.render();
    const { program } = screen;
    if (frame.cursor) {
      program.cup(frame.cursor.y, frame.cursor.x);
      program.showCursor();
    } else program.hideCursor();
    program.flush();
  };
  const changed = () => {
    drawing ??= setTimeout(draw, 1000 / MAX_FPS);
  };

  const control = serviceControl(client, env);
  const services = new Map(
    status.services.map(({ window }) => [
      window,
      new ServicePane({ title: window, control, changed, colours }),
    ]),
  );
  const shell = new ShellPane({ Terminal, command: [env["SHELL"] ?? "/bin/sh"], env, changed });
  const panes: Pane[] = [shell, ...services.values()];
  const windows = new Windows(panes, over.resolve, () => {
    screen.realloc();
    changed();
  });

  const applyStatus = (found: typeof status) => {
    for (const { window, state } of found.services) {
      services.get(window)?.setRunning(state === "running" || state === "starting");
    }
  };
  const resize = () => {
    windows.resize(Number(screen.width), Number(screen.height));
    changed();
  };
  const onInput = (chunk: Buffer) => {
    windows.input(chunk.toString("utf8"));
    changed();
  };
  const poll = setInterval(() => {
    client.status().then(applyStatus, () => over.resolve("cloud-ended"));
  }, STATUS_EVERY_MS);
  const following = (async () => {
    for await (const line of client.follow(null, follow.signal)) services.get(line.window)?.add(line);
  })().catch(() => over.resolve("cloud-ended"));

  screen.on("resize", resize);
  process.stdin.setRawMode(true);
  process.stdin.on("data", onInput);
  process.stdin.resume();
  screen.program.write("\x1b[?1000h\x1b[?1006h"); // mouse reports, for the wheel
  windows.select(panes.length > 1 ? 1 : 0);
  applyStatus(status);
  resize();
  try {
    return await over.promise;
  } finally {
    clearInterval(poll);
    if (drawing) clearTimeout(drawing);
    follow.abort();
    await following;
    shell.close();
    process.stdin.off("data", onInput);
    process.stdin.pause();
    process.stdin.setRawMode(false);
    screen.program.write("\x1b[?1000l\x1b[?1006l");
    screen.destroy();
  }
}

function serviceControl(client: ControlClient, env: Record<string, string | undefined>): ServiceControl {
  return {
    stop: (window) => client.service(window, "stop"),
    start: (window) => client.service(window, "start"),
    async shell(line, print) {
      const child = Bun.spawn(["/bin/sh", "-c", line], {
        env,
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      });
      const relay = async (stream: ReadableStream<Uint8Array>) => {
        let rest = "";
        const decoder = new TextDecoder();
        for await (const chunk of stream) {
          const rows = (rest + decoder.decode(chunk, { stream: true })).split("\n");
          rest = rows.pop()!;
          for (const row of rows) print(row);
        }
        if (rest !== "") print(rest);
      };
      await Promise.all([relay(child.stdout), relay(child.stderr)]);
      await child.exited;
    },
  };
}
