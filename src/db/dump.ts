// A database as SQL text in the form of mysqldump: `mysql NAME < FILE` brings it back. The statements are those of the
// databases here, so they are read by this cloud's `mysql` alone.

import { Database } from "bun:sqlite";

interface Entry {
  type: "table" | "index" | "view" | "trigger";
  name: string;
  sql: string;
}

const ROWS_AT_ONCE = 100;

export interface DumpOptions {
  /** What the text says it is of. */
  name: string;
  data: boolean;
  schema: boolean;
  /** Only these tables; all when empty. */
  tables: readonly string[];
}

/** In pieces. The file is read as it is at one instant, whoever writes to it. */
export function* dumpDatabase(path: string, { name, data, schema, tables }: DumpOptions): Generator<string> {
  const db = new Database(path, { readonly: true, safeIntegers: true });
  try {
    db.run("BEGIN");
    const entries = db
      .query<Entry, []>(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
      )
      .all()
      .filter((entry) => tables.length === 0 || (entry.type === "table" && tables.includes(entry.name)));
    const of = (...types: Entry["type"][]) => entries.filter(({ type }) => types.includes(type));
    yield `--\n-- Current Database: \`${name}\`\n--\n\nBEGIN;\n`;
    // Triggers would do again what the rows say already, and views stand on the tables.
    if (schema) {
      for (const entry of [...of("trigger"), ...of("view")])
        yield `DROP ${entry.type} IF EXISTS ${quoted(entry.name)};\n`;
    }
    for (const table of of("table")) yield* dumpTable(db, table, { data, schema });
    if (schema) for (const entry of of("index", "view", "trigger")) yield `${entry.sql};\n`;
    if (data && tables.length === 0) yield* dumpSequences(db);
    yield "COMMIT;\n";
  } finally {
    db.close();
  }
}

function* dumpTable(
  db: Database,
  { name, sql }: Entry,
  { data, schema }: Pick<DumpOptions, "data" | "schema">,
): Generator<string> {
  if (schema)
    yield `\n--\n-- Table structure for table \`${name}\`\n--\n\nDROP TABLE IF EXISTS ${quoted(name)};\n${sql};\n`;
  if (!data) return;
  yield `\n--\n-- Dumping data for table \`${name}\`\n--\n\n`;
  if (!schema) yield `DELETE FROM ${quoted(name)};\n`;
  const columns = db
    .query<{ name: string; hidden: bigint }, []>(`PRAGMA table_xinfo(${quoted(name)})`)
    .all()
    // 2 and 3: generated (SQLite documentation, "PRAGMA table_xinfo").
    .filter(({ hidden }) => hidden === 0n)
    .map((column) => quoted(column.name))
    .join(", ");
  const insert = `INSERT INTO ${quoted(name)} (${columns}) VALUES `;
  let rows: string[] = [];
  for (const row of db.query(`SELECT ${columns} FROM ${quoted(name)}`).values() as unknown[][]) {
    rows.push(`(${row.map(literal).join(",")})`);
    if (rows.length < ROWS_AT_ONCE) continue;
    yield `${insert}${rows.join(",")};\n`;
    rows = [];
  }
  if (rows.length > 0) yield `${insert}${rows.join(",")};\n`;
}

/** What the next AUTOINCREMENT id of each table is. */
function* dumpSequences(db: Database): Generator<string> {
  const has = db.query("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").get();
  if (!has) return;
  yield "DELETE FROM sqlite_sequence;\n";
  for (const row of db.query("SELECT name, seq FROM sqlite_sequence").values() as unknown[][]) {
    yield `INSERT INTO sqlite_sequence (name, seq) VALUES (${row.map(literal).join(",")});\n`;
  }
}

function quoted(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString("hex")}'`;
  return `'${String(value).replaceAll("'", "''")}'`;
}
