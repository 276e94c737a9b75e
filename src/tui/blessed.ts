// The only place that imports blessed: its main module looks its widgets up by name at run time and cannot be
// compiled, so the one that is used is taken from its own file. blessed knows terminals and sends what has changed; its
// widgets are too slow for a log, so `canvas.ts` writes the cells. Keys are read by `keys.ts`, because a shell in a
// window must get every byte as it was typed.

import { existsSync, readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import type { Widgets } from "blessed";
// @ts-expect-error: the types describe the package's main module only
import ScreenWidget from "blessed/lib/widgets/screen.js";
// @ts-expect-error: a file of the package, carried in the executable
import xterm from "blessed/usr/xterm" with { type: "file" };

/** What of blessed's screen is used beyond its types. */
export type Screen = Omit<Widgets.Screen, "lines" | "draw" | "tput" | "dattr"> & {
  /** Cells to come, `[attributes, character]`, a row each; `dirty` rows are compared with what is shown. */
  lines: ([number, string][] & { dirty: boolean })[];
  draw(first: number, last: number): void;
  attrCode(code: string, current: number, usual: number): number;
  dattr: number;
  tput: { colors: number };
};

export function makeScreen(output: NodeJS.WriteStream, title: string): Screen {
  const screen: Screen = new ScreenWidget({
    input: new PassThrough(),
    output,
    title,
    resizeTimeout: 30,
    fullUnicode: true,
    terminal: knownTerminal(process.env),
  });
  return screen;
}

const TERMINFO_FOLDERS = ["/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo", "/usr/lib/terminfo"];

/** TERM where this machine describes it; else the description of xterm that the executable carries. */
function knownTerminal({ TERM, HOME, TERMINFO }: NodeJS.ProcessEnv): string {
  const folders = [TERMINFO, HOME && `${HOME}/.terminfo`, ...TERMINFO_FOLDERS];
  for (const folder of TERM ? folders : []) {
    const file = folder && `${folder}/${TERM![0]}/${TERM}`;
    if (file && existsSync(file) && isOldForm(file)) return file;
  }
  return xterm as string;
}

/** term(5): the form with 16 bits a number; blessed does not read the later one with 32. */
function isOldForm(file: string): boolean {
  return readFileSync(file).readUInt16LE(0) === 0o432;
}
