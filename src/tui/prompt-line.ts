// One line of a shell prompt with history: enough for Ctrl-C, Up, Enter.

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
    return PROMPT.length + this.#column;
  }

  type(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: keys are escape sequences or single characters
    for (const key of text.match(/\x1b(?:\[[0-9;]*[~A-Za-z]|O[A-Z])|[^\x1b]|\x1b/gu) ?? []) this.#press(key);
    this.#changed();
  }

  #press(key: string): void {
    switch (key) {
      case "\r":
      case "\n":
        return this.#enter();
      case "\x1b[A":
      case "\x1bOA":
      case "\x10":
        return this.#recall(-1);
      case "\x1b[B":
      case "\x1bOB":
      case "\x0e":
        return this.#recall(1);
      case "\x1b[C":
      case "\x1bOC":
        this.#column = Math.min(this.#line.length, this.#column + 1);
        return;
      case "\x1b[D":
      case "\x1bOD":
        this.#column = Math.max(0, this.#column - 1);
        return;
      case "\x7f":
      case "\b":
        if (this.#column === 0) return;
        this.#set(this.#line.slice(0, this.#column - 1) + this.#line.slice(this.#column), this.#column - 1);
        return;
      case "\x03":
      case "\x15":
        return this.#set("", 0);
      case "\x01":
        this.#column = 0;
        return;
      case "\x05":
        this.#column = this.#line.length;
        return;
    }
    if (key < " ") return;
    this.#set(
      this.#line.slice(0, this.#column) + key + this.#line.slice(this.#column),
      this.#column + key.length,
    );
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
