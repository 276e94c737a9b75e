// What was typed: bytes from the terminal become commands after Ctrl-A, as in GNU screen, and text otherwise.

import { commandOfKey, type ScreenCommand } from "./commands.ts";

export type Input = { kind: "command"; command: ScreenCommand } | { kind: "text"; text: string } | Wheel;

export interface Wheel {
  kind: "wheel";
  direction: "up" | "down";
  /** Cell of the screen, from 0. */
  x: number;
  y: number;
}

const PREFIX = "\x01";

/** SGR mouse reports (xterm's mode 1006): 64 is the wheel upwards, 65 downwards. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const MOUSE = /^\x1b\[<(\d+);(\d+);(\d+)[Mm]/;
/** A report that a slow line has cut in two. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const BEGUN_MOUSE = /\x1b\[<[\d;]*$/;

/** Remembers a prefix or a part of a report that ended a chunk. */
export class KeyReader {
  #prefixed = false;
  #rest = "";

  read(bytes: string): Input[] {
    const inputs: Input[] = [];
    let text = "";
    const flush = () => {
      if (text !== "") inputs.push({ kind: "text", text });
      text = "";
    };
    let chunk = this.#rest + bytes;
    this.#rest = BEGUN_MOUSE.exec(chunk)?.[0] ?? "";
    chunk = chunk.slice(0, chunk.length - this.#rest.length);
    for (let i = 0; i < chunk.length; i++) {
      const mouse = chunk[i] === "\x1b" ? MOUSE.exec(chunk.slice(i, i + 24)) : null;
      if (mouse) {
        flush();
        i += mouse[0].length - 1;
        const at = { x: Number(mouse[2]) - 1, y: Number(mouse[3]) - 1 };
        if (mouse[1] === "64") inputs.push({ kind: "wheel", direction: "up", ...at });
        if (mouse[1] === "65") inputs.push({ kind: "wheel", direction: "down", ...at });
        continue;
      }
      const ch = chunk[i]!;
      if (this.#prefixed) {
        this.#prefixed = false;
        const command = commandOfKey(ch);
        if (ch === "a") text += PREFIX;
        else if (command) {
          flush();
          inputs.push({ kind: "command", command });
        }
      } else if (ch === PREFIX) {
        flush();
        this.#prefixed = true;
      } else text += ch;
    }
    flush();
    return inputs;
  }
}

/** The keys of a text: escape sequences whole, everything else a character each. */
export function splitKeys(text: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys are escape sequences or single characters
  return text.match(/\x1b(?:\[[0-9;]*[~A-Za-z]|O[A-Z])|[^\x1b]|\x1b/gu) ?? [];
}

const CURSOR_KEYS: Readonly<Record<string, Key>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  H: "home",
  F: "end",
};
const NUMBERED_KEYS: Readonly<Record<string, Key>> = {
  "1": "home",
  "3": "delete",
  "4": "end",
  "5": "page-up",
  "6": "page-down",
  "7": "home",
  "8": "end",
};

export type Key = "up" | "down" | "right" | "left" | "home" | "end" | "delete" | "page-up" | "page-down";

/** The name of a key that comes as an escape sequence, in either form of the cursor keys; else the key itself. */
export function keyName(key: string): Key | string {
  if (key.length < 3) return key;
  const cursor = /^.(?:O|\[(?:1;\d)?)([A-DHF])$/.exec(key);
  if (cursor) return CURSOR_KEYS[cursor[1]!]!;
  const numbered = /^.\[(\d)(?:;\d)?~$/.exec(key);
  return (numbered && NUMBERED_KEYS[numbered[1]!]) ?? key;
}
