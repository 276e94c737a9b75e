// What the commands after Ctrl-A do to the windows. The words it says are GNU screen's.

import { loadavg } from "node:os";
import { requestIdIn } from "../core/log-filter.ts";
import { commandOfLine, helpRows, type ScreenCommand } from "./commands.ts";
import { CopyMode } from "./copy-mode.ts";
import type { Placed } from "./layout.ts";
import { listOverlay, questionOverlay, textOverlay } from "./overlay.ts";
import { ServicePane } from "./service-pane.ts";
import type { Window, WindowSet } from "./window-set.ts";

export class WindowCommands {
  #set: WindowSet;

  constructor(set: WindowSet) {
    this.#set = set;
  }

  run({ name, argument }: ScreenCommand): void {
    this.#set.overlay = null;
    const { look } = this.#set.options;
    const window = this.#set.focused;
    switch (name) {
      case "next":
      case "prev":
        return this.#step(name === "next" ? 1 : -1);
      case "other":
        if (this.#set.previous === null || !this.#set.select(this.#set.previous)) this.#step(1);
        return;
      case "select":
        return this.#select(argument);
      case "windowlist":
        return this.#list();
      case "windows":
        return this.#set.say(this.#set.windowsLine());
      case "screen":
        this.#set.select(this.#set.add(this.#set.options.newShell()));
        return;
      case "paste":
        return this.#pasteInto(window);
      case "split":
        return this.#split(argument === "-v" ? "columns" : "rows");
      case "focus":
        this.#set.layout.focusNext(argument === "up" || argument === "prev" ? -1 : 1);
        return this.#set.fit();
      case "remove":
        this.#set.layout.removeFocused();
        return this.#set.fit();
      case "only":
        this.#set.layout.only();
        return this.#set.fit();
      case "wrap":
        look.wrap = !look.wrap;
        return this.#set.say(look.wrap ? "+wrap" : "-wrap");
      case "colours":
        look.colours = argument === "" ? !look.colours : argument === "on";
        return this.#set.say(look.colours ? "Colours are on." : "Colours are off.");
      case "time":
        return this.#set.say(this.#time());
      case "lastmsg":
        return this.#set.say(this.#set.lastMessage);
      case "version":
        return this.#set.say(this.#set.options.version);
      case "redisplay":
        return this.#set.options.redraw();
      case "detach":
        return this.#set.options.end("detach");
      case "quit":
        return this.#askQuit();
      case "help":
        this.#set.overlay = textOverlay(helpRows);
        return;
      case "colon":
        return this.#askCommand();
      case "trace":
        return this.#askTrace(argument);
      default:
        if (!window) return this.#set.say(`: ${name}: window required`);
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
        this.beginCopy(window, this.#set.here());
        return this.#set.say(window.copy!.position);
      case "monitor":
        window.monitored = argument === "" ? !window.monitored : argument === "on";
        return this.#set.say(
          window.monitored
            ? `Window ${window.number} (${window.title}) is now being monitored for all activity.`
            : `Window ${window.number} (${window.title}) is no longer being monitored for activity.`,
        );
      case "clear":
        return window.pane.clear();
      case "info": {
        const { width, height } = this.#set.here();
        return this.#set.say(`(${width},${height}) ${window.number}(${window.title}) ${window.pane.info()}`);
      }
      case "log":
        return this.#toggleLog(window);
      case "hardcopy":
        return this.#hardcopy(window);
      case "filter":
        return argument === "" ? this.askFilter("") : this.#filter(argument);
      default:
        return;
    }
  }

  #step(by: 1 | -1): void {
    const numbers = this.#set.windows.map(({ number }) => number);
    if (numbers.length === 0) return;
    const at = numbers.indexOf(this.#set.layout.focused.window ?? -1);
    this.#set.select(numbers[(at + by + numbers.length) % numbers.length]!);
  }

  #select(argument: string): void {
    if (argument === "") {
      const answer = (text: string) => text.trim() !== "" && this.#select(text.trim());
      this.#set.overlay = questionOverlay({ question: "Switch to window: ", answer });
      return;
    }
    const named = /^\d+$/.test(argument)
      ? this.#set.find(Number(argument))
      : (this.#set.windows.find(({ title }) => title === argument) ??
        this.#set.windows.find(({ title }) => title.startsWith(argument)));
    if (named) this.#set.select(named.number);
    else this.#set.say(this.#set.windowsLine());
  }

  #list(): void {
    const rows = [...this.#set.windows];
    const entries = rows.map(({ number, title, pane, monitored, activity }) => ({
      text: `${String(number).padStart(4)} ${title}`,
      flags: `${pane.alert ? "stopped " : ""}${activity ? "@" : ""}${monitored ? "M" : ""}$`,
    }));
    const start = rows.findIndex(({ number }) => number === this.#set.layout.focused.window);
    this.#set.overlay = listOverlay({ text: " Num Name", flags: "Flags" }, entries, start, (index) => {
      const chosen = rows[index];
      if (chosen) this.#set.select(chosen.number);
    });
  }

  #split(way: "rows" | "columns"): void {
    const { width, height } = this.#set.size;
    if (this.#set.layout.splitFocused(way, width, height - 1)) this.#set.fit();
    else this.#set.say("The region is too small to be split.");
  }

  #askTitle(window: Window): void {
    this.#set.overlay = questionOverlay({
      question: "Set window's title to: ",
      start: window.title,
      answer: (text) => {
        window.title = text;
      },
    });
  }

  /** Another window that has the number gets this one's. */
  #renumber(window: Window, argument: string): void {
    if (argument === "") return this.#set.say(`This is window ${window.number} (${window.title}).`);
    const wanted = Number(argument);
    if (!Number.isInteger(wanted) || wanted < 0 || wanted > 99)
      return this.#set.say("No such window number.");
    const old = window.number;
    const other = this.#set.find(wanted);
    if (other) other.number = old;
    window.number = wanted;
    for (const region of this.#set.layout.regions) {
      if (region.window === old) region.window = wanted;
      else if (region.window === wanted) region.window = old;
    }
    if (this.#set.previous === wanted) this.#set.previous = old;
    this.#set.sort();
  }

  #askKill(window: Window): void {
    const answer = (text: string) => {
      if (text.toLowerCase() !== "y") return;
      window.pane.kill().then(
        () => this.#set.windows.includes(window) && this.#set.remove(window),
        (error) => this.#set.say((error as Error).message),
      );
    };
    this.#set.overlay = questionOverlay({ question: "Really kill this window [y/n] ", single: true, answer });
  }

  #askQuit(): void {
    const question = "Really stop every service and quit? [y/n] ";
    const answer = (text: string) => text.toLowerCase() === "y" && this.#set.options.end("quit");
    this.#set.overlay = questionOverlay({ question, single: true, answer });
  }

  #askCommand(): void {
    const answer = (line: string) => {
      const command = commandOfLine(line);
      if (command) this.run(command);
      else if (line.trim() !== "") this.#set.say(`: unknown command '${line.trim().split(/\s+/)[0]}'`);
    };
    this.#set.overlay = questionOverlay({ question: ":", answer });
  }

  askFilter(start: string): void {
    if (!(this.#set.current instanceof ServicePane)) return this.#set.say("Only a log can be filtered.");
    this.#set.overlay = questionOverlay({
      question: "Filter (empty: all lines): ",
      start,
      answer: (text) => this.#filter(text),
    });
  }

  #filter(text: string): void {
    if (this.#set.current instanceof ServicePane) this.#set.current.setFilter(text);
  }

  #askTrace(argument: string): void {
    if (argument !== "") return this.#trace(argument);
    const newest =
      this.#set.current instanceof ServicePane
        ? this.#set.current.entries.findLast(({ text }) => requestIdIn(text) !== null)
        : undefined;
    this.#set.overlay = questionOverlay({
      question: "Follow request: ",
      start: (newest && requestIdIn(newest.text)) ?? "",
      answer: (text) => text.trim() !== "" && this.#trace(text.trim()),
    });
  }

  #trace(requestId: string): void {
    this.#set.select(this.#set.add(this.#set.options.newTrace(requestId)));
  }

  beginCopy(window: Window, place: Placed, startRow?: number): void {
    window.copy = this.copyMode(window, place, startRow);
  }

  copyMode(window: Window, { width, height }: Placed, startRow?: number): CopyMode {
    return new CopyMode({
      rows: window.pane.history(width),
      width,
      height,
      ...(startRow === undefined ? {} : { startRow }),
      copied: (text) => {
        this.#set.paste = text;
        this.#set.say(`Copied ${text.length} characters into buffer`);
      },
      say: (text) => this.#set.say(text),
      follow: (text) => {
        const id = requestIdIn(text);
        if (id) this.#trace(id);
        else this.#set.say("There is no request in this line.");
      },
    });
  }

  #pasteInto(window: Window | null): void {
    if (this.#set.paste === "") this.#set.say("empty buffer");
    else if (window && !window.copy) window.pane.type(this.#set.paste.replaceAll("\n", "\r"));
  }

  #time(): string {
    const now = new Date().toString(); // Fri Nov 20 2026 19:36:25 GMT...
    const load = loadavg().map((value) => value.toFixed(2));
    return `${now.slice(16, 24)} ${now.slice(4, 10)} ${this.#set.options.hostName} ${load.join(" ")}`;
  }

  #toggleLog(window: Window): void {
    const name = `screenlog.${window.number}`;
    if (window.log) {
      window.log.close();
      window.log = null;
      window.pane.tap = null;
      return this.#set.say(`Logfile "${name}" closed.`);
    }
    const log = this.#set.options.openLog(name);
    window.log = log;
    window.pane.tap = (text) => log.write(text);
    this.#set.say(`Creating logfile "${name}".`);
  }

  #hardcopy(window: Window): void {
    const name = `hardcopy.${window.number}`;
    const { height, width } = this.#set.here();
    const rows = window.pane.history(width).slice(-height);
    this.#set.options.writeFile(name, rows.map(({ text }) => `${text}\n`).join(""));
    this.#set.say(`Screen image written to "${name}".`);
  }
}
