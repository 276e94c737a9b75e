// What was typed: bytes from the terminal become commands after Ctrl-A, as in GNU screen, and text otherwise.

export type ScreenCommand =
  | { kind: "next" }
  | { kind: "previous" }
  | { kind: "other" }
  | { kind: "select"; window: number }
  | { kind: "list" }
  | { kind: "ask-window" }
  | { kind: "copy-mode" }
  | { kind: "help" }
  | { kind: "detach" }
  | { kind: "redraw" }
  | { kind: "quit" };

export type Input = { kind: "command"; command: ScreenCommand } | { kind: "text"; text: string } | Wheel;

export interface Wheel {
  kind: "wheel";
  direction: "up" | "down";
}

const PREFIX = "\x01";

const COMMANDS: Record<string, ScreenCommand> = {
  n: { kind: "next" },
  " ": { kind: "next" },
  "\x0e": { kind: "next" },
  p: { kind: "previous" },
  "\x10": { kind: "previous" },
  "\x7f": { kind: "previous" },
  "\b": { kind: "previous" },
  [PREFIX]: { kind: "other" },
  '"': { kind: "list" },
  "'": { kind: "ask-window" },
  "[": { kind: "copy-mode" },
  "\x1b": { kind: "copy-mode" },
  "?": { kind: "help" },
  d: { kind: "detach" },
  "\x04": { kind: "detach" },
  l: { kind: "redraw" },
  "\x0c": { kind: "redraw" },
  "\\": { kind: "quit" },
};

/** SGR mouse reports (xterm's mode 1006): 64 is the wheel upwards, 65 downwards. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const MOUSE = /^\x1b\[<(\d+);\d+;\d+[Mm]/;

/** Remembers a prefix that was the last byte of a chunk. */
export class KeyReader {
  #prefixed = false;

  read(chunk: string): Input[] {
    const inputs: Input[] = [];
    let text = "";
    const flush = () => {
      if (text !== "") inputs.push({ kind: "text", text });
      text = "";
    };
    for (let i = 0; i < chunk.length; i++) {
      const mouse = chunk[i] === "\x1b" ? MOUSE.exec(chunk.slice(i, i + 24)) : null;
      if (mouse) {
        flush();
        i += mouse[0].length - 1;
        if (mouse[1] === "64") inputs.push({ kind: "wheel", direction: "up" });
        if (mouse[1] === "65") inputs.push({ kind: "wheel", direction: "down" });
        continue;
      }
      const ch = chunk[i]!;
      if (this.#prefixed) {
        this.#prefixed = false;
        const command = /\d/.test(ch) ? { kind: "select" as const, window: Number(ch) } : COMMANDS[ch];
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
