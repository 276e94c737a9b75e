// The frame of oslo.upgradecheck: one box of three rows per check, details broken at 60 characters.

export interface CheckResult {
  name: string;
  /** 0 success, 1 warning, 2 failure. */
  code: 0 | 1 | 2;
  details: string | null;
}

const WORDS = ["Success", "Warning", "Failure"];
const WIDTH = 60;

/** Ends with a newline. */
export function boxed(title: string, results: readonly CheckResult[]): string {
  const cells = results.map(({ name, code, details }) => [
    `Check: ${name}`,
    `Result: ${WORDS[code]}`,
    ...broken(`Details: ${details ?? "None"}`),
  ]);
  const width = Math.max(title.length, ...cells.flat().map((row) => row.length));
  const rule = `+${"-".repeat(width + 2)}+\n`;
  const draw = (rows: readonly string[]) => rows.map((row) => `| ${row.padEnd(width)} |\n`).join("");
  return rule + draw([title]) + rule + cells.map((rows) => draw(rows) + rule).join("");
}

/** Further rows are indented by two, as Python's textwrap is told to. */
function broken(text: string): string[] {
  const rows: string[] = [];
  let row = "";
  for (const word of text.split(" ")) {
    if (row !== "" && row.length + 1 + word.length > WIDTH) {
      rows.push(row);
      row = `  ${word}`;
    } else row = row === "" ? word : `${row} ${word}`;
  }
  return [...rows, row];
}
