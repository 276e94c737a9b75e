import { expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProjectDatabase } from "../../db/open.ts";
import { WalSync } from "./wal-sync.ts";

test("the log is synced beside the database, through checkpoints; a database in memory has none", async () => {
  const folder = mkdtempSync(join(tmpdir(), "wal-sync-"));
  try {
    const path = join(folder, "a.db");
    const db = new ProjectDatabase({ path, migrations: [] });
    const wal = WalSync.of(db)!;
    db.raw.run("CREATE TABLE t (n INTEGER, data BLOB)");
    for (let n = 0; n < 300; n++) {
      db.raw.run("INSERT INTO t VALUES (?, randomblob(2000))", [n]);
      if (n % 100 === 99) db.raw.run("PRAGMA wal_checkpoint(RESTART)");
      await wal.sync();
    }
    // What a power cut would leave: the files as they are, without the process.
    for (const suffix of ["", "-wal"]) copyFileSync(path + suffix, join(folder, `copy.db${suffix}`));
    const copy = new ProjectDatabase({ path: join(folder, "copy.db"), migrations: [] });
    expect(copy.raw.query("SELECT count(*) AS n FROM t").get()).toEqual({ n: 300 });
    copy.close();
    await wal.close();
    await wal.close();
    db.close();
    expect(WalSync.of(new ProjectDatabase({ path: ":memory:", migrations: [] }))).toBeNull();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
