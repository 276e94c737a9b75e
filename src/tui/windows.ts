// The windows together: what was typed goes where it belongs, and what is on the screen.

import { type Input, KeyReader } from "./keys.ts";
import type { Divider } from "./layout.ts";
import type { Cursor, Pane } from "./pane.ts";
import { ServicePane } from "./service-pane.ts";
import { WindowCommands } from "./window-commands.ts";
import { type Window, WindowSet, type WindowsOptions } from "./window-set.ts";

export interface Piece {
  x: number;
  y: number;
  width: number;
  height: number;
  rows: string[];
  /** Below the rows, when there are several regions. */
  caption: string | null;
}

export interface Frame {
  pieces: Piece[];
  dividers: readonly Divider[];
  /** Over the last row of the windows. */
  question: string | null;
  cursor: Cursor | null;
  /** The last row: the windows, or a message. */
  bar: string;
}

const WHEEL_ROWS = 3;

export class Windows {
  #set: WindowSet;
  #commands: WindowCommands;
  #keys = new KeyReader();

  constructor(panes: readonly Pane[], options: WindowsOptions) {
    this.#set = new WindowSet(options);
    this.#commands = new WindowCommands(this.#set);
    for (const pane of panes) this.add(pane);
    this.select(0);
  }

  get current(): Pane | null {
    return this.#set.current;
  }

  /** The window gets the lowest free number. */
  add(pane: Pane): number {
    return this.#set.add(pane);
  }

  /** False when there is no window of that number. */
  select(number: number): boolean {
    return this.#set.select(number);
  }

  /** A message in the last line, until a key is pressed or five seconds have passed. */
  say(text: string): void {
    this.#set.say(text);
  }

  /** Something in this window has changed. True when the screen shows it. */
  touched(pane: Pane): boolean {
    return this.#set.touched(pane);
  }

  /** Closes the files that were begun with Ctrl-A H. */
  close(): void {
    this.#set.close();
  }

  input(chunk: string): void {
    this.#set.clearMessage();
    for (const input of this.#keys.read(chunk)) this.#take(input);
  }

  resize(width: number, height: number): void {
    this.#set.size = { width, height };
    this.#set.fit();
  }

  /** Shows a service's window at one of its lines. */
  show(title: string, serial: number): void {
    const window = this.#set.windows.find(({ pane }) => pane.title === title);
    if (!window) return;
    this.#set.select(window.number);
    const here = this.#set.here();
    if (window.pane instanceof ServicePane)
      this.#commands.beginCopy(window, here, window.pane.rowOf(serial, here.width));
  }

  frame(): Frame {
    const { width, height } = this.#set.size;
    const { placed, dividers } = this.#set.layout.place(width, height - 1);
    let cursor: Cursor | null = null;
    const pieces = placed.map((place): Piece => {
      const { region, x, y } = place;
      const window = this.#set.find(region.window);
      const focused = region === this.#set.layout.focused;
      const size = [place.width, place.height] as const;
      const overlay = focused && this.#set.overlay?.place === "region" ? this.#set.overlay : null;
      const view = window?.copy ?? window?.pane;
      const rows = overlay?.rows(...size) ?? view?.draw(...size) ?? [];
      const at = focused && !overlay ? (view?.cursor(...size) ?? null) : null;
      if (at) cursor = { x: x + at.x, y: y + at.y };
      return { ...place, rows, caption: this.#set.layout.split ? this.#caption(window, focused) : null };
    });
    const line = this.#set.overlay?.place === "line" ? this.#set.overlay : null;
    const asked = line?.cursor?.(width);
    if (asked) cursor = { x: asked.x, y: height - 2 };
    return {
      pieces,
      dividers,
      question: line?.rows(width, 1)[0] ?? null,
      cursor,
      bar: this.#set.message?.text ?? this.#set.bar(width),
    };
  }

  #caption(window: Window | null, focused: boolean): string {
    return ` ${focused ? "*" : " "}${window ? `${window.number} ${window.title}` : "--"}`;
  }

  #take(input: Input): void {
    if (input.kind === "command") this.#commands.run(input.command);
    else if (input.kind === "wheel") this.#wheel(input);
    else if (this.#set.overlay) {
      const overlay = this.#set.overlay;
      // What it answers may have opened another one.
      if (!overlay.type(input.text) && this.#set.overlay === overlay) this.#set.overlay = null;
    } else this.#type(input.text);
  }

  #type(text: string): void {
    const window = this.#set.focused;
    if (!window) return;
    if (window.copy) {
      if (!window.copy.type(text)) window.copy = null;
    } else if (text.startsWith("/") && window.pane instanceof ServicePane && window.pane.running) {
      this.#commands.askFilter("");
      if (text.length > 1) this.#take({ kind: "text", text: text.slice(1) });
    } else {
      window.pane.type(text);
      if (window.pane.ended) this.#set.remove(window);
    }
  }

  #wheel({ direction, x, y }: { direction: "up" | "down"; x: number; y: number }): void {
    if (this.#set.overlay) return void this.#set.overlay.type(direction === "up" ? "\x1b[A" : "\x1b[B");
    const { width, height } = this.#set.size;
    const under = this.#set.layout
      .place(width, height - 1)
      .placed.find((p) => x >= p.x && x < p.x + p.width && y >= p.y && y <= p.y + p.height);
    const place = under ?? this.#set.here();
    const window = this.#set.find(place.region.window);
    if (!window || (!window.copy && direction === "down")) return;
    window.copy ??= this.#commands.copyMode(window, place);
    window.copy.scroll(direction === "up" ? -WHEEL_ROWS : WHEEL_ROWS);
    if (direction === "down" && window.copy.above === 0) window.copy = null;
  }
}
