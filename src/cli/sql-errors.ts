// The numbers, states and texts that MySQL gives to what SQLite complains of, as far as operators meet them.

export class SqlError extends Error {
  override name = "SqlError";

  constructor(code: number, state: string, text: string) {
    super(`ERROR ${code} (${state}): ${text}`);
  }
}

export const unknownDatabase = (name: string) => new SqlError(1049, "42000", `Unknown database '${name}'`);
export const noDatabase = () => new SqlError(1046, "3D000", "No database selected");
export const noTable = (database: string | null, table: string) =>
  new SqlError(
    1146,
    "42S02",
    `Table '${database === null || table.includes(".") ? "" : `${database}.`}${table}' doesn't exist`,
  );

/** @param database the one in use, for the names of its tables */
export function sqlError(error: unknown, database: string | null): Error {
  if (!(error instanceof Error) || error instanceof SqlError) return error as Error;
  const { message } = error;
  const table = /^no such table: (.+)$/.exec(message);
  if (table)
    return database === null && !table[1]!.includes(".") ? noDatabase() : noTable(database, table[1]!);
  const column = /^no such column: (.+)$/.exec(message);
  if (column) return new SqlError(1054, "42S22", `Unknown column '${column[1]}' in 'field list'`);
  const syntax = /^near "(.*)": syntax error$/s.exec(message);
  if (syntax || message === "incomplete input") {
    const near = syntax?.[1] ?? "";
    return new SqlError(1064, "42000", `You have an error in your SQL syntax near '${near}'`);
  }
  if (message.startsWith("UNIQUE constraint failed"))
    return new SqlError(1062, "23000", `Duplicate entry: ${message}`);
  return new SqlError(1105, "HY000", message);
}
