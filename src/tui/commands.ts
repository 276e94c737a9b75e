// What can follow Ctrl-A, and how it is called after Ctrl-A `:`. The keys and the names are GNU screen's (screen(1),
// "DEFAULT KEY BINDINGS"); what it does not have stands at the end: a filter, a request to follow, colours.

export type CommandName =
  | "next"
  | "prev"
  | "other"
  | "select"
  | "windowlist"
  | "windows"
  | "title"
  | "number"
  | "screen"
  | "kill"
  | "copy"
  | "paste"
  | "split"
  | "focus"
  | "remove"
  | "only"
  | "monitor"
  | "wrap"
  | "clear"
  | "info"
  | "time"
  | "lastmsg"
  | "log"
  | "hardcopy"
  | "redisplay"
  | "detach"
  | "quit"
  | "help"
  | "version"
  | "colon"
  | "filter"
  | "trace"
  | "colours";

export interface ScreenCommand {
  name: CommandName;
  /** What was typed after the name, or what the key stands for: `-v`, a window's number. */
  argument: string;
}

interface Binding {
  name: CommandName;
  /** As the help shows it. */
  shown: string;
  keys: readonly string[];
  argument?: string;
  help: string;
}

const BINDINGS: readonly Binding[] = [
  { name: "next", shown: "n sp", keys: ["n", " ", "\x0e"], help: "next window" },
  { name: "prev", shown: "p bs", keys: ["p", "\x10", "\x7f", "\b"], help: "previous window" },
  { name: "other", shown: "^A", keys: ["\x01"], help: "the window before this one" },
  { name: "select", shown: "'", keys: ["'"], help: "window by number or name" },
  { name: "windowlist", shown: '"', keys: ['"'], help: "choose from a list" },
  { name: "windows", shown: "w", keys: ["w", "\x17"], help: "show the windows" },
  { name: "title", shown: "A", keys: ["A"], help: "window's title" },
  { name: "number", shown: "N", keys: ["N"], help: "window's number" },
  { name: "screen", shown: "c", keys: ["c", "\x03"], help: "new shell" },
  { name: "kill", shown: "k", keys: ["k", "K", "\x0b"], help: "end this window" },
  { name: "copy", shown: "[ Esc", keys: ["[", "\x1b"], help: "scroll back, search, copy" },
  { name: "paste", shown: "]", keys: ["]", "\x1d"], help: "paste" },
  { name: "split", shown: "S", keys: ["S"], help: "split, one above the other" },
  { name: "split", shown: "|", keys: ["|"], argument: "-v", help: "split, side by side" },
  { name: "focus", shown: "Tab", keys: ["\t"], help: "next region" },
  { name: "remove", shown: "X", keys: ["X"], help: "remove this region" },
  { name: "only", shown: "Q", keys: ["Q"], help: "only this region" },
  { name: "monitor", shown: "M", keys: ["M"], help: "watch for activity: @" },
  { name: "wrap", shown: "r", keys: ["r", "\x12"], help: "long lines wrapped or cut" },
  { name: "clear", shown: "C", keys: ["C"], help: "clear the window" },
  { name: "info", shown: "i", keys: ["i"], help: "about this window" },
  { name: "time", shown: "t", keys: ["t", "\x14"], help: "time and load" },
  { name: "lastmsg", shown: "m", keys: ["m"], help: "the last message" },
  { name: "log", shown: "H", keys: ["H"], help: "write to screenlog.N" },
  { name: "hardcopy", shown: "h", keys: ["h"], help: "screen to hardcopy.N" },
  { name: "redisplay", shown: "l", keys: ["l", "\x0c"], help: "draw anew" },
  { name: "detach", shown: "d", keys: ["d", "\x04"], help: "leave; the cloud runs on" },
  { name: "quit", shown: "\\", keys: ["\\"], help: "stop the cloud and quit" },
  { name: "version", shown: "v", keys: ["v"], help: "version" },
  { name: "colon", shown: ":", keys: [":"], help: "a command by name" },
  { name: "help", shown: "?", keys: ["?"], help: "this help" },
  { name: "filter", shown: "/", keys: ["/"], help: "filter this log" },
  { name: "trace", shown: "T", keys: ["T"], help: "follow a request" },
  { name: "colours", shown: "%", keys: ["%"], help: "colours on or off" },
];

const BY_KEY: ReadonlyMap<string, ScreenCommand> = new Map(
  BINDINGS.flatMap(({ keys, name, argument = "" }) => keys.map((key) => [key, { name, argument }] as const)),
);

/** The command of a key after Ctrl-A; null when it has none. */
export function commandOfKey(key: string): ScreenCommand | null {
  if (/^\d$/.test(key)) return { name: "select", argument: key };
  return BY_KEY.get(key) ?? null;
}

const NAMES: ReadonlySet<string> = new Set(BINDINGS.map(({ name }) => name));

/** A line typed after Ctrl-A `:`. Null for an unknown name. */
export function commandOfLine(line: string): ScreenCommand | null {
  const [, word = "", argument = ""] = /^\s*(\S*)\s*(.*?)\s*$/.exec(line) ?? [];
  const name = word === "colors" ? "colours" : word;
  return NAMES.has(name) ? { name: name as CommandName, argument } : null;
}

const COLUMN = 39;

/** Two columns in 80, one below. At most 20 rows in 80 columns. */
export function helpRows(width: number): string[] {
  const cells = [
    ...BINDINGS.map(({ shown, help }) => `  ${shown.padEnd(6)} ${help}`),
    "  0-9    window of that number",
    "  a      Ctrl-A itself",
  ];
  const rows: string[] = [];
  if (width < 2 * COLUMN) rows.push(...cells);
  else {
    const half = Math.ceil(cells.length / 2);
    for (let i = 0; i < half; i++) rows.push(cells[i]!.padEnd(COLUMN) + (cells[i + half] ?? ""));
  }
  return [
    "Ctrl-A, then",
    ...rows,
    "",
    "In a service's window Ctrl-C stops the service; Up shows the line that starts",
    "it, Enter runs it. / filters its lines: req-..., WARNING, text, !text.",
  ];
}
