// One line of a shell prompt with history: enough for Ctrl-C, Up, Enter.

import { keyName, splitKeys } from "./keys.ts";
import { widthOf } from "./text.ts";

const PROMPT = "$ ";

export class PromptLine {
  #history: string[];
  #run: (line: string) => void;
  #changed: () => void;
  #line = "";
  #column = 0;
  /** Index into history; its length means the line being typed. */
  #at: number;

  constructor(options: { history: string[]; run: (line: string) => void; changed: () => void }) {
    this.#history = [...options.history];
    this.#run = options.run;
    this.#changed = options.changed;
    this.#at = this.#history.length;
  }

  get text(): string {
    return `${PROMPT}${this.#line}`;
  }

  get column(): number {
    return PROMPT.length + widthOf(this.#line.slice(0, this.#column));
  }

  type(text: string): void {
    for (const key of splitKeys(text)) this.#press(keyName(key));
    this.#changed();
  }

  #press(key: string): void {
    const line = this.#line;
    const column = this.#column;
    switch (key) {
      case "\r":
      case "\n":
        return this.#enter();
      case "up":
      case "\x10":
        return this.#recall(-1);
      case "down":
      case "\x0e":
        return this.#recall(1);
      case "right":
      case "\x06":
        this.#column = Math.min(line.length, column + 1);
        return;
      case "left":
      case "\x02":
        this.#column = Math.max(0, column - 1);
        return;
      case "\x7f":
      case "\b":
        if (column > 0) this.#set(line.slice(0, column - 1) + line.slice(column), column - 1);
        return;
      case "delete":
      case "\x04":
        return this.#set(line.slice(0, column) + line.slice(column + 1), column);
      case "\x17": {
        const kept = line.slice(0, column).replace(/\S*\s*$/, "");
        return this.#set(kept + line.slice(column), kept.length);
      }
      case "\x0b":
        return this.#set(line.slice(0, column), column);
      case "\x15":
        return this.#set(line.slice(column), 0);
      case "\x03":
        this.#at = this.#history.length;
        return this.#set("", 0);
      case "home":
      case "\x01":
        this.#column = 0;
        return;
      case "end":
      case "\x05":
        this.#column = line.length;
        return;
    }
    if (key < " " || key.length > 2) return;
    this.#set(line.slice(0, column) + key + line.slice(column), column + key.length);
  }

  #enter(): void {
    const line = this.#line;
    if (line.trim() !== "" && this.#history.at(-1) !== line) this.#history.push(line);
    this.#at = this.#history.length;
    this.#set("", 0);
    this.#run(line);
  }

  #recall(step: number): void {
    this.#at = Math.max(0, Math.min(this.#history.length, this.#at + step));
    const line = this.#history[this.#at] ?? "";
    this.#set(line, line.length);
  }

  #set(line: string, column: number): void {
    this.#line = line;
    this.#column = column;
  }
}
