import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drawResult } from "./sql-layout.ts";
import { SqlSession } from "./sql-session.ts";
import { splitStatements } from "./sql-statements.ts";

const texts = (text: string) => splitStatements(text).statements.map((statement) => statement.text.trim());

describe("statements", () => {
  test("end with ; \\g or \\G, outside quotes and comments", () => {
    expect(texts("a; b\\g c;d\\G")).toEqual(["a", "b", "c", "d"]);
    expect(texts(`select ';', ";", \`;\`; -- one; two\nselect 2; # three;\nselect /* ; */ 3;`)).toEqual([
      "select ';', \";\", `;`",
      "-- one; two\nselect 2",
      "# three;\nselect /* ; */ 3",
    ]);
    expect(splitStatements("a; b\\G").statements.map(({ vertical }) => vertical)).toEqual([false, true]);
  });

  test("what is not ended is kept, what is cancelled is not", () => {
    expect(splitStatements("select 1; select").rest.trim()).toBe("select");
    expect(splitStatements("oops \\c select 1;").statements.map(({ text }) => text)).toEqual([" select 1"]);
    expect(splitStatements("select 'a;\n").statements).toEqual([]);
  });
});

describe("CL-16 layouts of the mysql client", () => {
  const result = {
    names: ["id", "name"],
    rows: [
      [1, "a"],
      [20, null],
    ],
  };

  test("a box: numbers to the right, NULL spelled out", () => {
    expect(drawResult(result, "box")).toBe(
      `+----+------+
| id | name |
+----+------+
|  1 | a    |
| 20 | NULL |
+----+------+
`,
    );
  });

  test("a line a column", () => {
    expect(drawResult(result, "vertical")).toBe(
      `*************************** 1. row ***************************
  id: 1
name: a
*************************** 2. row ***************************
  id: 20
name: NULL
`,
    );
  });

  test("tabs, with names and without", () => {
    expect(drawResult(result, "tabs")).toBe("id\tname\n1\ta\n20\tNULL\n");
    expect(drawResult({ names: ["a"], rows: [["x\ty"]] }, "tabs", true)).toBe("x\\ty\n");
  });
});

describe("a session", () => {
  const folder = mkdtempSync(join(tmpdir(), "stack-sql-"));
  let session: SqlSession;
  const run = (sql: string) => session.run(sql).replace(/\(\d+\.\d\d sec\)/, "(0.00 sec)");

  beforeAll(() => {
    for (const name of ["keystone", "nova"]) {
      const db = new Database(join(folder, `${name}.db`), { create: true });
      db.run("CREATE TABLE instances (uuid TEXT PRIMARY KEY, host TEXT, n INTEGER NOT NULL DEFAULT 1)");
      db.run("INSERT INTO instances (uuid, host) VALUES ('u1', 'c01'), ('u2', NULL)");
      db.close();
    }
    session = new SqlSession(folder);
  });
  afterAll(() => {
    session.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("show databases, use, show tables, describe", () => {
    expect(run("show databases;")).toBe(
      `+----------+
| Database |
+----------+
| keystone |
| neutron  |
| nova     |
+----------+
3 rows in set (0.00 sec)
`,
    );
    expect(() => run("show tables")).toThrow("ERROR 1046 (3D000): No database selected");
    expect(run("USE `nova`")).toBe("Database changed\n");
    expect(run("show tables like 'inst%'")).toContain("| Tables_in_nova (inst%) |\n");
    expect(run("show tables from keystone")).toContain("| instances          |\n");
    expect(run("describe instances")).toBe(
      `+-------+---------+------+-----+---------+-------+
| Field | Type    | Null | Key | Default | Extra |
+-------+---------+------+-----+---------+-------+
| uuid  | text    | NO   | PRI | NULL    |       |
| host  | text    | YES  |     | NULL    |       |
| n     | integer | NO   |     | 1       |       |
+-------+---------+------+-----+---------+-------+
3 rows in set (0.00 sec)
`,
    );
    expect(run("select database()")).toContain("| nova       |");
  });

  test("select, update, nothing found, over two databases", () => {
    expect(run("select nova.instances.uuid as u from nova.instances where host is null")).toBe(
      "+----+\n| u  |\n+----+\n| u2 |\n+----+\n1 row in set (0.00 sec)\n",
    );
    expect(run("update keystone.instances set n = 2")).toBe("Query OK, 2 rows affected (0.00 sec)\n");
    expect(run("-- drill\nselect * from instances where uuid = 'none'")).toBe("Empty set (0.00 sec)\n");
  });

  test("MG-05 what every guide begins with is accepted", () => {
    expect(run("CREATE DATABASE nova")).toBe("Query OK, 1 row affected (0.00 sec)\n");
    const grant = "GRANT ALL PRIVILEGES ON nova.* TO 'nova'@'%' IDENTIFIED BY 'nova1'";
    for (const sql of [grant, "flush privileges", "create user 'a'@'b'"]) {
      expect(run(sql)).toBe("Query OK, 0 rows affected (0.00 sec)\n");
    }
  });

  test.each([
    ["use none", "ERROR 1049 (42000): Unknown database 'none'"],
    ["select * from none", "ERROR 1146 (42S02): Table 'nova.none' doesn't exist"],
    ["describe keystone.none", "ERROR 1146 (42S02): Table 'keystone.none' doesn't exist"],
    ["select none from instances", "ERROR 1054 (42S22): Unknown column 'none' in 'field list'"],
    ["selec 1", "ERROR 1064 (42000): You have an error in your SQL syntax near 'selec'"],
    ["insert into instances (uuid) values ('u1')", "ERROR 1062 (23000): Duplicate entry"],
    ["drop database nova", "ERROR 1044 (42000): Access denied: the cloud keeps database 'nova'"],
  ])("%s: %s", (sql, message) => {
    expect(() => run(sql)).toThrow(message);
  });
});
