// Splits what is typed at the SQL shell into statements, as MySQL's client does: `;` and `\g` end one, `\G` ends one
// whose result is wanted line by line, `\c` throws away what was typed. Quotes and comments are left alone.

export interface Statement {
  text: string;
  /** Ended by `\G`. */
  vertical: boolean;
}

export interface Split {
  statements: Statement[];
  /** What no terminator has ended yet. */
  rest: string;
}

const TRIGGER = /^create\s+(temp(orary)?\s+)?trigger\b/i;

export function splitStatements(text: string): Split {
  const statements: Statement[] = [];
  let start = 0;
  let quote: string | null = null;
  const end = (at: number, length: number, vertical: boolean) => {
    const statement = text.slice(start, at);
    // A trigger has statements within, and ends with its END.
    if (TRIGGER.test(withoutLeadingComments(statement)) && !/\bend\s*$/i.test(statement)) return;
    if (statement.trim() !== "") statements.push({ text: statement, vertical });
    start = at + length;
  };
  for (let i = 0; i < text.length; i++) {
    const ch = text[i]!;
    const next = text[i + 1];
    if (quote !== null) {
      if (ch === quote) quote = null;
    } else if (ch === "'" || ch === '"' || ch === "`") quote = ch;
    else if ((ch === "-" && next === "-") || ch === "#") i = endOf(text, i, "\n") - 1;
    else if (ch === "/" && next === "*") i = endOf(text, i + 2, "*/") + 1;
    else if (ch === ";") end(i, 1, false);
    else if (ch === "\\" && (next === "g" || next === "G")) {
      end(i, 2, next === "G");
      i += 1;
    } else if (ch === "\\" && next === "c") {
      start = i + 2;
      i += 1;
    }
  }
  const rest = text.slice(start);
  return { statements, rest: rest.trim() === "" ? "" : rest };
}

/** Comments that stand before or within a statement and would keep its first word from being seen. */
export function withoutLeadingComments(sql: string): string {
  return sql.replace(/^(\s+|--[^\n]*(\n|$)|#[^\n]*(\n|$)|\/\*[\s\S]*?\*\/)+/, "");
}

function endOf(text: string, from: number, mark: string): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at;
}
