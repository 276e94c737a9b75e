// The windows together: which are on the screen, what the keys after Ctrl-A do, what stands in the last line. The words
// it says are GNU screen's.

import { loadavg } from "node:os";
import type { LogFile } from "../core/log.ts";
import { requestIdIn } from "../core/log-filter.ts";
import { commandOfLine, helpRows, type ScreenCommand } from "./commands.ts";
import { CopyMode } from "./copy-mode.ts";
import { type Input, KeyReader } from "./keys.ts";
import { type Divider, Layout, type Placed } from "./layout.ts";
import { listOverlay, type Overlay, questionOverlay, textOverlay } from "./overlay.ts";
import type { Cursor, Pane } from "./pane.ts";
import { type Look, ServicePane } from "./service-pane.ts";
import { statusBar } from "./statusbar.ts";

export type Ending = "detach" | "quit";

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

interface Window {
  number: number;
  title: string;
  pane: Pane;
  copy: CopyMode | null;
  monitored: boolean;
  activity: boolean;
  /** Where its output goes as well. */
  log: LogFile | null;
}

const WHEEL_ROWS = 3;
/** screen's `msgwait`. */
const MESSAGE_MS = 5000;

export class Windows {
  #options: WindowsOptions;
  #windows: Window[] = [];
  /** Services whose window has been ended; they come back when they run. */
  #ended: Window[] = [];
  #keys = new KeyReader();
  #layout = new Layout();
  #previous: number | null = null;
  #overlay: Overlay | null = null;
  #message: { text: string; timer: Timer } | null = null;
  #lastMessage = "";
  #paste = "";
  #size = { width: 80, height: 24 };

  constructor(panes: readonly Pane[], options: WindowsOptions) {
    this.#options = options;
    for (const pane of panes) this.add(pane);
    this.select(0);
  }

  get current(): Pane | null {
    return this.#focused?.pane ?? null;
  }

  /** The window gets the lowest free number. */
  add(pane: Pane): number {
    let number = 0;
    while ([...this.#windows, ...this.#ended].some((window) => window.number === number)) number++;
    const blank = { copy: null, monitored: false, activity: false, log: null };
    this.#windows.push({ number, title: pane.title, pane, ...blank });
    this.#sort();
    return number;
  }

  input(chunk: string): void {
    this.#clearMessage();
    for (const input of this.#keys.read(chunk)) this.#take(input);
  }

  resize(width: number, height: number): void {
    this.#size = { width, height };
    this.#fit();
  }

  /** Something in this window has changed. True when the screen shows it. */
  touched(pane: Pane): boolean {
    const window = this.#windows.find((candidate) => candidate.pane === pane);
    if (!window) {
      this.#revive(pane);
      return true;
    }
    if (pane.ended) {
      this.#remove(window);
      return true;
    }
    const visible = this.#layout.regions.some((region) => region.window === window.number);
    if (!visible && window.monitored && !window.activity) {
      window.activity = true;
      this.say(`Activity in window ${window.number}`);
    }
    return visible;
  }

  select(number: number): boolean {
    const region = this.#layout.focused;
    if (!this.#find(number)) return false;
    if (region.window !== number) {
      this.#previous = region.window ?? this.#previous;
      region.window = number;
      this.#fit();
    }
    return true;
  }

  /** A message in the last line, until a key is pressed or five seconds have passed. */
  say(text: string): void {
    this.#clearMessage();
    const timer = setTimeout(() => {
      this.#message = null;
      this.#options.changed();
    }, MESSAGE_MS);
    timer.unref();
    this.#message = { text, timer };
    this.#lastMessage = text;
    this.#options.changed();
  }

  /** Shows a service's window at one of its lines. */
  show(title: string, serial: number): void {
    const window = this.#windows.find(({ pane }) => pane.title === title);
    if (!window) return;
    this.select(window.number);
    const here = this.#here();
    if (window.pane instanceof ServicePane)
      this.#beginCopy(window, here, window.pane.rowOf(serial, here.width));
  }

  frame(): Frame {
    const { width, height } = this.#size;
    const { placed, dividers } = this.#layout.place(width, height - 1);
    let cursor: Cursor | null = null;
    const pieces = placed.map((place): Piece => {
      const { region, x, y } = place;
      const window = this.#find(region.window);
      const focused = region === this.#layout.focused;
      const size = [place.width, place.height] as const;
      const overlay = focused && this.#overlay?.place === "region" ? this.#overlay : null;
      const view = window?.copy ?? window?.pane;
      const rows = overlay?.rows(...size) ?? view?.draw(...size) ?? [];
      const at = focused && !overlay ? (view?.cursor(...size) ?? null) : null;
      if (at) cursor = { x: x + at.x, y: y + at.y };
      return { ...place, rows, caption: this.#layout.split ? this.#caption(window, focused) : null };
    });
    const line = this.#overlay?.place === "line" ? this.#overlay : null;
    const asked = line?.cursor?.(width);
    if (asked) cursor = { x: asked.x, y: height - 2 };
    return {
      pieces,
      dividers,
      question: line?.rows(width, 1)[0] ?? null,
      cursor,
      bar: this.#message?.text ?? this.#bar(width),
    };
  }

  /** Closes the files that were begun with Ctrl-A H. */
  close(): void {
    this.#clearMessage();
    for (const { log } of this.#windows) log?.close();
  }

  get #focused(): Window | null {
    return this.#find(this.#layout.focused.window);
  }

  #find(number: number | null): Window | null {
    return this.#windows.find((window) => window.number === number) ?? null;
  }

  #sort(): void {
    this.#windows.sort((a, b) => a.number - b.number);
  }

  #bar(width: number): string {
    const items = this.#windows.map(({ number, title, pane, activity }) => ({
      number,
      title,
      alert: pane.alert,
      activity,
    }));
    const filter = this.current instanceof ServicePane ? this.current.filterText : "";
    const note = filter === "" ? "" : ` [/${filter}]`.slice(0, Math.floor(width / 2));
    const bar = statusBar(items, this.#layout.focused.window, this.#previous, width - note.length);
    return note === "" ? bar : `${bar.padEnd(width - note.length)}${note}`;
  }

  #caption(window: Window | null, focused: boolean): string {
    return ` ${focused ? "*" : " "}${window ? `${window.number} ${window.title}` : "--"}`;
  }

  #here(): Placed {
    const { width, height } = this.#size;
    const { placed } = this.#layout.place(width, height - 1);
    return placed.find(({ region }) => region === this.#layout.focused)!;
  }

  /** Windows have the size of a region that shows them; the focused one counts before others. */
  #fit(): void {
    const { width, height } = this.#size;
    const { placed } = this.#layout.place(width, height - 1);
    const focused = placed.filter(({ region }) => region === this.#layout.focused);
    for (const { region, ...place } of [...placed, ...focused]) {
      const window = this.#find(region.window);
      if (!window) continue;
      window.activity = false;
      window.pane.resize(place.width, Math.max(1, place.height));
    }
  }

  #take(input: Input): void {
    if (input.kind === "command") this.#command(input.command);
    else if (input.kind === "wheel") this.#wheel(input);
    else if (this.#overlay) {
      const overlay = this.#overlay;
      // What it answers may have opened another one.
      if (!overlay.type(input.text) && this.#overlay === overlay) this.#overlay = null;
    } else this.#type(input.text);
  }

  #type(text: string): void {
    const window = this.#focused;
    if (!window) return;
    if (window.copy) {
      if (!window.copy.type(text)) window.copy = null;
    } else if (text.startsWith("/") && window.pane instanceof ServicePane && window.pane.running) {
      this.#askFilter("");
      if (text.length > 1) this.#take({ kind: "text", text: text.slice(1) });
    } else {
      window.pane.type(text);
      if (window.pane.ended) this.#remove(window);
    }
  }

  #wheel({ direction, x, y }: { direction: "up" | "down"; x: number; y: number }): void {
    if (this.#overlay) return void this.#overlay.type(direction === "up" ? "\x1b[A" : "\x1b[B");
    const { width, height } = this.#size;
    const under = this.#layout
      .place(width, height - 1)
      .placed.find((p) => x >= p.x && x < p.x + p.width && y >= p.y && y <= p.y + p.height);
    const place = under ?? this.#here();
    const window = this.#find(place.region.window);
    if (!window || (!window.copy && direction === "down")) return;
    window.copy ??= this.#copyMode(window, place);
    window.copy.scroll(direction === "up" ? -WHEEL_ROWS : WHEEL_ROWS);
    if (direction === "down" && window.copy.above === 0) window.copy = null;
  }

  #command({ name, argument }: ScreenCommand): void {
    this.#overlay = null;
    const { look } = this.#options;
    const window = this.#focused;
    switch (name) {
      case "next":
      case "prev":
        return this.#step(name === "next" ? 1 : -1);
      case "other":
        if (this.#previous === null || !this.select(this.#previous)) this.#step(1);
        return;
      case "select":
        return this.#select(argument);
      case "windowlist":
        return this.#list();
      case "windows":
        return this.say(this.#windowsLine());
      case "screen":
        this.select(this.add(this.#options.newShell()));
        return;
      case "paste":
        return this.#pasteInto(window);
      case "split":
        return this.#split(argument === "-v" ? "columns" : "rows");
      case "focus":
        this.#layout.focusNext(argument === "up" || argument === "prev" ? -1 : 1);
        return this.#fit();
      case "remove":
        this.#layout.removeFocused();
        return this.#fit();
      case "only":
        this.#layout.only();
        return this.#fit();
      case "wrap":
        look.wrap = !look.wrap;
        return this.say(look.wrap ? "+wrap" : "-wrap");
      case "colours":
        look.colours = argument === "" ? !look.colours : argument === "on";
        return this.say(look.colours ? "Colours are on." : "Colours are off.");
      case "time":
        return this.say(this.#time());
      case "lastmsg":
        return this.say(this.#lastMessage);
      case "version":
        return this.say(this.#options.version);
      case "redisplay":
        return this.#options.redraw();
      case "detach":
        return this.#options.end("detach");
      case "quit":
        return this.#askQuit();
      case "help":
        this.#overlay = textOverlay(helpRows);
        return;
      case "colon":
        return this.#askCommand();
      case "trace":
        return this.#askTrace(argument);
      default:
        if (!window) return this.say(`: ${name}: window required`);
        return this.#windowCommand(window, { name, argument });
    }
  }

  #windowCommand(window: Window, { name, argument }: ScreenCommand): void {
    switch (name) {
      case "title":
        if (argument === "") return this.#askTitle(window);
        window.title = argument;
        return;
      case "number":
        return this.#renumber(window, argument);
      case "kill":
        return this.#askKill(window);
      case "copy":
        this.#beginCopy(window, this.#here());
        return this.say(window.copy!.position);
      case "monitor":
        window.monitored = argument === "" ? !window.monitored : argument === "on";
        return this.say(
          window.monitored
            ? `Window ${window.number} (${window.title}) is now being monitored for all activity.`
            : `Window ${window.number} (${window.title}) is no longer being monitored for activity.`,
        );
      case "clear":
        return window.pane.clear();
      case "info": {
        const { width, height } = this.#here();
        return this.say(`(${width},${height}) ${window.number}(${window.title}) ${window.pane.info()}`);
      }
      case "log":
        return this.#toggleLog(window);
      case "hardcopy":
        return this.#hardcopy(window);
      case "filter":
        return argument === "" ? this.#askFilter("") : this.#filter(argument);
      default:
        return;
    }
  }

  #step(by: 1 | -1): void {
    const numbers = this.#windows.map(({ number }) => number);
    if (numbers.length === 0) return;
    const at = numbers.indexOf(this.#layout.focused.window ?? -1);
    this.select(numbers[(at + by + numbers.length) % numbers.length]!);
  }

  #select(argument: string): void {
    if (argument === "") {
      const answer = (text: string) => text.trim() !== "" && this.#select(text.trim());
      this.#overlay = questionOverlay({ question: "Switch to window: ", answer });
      return;
    }
    const named = /^\d+$/.test(argument)
      ? this.#find(Number(argument))
      : (this.#windows.find(({ title }) => title === argument) ??
        this.#windows.find(({ title }) => title.startsWith(argument)));
    if (named) this.select(named.number);
    else this.say(this.#windowsLine());
  }

  #windowsLine(): string {
    return this.#bar(Number.MAX_SAFE_INTEGER).slice(0, this.#size.width);
  }

  #list(): void {
    const rows = [...this.#windows];
    const entries = rows.map(({ number, title, pane, monitored, activity }) => ({
      text: `${String(number).padStart(4)} ${title}`,
      flags: `${pane.alert ? "stopped " : ""}${activity ? "@" : ""}${monitored ? "M" : ""}$`,
    }));
    const start = rows.findIndex(({ number }) => number === this.#layout.focused.window);
    this.#overlay = listOverlay({ text: " Num Name", flags: "Flags" }, entries, start, (index) => {
      const chosen = rows[index];
      if (chosen) this.select(chosen.number);
    });
  }

  #split(way: "rows" | "columns"): void {
    const { width, height } = this.#size;
    if (this.#layout.splitFocused(way, width, height - 1)) this.#fit();
    else this.say("The region is too small to be split.");
  }

  #askTitle(window: Window): void {
    this.#overlay = questionOverlay({
      question: "Set window's title to: ",
      start: window.title,
      answer: (text) => {
        window.title = text;
      },
    });
  }

  /** Another window that has the number gets this one's. */
  #renumber(window: Window, argument: string): void {
    if (argument === "") return this.say(`This is window ${window.number} (${window.title}).`);
    const wanted = Number(argument);
    if (!Number.isInteger(wanted) || wanted < 0 || wanted > 99) return this.say("No such window number.");
    const old = window.number;
    const other = this.#find(wanted);
    if (other) other.number = old;
    window.number = wanted;
    for (const region of this.#layout.regions) {
      if (region.window === old) region.window = wanted;
      else if (region.window === wanted) region.window = old;
    }
    if (this.#previous === wanted) this.#previous = old;
    this.#sort();
  }

  #askKill(window: Window): void {
    const answer = (text: string) => {
      if (text.toLowerCase() !== "y") return;
      window.pane.kill().then(
        () => this.#windows.includes(window) && this.#remove(window),
        (error) => this.say((error as Error).message),
      );
    };
    this.#overlay = questionOverlay({ question: "Really kill this window [y/n] ", single: true, answer });
  }

  #remove(window: Window): void {
    this.#windows = this.#windows.filter((other) => other !== window);
    window.log?.close();
    if (window.pane instanceof ServicePane) this.#ended.push({ ...window, copy: null, log: null });
    const next = this.#find(this.#previous) ?? this.#windows.at(-1) ?? null;
    for (const region of this.#layout.regions) {
      if (region.window === window.number) region.window = next?.number ?? null;
    }
    this.#previous = null;
    this.#fit();
    if (this.#windows.length === 0) this.#options.end("detach");
    this.#options.changed();
  }

  /** A service whose window was ended runs again. */
  #revive(pane: Pane): void {
    const window = this.#ended.find((candidate) => candidate.pane === pane);
    if (!window || pane.alert) return;
    this.#ended = this.#ended.filter((other) => other !== window);
    this.#windows.push(window);
    this.#sort();
  }

  #askQuit(): void {
    const question = "Really stop every service and quit? [y/n] ";
    const answer = (text: string) => text.toLowerCase() === "y" && this.#options.end("quit");
    this.#overlay = questionOverlay({ question, single: true, answer });
  }

  #askCommand(): void {
    const answer = (line: string) => {
      const command = commandOfLine(line);
      if (command) this.#command(command);
      else if (line.trim() !== "") this.say(`: unknown command '${line.trim().split(/\s+/)[0]}'`);
    };
    this.#overlay = questionOverlay({ question: ":", answer });
  }

  #askFilter(start: string): void {
    if (!(this.current instanceof ServicePane)) return this.say("Only a log can be filtered.");
    this.#overlay = questionOverlay({
      question: "Filter (empty: all lines): ",
      start,
      answer: (text) => this.#filter(text),
    });
  }

  #filter(text: string): void {
    if (this.current instanceof ServicePane) this.current.setFilter(text);
  }

  #askTrace(argument: string): void {
    if (argument !== "") return this.#trace(argument);
    const newest =
      this.current instanceof ServicePane
        ? this.current.entries.findLast(({ text }) => requestIdIn(text) !== null)
        : undefined;
    this.#overlay = questionOverlay({
      question: "Follow request: ",
      start: (newest && requestIdIn(newest.text)) ?? "",
      answer: (text) => text.trim() !== "" && this.#trace(text.trim()),
    });
  }

  #trace(requestId: string): void {
    this.select(this.add(this.#options.newTrace(requestId)));
  }

  #beginCopy(window: Window, place: Placed, startRow?: number): void {
    window.copy = this.#copyMode(window, place, startRow);
  }

  #copyMode(window: Window, { width, height }: Placed, startRow?: number): CopyMode {
    return new CopyMode({
      rows: window.pane.history(width),
      width,
      height,
      ...(startRow === undefined ? {} : { startRow }),
      copied: (text) => {
        this.#paste = text;
        this.say(`Copied ${text.length} characters into buffer`);
      },
      say: (text) => this.say(text),
      follow: (text) => {
        const id = requestIdIn(text);
        if (id) this.#trace(id);
        else this.say("There is no request in this line.");
      },
    });
  }

  #pasteInto(window: Window | null): void {
    if (this.#paste === "") this.say("empty buffer");
    else if (window && !window.copy) window.pane.type(this.#paste.replaceAll("\n", "\r"));
  }

  #time(): string {
    const now = new Date().toString(); // Fri Nov 20 2026 19:36:25 GMT...
    const load = loadavg().map((value) => value.toFixed(2));
    return `${now.slice(16, 24)} ${now.slice(4, 10)} ${this.#options.hostName} ${load.join(" ")}`;
  }

  #toggleLog(window: Window): void {
    const name = `screenlog.${window.number}`;
    if (window.log) {
      window.log.close();
      window.log = null;
      window.pane.tap = null;
      return this.say(`Logfile "${name}" closed.`);
    }
    const log = this.#options.openLog(name);
    window.log = log;
    window.pane.tap = (text) => log.write(text);
    this.say(`Creating logfile "${name}".`);
  }

  #hardcopy(window: Window): void {
    const name = `hardcopy.${window.number}`;
    const { height, width } = this.#here();
    const rows = window.pane.history(width).slice(-height);
    this.#options.writeFile(name, rows.map(({ text }) => `${text}\n`).join(""));
    this.say(`Screen image written to "${name}".`);
  }

  #clearMessage(): void {
    if (!this.#message) return;
    clearTimeout(this.#message.timer);
    this.#message = null;
  }
}
