// A window with a real shell, with the credentials in its environment. Window 0 stays when its shell ends, Enter starts
// another; the others go with their shell, as in GNU screen.

import type { Terminal } from "@xterm/headless";
import type { CopyRow, Cursor, Pane } from "./pane.ts";
import { TerminalProgram } from "./terminal-program.ts";

export interface ShellOptions {
  Terminal: typeof Terminal;
  command: readonly string[];
  env: Record<string, string | undefined>;
  /** It stays when its shell ends. */
  lasting: boolean;
  changed: (pane: Pane) => void;
}

const FAREWELL = "[the shell has ended; Enter starts another]";

export class ShellPane implements Pane {
  readonly title = "shell";
  readonly alert = false;
  ended = false;
  tap: Pane["tap"] = null;
  #options: ShellOptions;
  #program: TerminalProgram | null = null;
  /** What the last shell left, when there is none. */
  #remains: CopyRow[] = [];
  #size = { width: 80, height: 23 };

  constructor(options: ShellOptions) {
    this.#options = options;
    this.#start();
  }

  draw(_width: number, height: number): string[] {
    if (this.#program) return this.#program.draw(height);
    return [...this.#remains.slice(-(height - 1)).map(({ drawn }) => drawn), FAREWELL].slice(-height);
  }

  cursor(): Cursor | null {
    return this.#program?.cursor ?? null;
  }

  type(text: string): void {
    if (this.#program) this.#program.type(text);
    else if (text.includes("\r")) this.#start();
  }

  history(): CopyRow[] {
    return this.#program?.history() ?? this.#remains;
  }

  resize(width: number, height: number): void {
    this.#size = { width, height };
    this.#program?.resize(width, height);
  }

  clear(): void {
    this.#program?.clear();
    this.#remains = [];
  }

  async kill(): Promise<void> {
    await this.#program?.kill();
  }

  info(): string {
    return this.#options.command[0]!;
  }

  #start(): void {
    const { Terminal, command, env, changed } = this.#options;
    this.#program = new TerminalProgram({
      Terminal,
      command,
      env,
      ...this.#size,
      changed: () => changed(this),
      output: (text) => this.tap?.(text),
      exited: () => this.#exited(),
    });
  }

  #exited(): void {
    this.#remains = this.#program?.history() ?? [];
    this.#program?.dispose();
    this.#program = null;
    this.ended = !this.#options.lasting;
    this.#options.changed(this);
  }
}
