// How a service declares its settings. Each key has a DevStack name, a default, and help; most also answer to the
// oslo.config option that OpenStack knows it by (`nova.conf`, group `DEFAULT`, `cpu_allocation_ratio`).
// `stackrc.example` and `docs/` are generated from these declarations.

export interface KeySpec<T> {
  /** What the value is, for the example file: `integer`, `CIDR`, ... */
  kind: string;
  /** The default as one would write it in stackrc. An empty string may mean "worked out at start": say so in help. */
  default: string;
  /** Meaning, unit, range, and what 0 or -1 mean. */
  help: string;
  /** `FILE/GROUP/OPTION` in OpenStack's own configuration. */
  option?: string;
  /** Names the option had in earlier releases; the present one goes before them. */
  formerOptions?: readonly string[];
  /** @throws Error with a text that completes "KEY must be ...". */
  parse(text: string): T;
}

type Extra = { option?: string; formerOptions?: readonly string[] };

function spec<T>(kind: string, parse: (text: string) => T) {
  return (defaultText: string, help: string, extra: Extra = {}): KeySpec<T> => ({
    kind,
    default: defaultText,
    help,
    parse,
    ...extra,
  });
}

function integer(text: string, min: number, max: number): number {
  const n = Number(text);
  if (!/^[+-]?\d+$/.test(text.trim()) || n < min || n > max) {
    throw new Error(
      max === Number.MAX_SAFE_INTEGER ? `an integer from ${min}` : `an integer from ${min} to ${max}`,
    );
  }
  return n;
}

const TRUE = new Set(["1", "t", "true", "on", "y", "yes"]);
const FALSE = new Set(["0", "f", "false", "off", "n", "no", ""]);

const SIZE_UNITS: Record<string, number> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

export const key = {
  text: spec("text", (text) => text),

  /** Words separated by blanks or commas. */
  list: spec("list", (text) => text.split(/[\s,]+/).filter((word) => word !== "")),

  bool: spec("True or False", (text) => {
    const word = text.trim().toLowerCase();
    if (TRUE.has(word)) return true;
    if (FALSE.has(word)) return false;
    throw new Error("True or False");
  }),

  int(
    defaultValue: number,
    help: string,
    extra: Extra & { min?: number; max?: number } = {},
  ): KeySpec<number> {
    const { min = 0, max = Number.MAX_SAFE_INTEGER, ...rest } = extra;
    return spec("integer", (text) => integer(text, min, max))(String(defaultValue), help, rest);
  },

  float(defaultValue: number, help: string, extra: Extra & { min?: number } = {}): KeySpec<number> {
    const { min = 0, ...rest } = extra;
    return spec("number", (text) => {
      const n = Number(text);
      if (text.trim() === "" || Number.isNaN(n) || n < min) throw new Error(`a number from ${min}`);
      return n;
    })(String(defaultValue), help, rest);
  },

  /** Bytes, written `20480M`, `30G`; a bare number is bytes. */
  size: spec("size", (text) => {
    const m = /^(\d+)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim());
    if (!m) throw new Error("a size such as 20480M or 30G");
    return Number(m[1]) * SIZE_UNITS[m[2]!.toLowerCase()]!;
  }),

  cidr: spec("CIDR", (text) => {
    if (text !== "" && !/^[0-9a-fA-F.:]+\/\d{1,3}$/.test(text)) {
      throw new Error("a network such as 10.0.0.0/24");
    }
    return text;
  }),

  choice<const C extends string>(choices: readonly C[], defaultValue: C, help: string, extra: Extra = {}) {
    return spec(choices.join(" | "), (text): C => {
      const found = choices.find((choice) => choice === text.trim().toLowerCase());
      if (found === undefined) throw new Error(`one of ${choices.join(", ")}`);
      return found;
    })(defaultValue, help, extra);
  },
};

/** A named group of keys: one service's, or the cloud's own. */
export interface Section<K extends Record<string, KeySpec<unknown>> = Record<string, KeySpec<unknown>>> {
  name: string;
  title: string;
  keys: K;
}

export type Values<S> =
  S extends Section<infer K> ? { readonly [P in keyof K]: ReturnType<K[P]["parse"]> } : never;

export function section<const K extends Record<string, KeySpec<unknown>>>(
  name: string,
  title: string,
  keys: K,
): Section<K> {
  return { name, title, keys };
}
