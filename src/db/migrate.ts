// Numbered SQL migrations, embedded in the binary and recorded by name (drizzle's own migrator reads a folder and
// skips a migration older than the newest applied one, so it can serve neither a single file nor two branches).

import type { Database } from "bun:sqlite";

export interface Migration {
  /** `SERVICE/NNNN-change`, unique for ever: `compute/0001-initial`. */
  name: string;
  /** One or more SQL statements. */
  sql: string;
}

/** Applies, in the order given, what the file has not seen yet; each migration in a transaction of its own. */
export function applyMigrations(db: Database, migrations: readonly Migration[]): void {
  db.run(
    "CREATE TABLE IF NOT EXISTS stack_migrations (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP) WITHOUT ROWID",
  );
  const rows = db.query<{ name: string }, []>("SELECT name FROM stack_migrations").all();
  const applied = new Set(rows.map((row) => row.name));
  for (const migration of migrations) {
    if (applied.has(migration.name)) continue;
    db.transaction(() => {
      db.run(migration.sql);
      db.query("INSERT INTO stack_migrations (name) VALUES (?)").run(migration.name);
    })();
  }
}

/** Names of those that the file has not seen. Changes nothing. */
export function pendingMigrations(db: Database, migrations: readonly Migration[]): string[] {
  const known = db
    .query<{ n: number }, []>("SELECT count(*) AS n FROM sqlite_master WHERE name = 'stack_migrations'")
    .get();
  const rows = known?.n ? db.query<{ name: string }, []>("SELECT name FROM stack_migrations").all() : [];
  const applied = new Set(rows.map((row) => row.name));
  return migrations.map(({ name }) => name).filter((name) => !applied.has(name));
}
