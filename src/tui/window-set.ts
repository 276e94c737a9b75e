// What the windows are: their numbers, the regions that show them, the message in the last line.

import type { LogFile } from "../core/log.ts";
import type { CopyMode } from "./copy-mode.ts";
import { Layout, type Placed } from "./layout.ts";
import type { Overlay } from "./overlay.ts";
import type { Pane } from "./pane.ts";
import { type Look, ServicePane } from "./service-pane.ts";
import { statusBar } from "./statusbar.ts";

export type Ending = "detach" | "quit";

export interface WindowsOptions {
  look: Look;
  version: string;
  hostName: string;
  end(how: Ending): void;
  /** Something is to be drawn. */
  changed(): void;
  /** Everything is to be drawn anew. */
  redraw(): void;
  /** A shell for Ctrl-A c. */
  newShell(): Pane;
  /** A view of one request. */
  newTrace(requestId: string): Pane;
  /** Ctrl-A h and H write in the folder where the program was started. */
  writeFile(name: string, text: string): void;
  openLog(name: string): LogFile;
}

export interface Window {
  number: number;
  title: string;
  pane: Pane;
  copy: CopyMode | null;
  monitored: boolean;
  activity: boolean;
  /** Where its output goes as well. */
  log: LogFile | null;
}

/** screen's `msgwait`. */
const MESSAGE_MS = 5000;

export class WindowSet {
  readonly options: WindowsOptions;
  readonly layout = new Layout();
  windows: Window[] = [];
  /** Services whose window has been ended; they come back when they run. */
  ended: Window[] = [];
  /** Number of the window before the current one. */
  previous: number | null = null;
  overlay: Overlay | null = null;
  message: { text: string; timer: Timer } | null = null;
  lastMessage = "";
  /** What was copied. */
  paste = "";
  size = { width: 80, height: 24 };

  constructor(options: WindowsOptions) {
    this.options = options;
  }

  get current(): Pane | null {
    return this.focused?.pane ?? null;
  }

  /** The window gets the lowest free number. */
  add(pane: Pane): number {
    let number = 0;
    while ([...this.windows, ...this.ended].some((window) => window.number === number)) number++;
    const blank = { copy: null, monitored: false, activity: false, log: null };
    this.windows.push({ number, title: pane.title, pane, ...blank });
    this.sort();
    return number;
  }

  select(number: number): boolean {
    const region = this.layout.focused;
    if (!this.find(number)) return false;
    if (region.window !== number) {
      this.previous = region.window ?? this.previous;
      region.window = number;
      this.fit();
    }
    return true;
  }

  /** A message in the last line, until a key is pressed or five seconds have passed. */
  say(text: string): void {
    this.clearMessage();
    const timer = setTimeout(() => {
      this.message = null;
      this.options.changed();
    }, MESSAGE_MS);
    timer.unref();
    this.message = { text, timer };
    this.lastMessage = text;
    this.options.changed();
  }

  clearMessage(): void {
    if (!this.message) return;
    clearTimeout(this.message.timer);
    this.message = null;
  }

  get focused(): Window | null {
    return this.find(this.layout.focused.window);
  }

  find(number: number | null): Window | null {
    return this.windows.find((window) => window.number === number) ?? null;
  }

  sort(): void {
    this.windows.sort((a, b) => a.number - b.number);
  }

  bar(width: number): string {
    const items = this.windows.map(({ number, title, pane, activity }) => ({
      number,
      title,
      alert: pane.alert,
      activity,
    }));
    const filter = this.current instanceof ServicePane ? this.current.filterText : "";
    const note = filter === "" ? "" : ` [/${filter}]`.slice(0, Math.floor(width / 2));
    const bar = statusBar(items, this.layout.focused.window, this.previous, width - note.length);
    return note === "" ? bar : `${bar.padEnd(width - note.length)}${note}`;
  }

  windowsLine(): string {
    return this.bar(Number.MAX_SAFE_INTEGER).slice(0, this.size.width);
  }

  here(): Placed {
    const { width, height } = this.size;
    const { placed } = this.layout.place(width, height - 1);
    return placed.find(({ region }) => region === this.layout.focused)!;
  }

  /** Windows have the size of a region that shows them; the focused one counts before others. */
  fit(): void {
    const { width, height } = this.size;
    const { placed } = this.layout.place(width, height - 1);
    const focused = placed.filter(({ region }) => region === this.layout.focused);
    for (const { region, ...place } of [...placed, ...focused]) {
      const window = this.find(region.window);
      if (!window) continue;
      window.activity = false;
      window.pane.resize(place.width, Math.max(1, place.height));
    }
  }

  remove(window: Window): void {
    this.windows = this.windows.filter((other) => other !== window);
    window.log?.close();
    if (window.pane instanceof ServicePane) this.ended.push({ ...window, copy: null, log: null });
    const next = this.find(this.previous) ?? this.windows.at(-1) ?? null;
    for (const region of this.layout.regions) {
      if (region.window === window.number) region.window = next?.number ?? null;
    }
    this.previous = null;
    this.fit();
    if (this.windows.length === 0) this.options.end("detach");
    this.options.changed();
  }

  /** A service whose window was ended runs again. */
  revive(pane: Pane): void {
    const window = this.ended.find((candidate) => candidate.pane === pane);
    if (!window || pane.alert) return;
    this.ended = this.ended.filter((other) => other !== window);
    this.windows.push(window);
    this.sort();
  }

  /** Something in this window has changed. True when the screen shows it. */
  touched(pane: Pane): boolean {
    const window = this.windows.find((candidate) => candidate.pane === pane);
    if (!window) {
      this.revive(pane);
      return true;
    }
    if (pane.ended) {
      this.remove(window);
      return true;
    }
    const visible = this.layout.regions.some((region) => region.window === window.number);
    if (!visible && window.monitored && !window.activity) {
      window.activity = true;
      this.say(`Activity in window ${window.number}`);
    }
    return visible;
  }

  /** Closes the files that were begun with Ctrl-A H. */
  close(): void {
    this.clearMessage();
    for (const { log } of this.windows) log?.close();
  }
}
