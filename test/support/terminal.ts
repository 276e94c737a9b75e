// A terminal of 80 x 24 that a test types into and reads: tmux, with a server of its own.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./stack.ts";

const WAIT_MS = 20_000;
const POLL_MS = 50;

export class TestTerminal implements AsyncDisposable {
  /** Home of what runs in it. */
  readonly folder = mkdtempSync(join(tmpdir(), "stack-tui-"));
  #socket = join(this.folder, "tmux");
  #env = {
    PATH: process.env["PATH"],
    HOME: this.folder,
    TERM: "xterm-256color",
    LANG: "C.UTF-8",
    SHELL: "/bin/sh",
    PS1: "$ ",
  };

  /** Begins with a shell command in it; `TERM=... command` chooses another kind of terminal. */
  static async open(command: string, size = { width: 80, height: 24 }): Promise<TestTerminal> {
    const terminal = new TestTerminal();
    const { width, height } = size;
    const kept = `${command}; exec sleep 1000`;
    const session = ["new-session", "-d", "-s", "t", "-x", String(width), "-y", String(height)];
    await terminal.#tmux("-f", "/dev/null", ...session, "-c", terminal.folder, kept);
    return terminal;
  }

  /** Another command in the same terminal; what ran there is ended. */
  async command(command: string): Promise<void> {
    await this.#tmux("respawn-pane", "-k", "-t", "t", "-c", this.folder, `${command}; exec sleep 1000`);
  }

  /** Keys by tmux's names: `C-a`, `Enter`, `Up`; anything else is typed as it is. */
  async keys(...names: string[]): Promise<void> {
    await this.#tmux("send-keys", "-t", "t", ...names);
  }

  /** After Ctrl-A. */
  async screen(...names: string[]): Promise<void> {
    await this.keys("C-a", ...names);
  }

  async resize(width: number, height: number): Promise<void> {
    await this.#tmux("resize-window", "-t", "t", "-x", String(width), "-y", String(height));
  }

  /** What it shows; with `colours`, the escape sequences too. */
  async text(colours = false): Promise<string> {
    return (await this.#tmux("capture-pane", "-p", ...(colours ? ["-e"] : []), "-t", "t")).stdout;
  }

  /** What it shows, as soon as that is what is wanted. Fails when it never is. */
  async shows(wanted: string | RegExp, colours = false): Promise<string> {
    const deadline = Date.now() + WAIT_MS;
    for (;;) {
      const text = await this.text(colours);
      if (typeof wanted === "string" ? text.includes(wanted) : wanted.test(text)) return text;
      if (Date.now() > deadline) throw new Error(`the screen never showed ${wanted}:\n${text}`);
      await Bun.sleep(POLL_MS);
    }
  }

  /** The last row. */
  async bar(): Promise<string> {
    return (await this.text()).trimEnd().split("\n").at(-1)!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server");
    rmSync(this.folder, { recursive: true, force: true });
  }

  #tmux(...args: string[]) {
    return run(["tmux", "-S", this.#socket, ...args], { env: this.#env });
  }
}
