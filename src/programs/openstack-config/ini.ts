// A configuration file as rows of text: what is not changed stays as it was written.

const HEADING = /^\s*\[([^\]]+)\]\s*$/;

const isOption = (row: string, key: string) => {
  const option = /^([^#;=:\s][^=:]*?)\s*[=:]/.exec(row);
  return option?.[1] === key;
};

/** First and last row of a section's body, the last not included; null when there is no such section. */
function bodyOf(rows: readonly string[], section: string): [number, number] | null {
  // Rows before any heading belong to [DEFAULT].
  const at = rows.findIndex((row) => HEADING.exec(row)?.[1]?.trim() === section);
  if (at < 0) return null;
  const next = rows.findIndex((row, i) => i > at && HEADING.test(row));
  return [at + 1, next < 0 ? rows.length : next];
}

export function optionOf(text: string, section: string, key: string): string | null {
  const rows = text.split("\n");
  const body = bodyOf(rows, section);
  if (!body) return null;
  const row = rows.slice(...body).find((each) => isOption(each, key));
  return row === undefined ? null : row.replace(/^[^=:]*[=:]\s*/, "").trim();
}

/** @param key null: the section is made, and nothing else */
export function withValue(text: string, section: string, key: string | null, value: string): string {
  const rows = text === "" ? [] : text.replace(/\n$/, "").split("\n");
  const body = bodyOf(rows, section);
  const made = key === null ? [] : [`${key} = ${value}`];
  if (!body) {
    const gap = rows.length > 0 && rows.at(-1) !== "" ? [""] : [];
    return `${[...rows, ...gap, `[${section}]`, ...made].join("\n")}\n`;
  }
  if (key === null) return text;
  const [start, end] = body;
  const at = rows.findIndex((row, i) => i >= start && i < end && isOption(row, key));
  if (at >= 0) rows.splice(at, 1, ...made);
  else {
    let last = end;
    while (last > start && rows[last - 1]?.trim() === "") last--;
    rows.splice(last, 0, ...made);
  }
  return `${rows.join("\n")}\n`;
}

/** @param key null: the whole section goes */
export function deleted(text: string, section: string, key: string | null): string {
  const rows = text.replace(/\n$/, "").split("\n");
  const body = bodyOf(rows, section);
  if (!body) return text;
  const [start, end] = body;
  const kept = rows.filter((row, i) =>
    key === null ? i < start - 1 || i >= end : i < start || i >= end || !isOption(row, key),
  );
  return `${kept.join("\n")}\n`;
}
