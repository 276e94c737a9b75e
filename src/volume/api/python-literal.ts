// Python's literals: `{'key': 'value'}`, `[1, 'a']`, `None`. Clients write filters so, and Cinder reads them with
// ast.literal_eval.

/** Undefined when the text is no literal. */
export function parsePythonLiteral(text: string): unknown {
  const reader = new LiteralReader(text);
  try {
    const value = reader.value(0);
    return reader.atEnd() ? value : undefined;
  } catch (error) {
    if (error === NO_LITERAL) return undefined;
    throw error;
  }
}

const NO_LITERAL = new Error("no literal");
const MAX_DEPTH = 32;
const WORDS: Readonly<Record<string, unknown>> = { None: null, True: true, False: false };
const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  "\\": "\\",
  "'": "'",
  '"': '"',
};

class LiteralReader {
  #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    this.#skip();
    return this.#at === this.#text.length;
  }

  value(depth: number): unknown {
    if (depth > MAX_DEPTH) throw NO_LITERAL;
    this.#skip();
    const ch = this.#text[this.#at];
    if (ch === "{") return this.#dict(depth);
    if (ch === "[") return this.#list("[", "]", depth);
    if (ch === "(") return this.#list("(", ")", depth);
    if (ch === "'" || ch === '"') return this.#string(ch);
    const word = /^[A-Za-z_]\w*|^[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?/.exec(this.#text.slice(this.#at))?.[0];
    if (word === undefined) throw NO_LITERAL;
    this.#at += word.length;
    if (word === "u" && /['"]/.test(this.#text[this.#at] ?? "")) return this.#string(this.#text[this.#at]!);
    if (Object.hasOwn(WORDS, word)) return WORDS[word];
    const number = Number(word);
    if (Number.isNaN(number)) throw NO_LITERAL;
    return number;
  }

  #dict(depth: number): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    this.#at++;
    while (!this.#take("}")) {
      const key = this.value(depth + 1);
      if (!this.#take(":")) throw NO_LITERAL;
      entries.push([String(key), this.value(depth + 1)]);
      if (!this.#take(",") && !this.#peek("}")) throw NO_LITERAL;
    }
    return Object.fromEntries(entries);
  }

  #list(open: string, close: string, depth: number): unknown {
    const items: unknown[] = [];
    let commas = 0;
    this.#at++;
    while (!this.#take(close)) {
      items.push(this.value(depth + 1));
      if (this.#take(",")) commas++;
      else if (!this.#peek(close)) throw NO_LITERAL;
    }
    return open === "(" && commas === 0 && items.length === 1 ? items[0] : items;
  }

  #string(quote: string): string {
    let out = "";
    for (let at = this.#at + 1; at < this.#text.length; at++) {
      const ch = this.#text[at]!;
      if (ch === quote) {
        this.#at = at + 1;
        return out;
      }
      if (ch === "\\") {
        at++;
        out += ESCAPES[this.#text[at] ?? ""] ?? `\\${this.#text[at] ?? ""}`;
      } else out += ch;
    }
    throw NO_LITERAL;
  }

  #take(mark: string): boolean {
    const found = this.#peek(mark);
    if (found) this.#at++;
    return found;
  }

  #peek(mark: string): boolean {
    this.#skip();
    return this.#text[this.#at] === mark;
  }

  #skip(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at++;
  }
}
