import { expect, test } from "bun:test";
import { ProjectDatabase } from "../../db/open.ts";
import { Commits } from "./commits.ts";

function made() {
  const db = new ProjectDatabase({ path: ":memory:", migrations: [] });
  db.raw.run("CREATE TABLE t (n INTEGER)");
  let flushed = 0;
  let reset = 0;
  const commits = new Commits(db, { flush: () => flushed++, reset: () => reset++ });
  const insert = (n: number) => db.raw.run("INSERT INTO t VALUES (?)", [n]);
  const rows = () =>
    db.raw
      .query<{ n: number }, []>("SELECT n FROM t ORDER BY n")
      .all()
      .map(({ n }) => n);
  return { commits, insert, rows, counts: () => ({ flushed, reset }) };
}

test("what arrives together is one transaction", async () => {
  const { commits, insert, rows, counts } = made();
  let committed = 0;
  commits.onCommit(() => committed++);
  const results = await Promise.all(
    [1, 2, 3].map((n) =>
      commits.write(() => {
        insert(n);
        return n * 10;
      }),
    ),
  );
  expect(results).toEqual([10, 20, 30]);
  expect(rows()).toEqual([1, 2, 3]);
  expect(committed).toBe(1);
  expect(counts()).toEqual({ flushed: 1, reset: 0 });
});

test("one that fails takes nothing with it", async () => {
  const { commits, insert, rows, counts } = made();
  const results = await Promise.allSettled(
    [1, 2, 3].map((n) =>
      commits.write(() => {
        insert(n);
        if (n === 2) throw new RangeError("two");
      }),
    ),
  );
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect((results[1] as PromiseRejectedResult).reason).toBeInstanceOf(RangeError);
  expect(rows()).toEqual([1, 3]);
  expect(counts()).toEqual({ flushed: 2, reset: 2 });
});

test("more than fits into one batch, and waiting for all of it", async () => {
  const { commits, insert, rows } = made();
  for (let n = 0; n < 600; n++) void commits.write(() => insert(n));
  await commits.settled();
  await commits.settled();
  await commits.settled();
  expect(rows()).toHaveLength(600);
});

test("nobody is answered before the disk has it, and what comes meanwhile waits for the next sync", async () => {
  const db = new ProjectDatabase({ path: ":memory:", migrations: [] });
  db.raw.run("CREATE TABLE t (n INTEGER)");
  const syncs: PromiseWithResolvers<void>[] = [];
  const commits = new Commits(db, { flush: () => {}, reset: () => {} }, () => {
    syncs.push(Promise.withResolvers<void>());
    return syncs.at(-1)!.promise;
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const answered: number[] = [];
  const write = (n: number) =>
    commits
      .write(() => db.raw.run("INSERT INTO t VALUES (?)", [n]))
      .then(() => answered.push(n))
      .catch(() => answered.push(-n));
  const count = () => db.raw.query<{ n: number }, []>("SELECT count(*) AS n FROM t").get()!.n;
  void write(1);
  void write(2);
  await turn();
  expect([count(), syncs.length, answered]).toEqual([2, 1, []]);
  void write(3);
  await turn();
  // Written while the first sync still runs, which does not count for it.
  expect([count(), syncs.length, answered]).toEqual([3, 1, []]);
  syncs[0]!.resolve();
  await turn();
  expect([syncs.length, answered]).toEqual([2, [1, 2]]);
  syncs[1]!.reject(new Error("the disk is gone"));
  await turn();
  expect(answered).toEqual([1, 2, -3]);
});
