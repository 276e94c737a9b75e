// The windows together: which one is current, what the keys after Ctrl-A do, what is on the screen.

import { type Input, KeyReader, type ScreenCommand } from "./keys.ts";
import type { Pane } from "./pane.ts";
import { statusBar } from "./statusbar.ts";

/** Something over the current window that takes the keys: a list, a question, the help. */
interface Overlay {
  rows(): string[];
  /** False ends it. */
  type(text: string): boolean;
}

export interface Frame {
  rows: string[];
  cursor: { x: number; y: number } | null;
  bar: string;
}

export type Ending = "detach" | "quit";

const HELP = [
  "Ctrl-A, then",
  "",
  "  n  space     next window            p  backspace  previous window",
  "  0-9          window of that number  '             ask for a number or name",
  '  "            list of windows        Ctrl-A        the window before this one',
  "  [  Esc       scroll back            l             draw anew",
  "  d            detach: the cloud runs on",
  "  \\            stop everything and quit",
  "",
  "In a service's window Ctrl-C stops the service; Up shows the line that starts it, Enter runs it.",
  "Window 0 is a shell with the administrator's credentials.",
];

export class Windows {
  readonly panes: readonly Pane[];
  #keys = new KeyReader();
  #current = 0;
  #previous: number | null = null;
  #overlay: Overlay | null = null;
  #end: (how: Ending) => void;
  #redraw: () => void;

  constructor(panes: readonly Pane[], end: (how: Ending) => void, redraw: () => void) {
    this.panes = panes;
    this.#end = end;
    this.#redraw = redraw;
  }

  get current(): Pane {
    return this.panes[this.#current]!;
  }

  input(chunk: string): void {
    for (const input of this.#keys.read(chunk)) this.#take(input);
  }

  resize(width: number, height: number): void {
    for (const pane of this.panes) pane.resize(width, height - 1);
  }

  frame(width: number, height: number): Frame {
    const room = height - 1;
    return {
      rows: (this.#overlay?.rows() ?? this.current.draw(width, room)).slice(0, room),
      cursor: this.#overlay ? null : this.current.cursor(width, room),
      bar: statusBar(this.panes, this.#current, this.#previous, width),
    };
  }

  select(index: number): void {
    if (index === this.#current || !this.panes[index]) return;
    this.#previous = this.#current;
    this.#current = index;
  }

  #take(input: Input): void {
    if (input.kind === "command") this.#command(input.command);
    else if (input.kind === "wheel") this.current.wheel(input.direction);
    else if (this.#overlay) {
      if (!this.#overlay.type(input.text)) this.#overlay = null;
    } else this.current.type(input.text);
  }

  #command(command: ScreenCommand): void {
    const count = this.panes.length;
    this.#overlay = null;
    switch (command.kind) {
      case "next":
        return this.select((this.#current + 1) % count);
      case "previous":
        return this.select((this.#current + count - 1) % count);
      case "other":
        return this.select(this.#previous ?? this.#current);
      case "select":
        return this.select(command.window);
      case "copy-mode":
        return this.current.copyMode();
      case "redraw":
        return this.#redraw();
      case "detach":
        return this.#end("detach");
      case "help":
        this.#overlay = { rows: () => HELP, type: () => false };
        return;
      case "list":
        this.#overlay = this.#list();
        return;
      case "ask-window":
        this.#overlay = this.#question("Switch to window: ", (answer) => {
          const index = /^\d+$/.test(answer)
            ? Number(answer)
            : this.panes.findIndex((pane) => pane.title.startsWith(answer));
          this.select(index);
        });
        return;
      case "quit":
        this.#overlay = this.#question("Really stop every service and quit? [y/n] ", (answer) => {
          if (answer.toLowerCase().startsWith("y")) this.#end("quit");
        });
        return;
    }
  }

  #list(): Overlay {
    let at = this.#current;
    return {
      rows: () => [
        "Num Name",
        "",
        ...this.panes.map((pane, i) => {
          const row = `${String(i).padStart(3)} ${pane.title.padEnd(16)} ${pane.alert ? "stopped" : ""}`;
          return i === at ? `\x1b[7m${row}\x1b[m` : row;
        }),
      ],
      type: (text) => {
        if (text === "\x1b[A" || text === "\x1bOA" || text === "k") at = Math.max(0, at - 1);
        else if (text === "\x1b[B" || text === "\x1bOB" || text === "j")
          at = Math.min(this.panes.length - 1, at + 1);
        else {
          if (text === "\r") this.select(at);
          return false;
        }
        return true;
      },
    };
  }

  #question(question: string, answer: (text: string) => void): Overlay {
    let typed = "";
    return {
      rows: () => [`${question}${typed}`],
      type: (text) => {
        for (const ch of text) {
          if (ch === "\r") {
            answer(typed);
            return false;
          }
          if (ch === "\x1b" || ch === "\x03") return false;
          typed = ch === "\x7f" || ch === "\b" ? typed.slice(0, -1) : typed + ch;
        }
        return true;
      },
    };
  }
}
