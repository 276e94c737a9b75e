// The image service's tool on a database of its own.

import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { glanceManage } from "./index.ts";

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "glance-manage-"));
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

async function run(...argv: string[]) {
  const said = { out: "", err: "", status: -1 };
  said.status = await glanceManage(argv, {
    env: { STACK_STATE: state },
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
  });
  return said;
}

test("MG-02 db_sync in one word says nothing and does no harm twice", async () => {
  expect(await run("db_sync")).toEqual({ out: "", err: "", status: 0 });
  expect(existsSync(join(state, "glance.db"))).toBe(true);
  expect(await run("db_sync")).toEqual({ out: "", err: "", status: 0 });
});

test("the schema, as Zed tells of it", async () => {
  const needed = "Your database is not up to date. Your first step is to run `glance-manage db expand`.\n";
  expect(await run("db", "check")).toEqual({ out: needed, err: "", status: 3 });
  expect((await run("db", "version")).out).toStartWith("Database is either not under migration control");
  expect((await run("db", "migrate")).err).toStartWith("Data migration did not run.");
  expect((await run("db", "sync")).out).toBe("Database is synced successfully.\n");
  expect((await run("db", "sync")).out).toBe("Database is up to date. No migrations needed.\n");
  expect((await run("db", "version")).out).toBe("wallaby_contract01\n");
  expect((await run("db_version")).out).toBe("wallaby_contract01\n");
  expect(await run("db", "check")).toEqual({
    out: "Database is up to date. No upgrades needed.\n",
    err: "",
    status: 0,
  });
  for (const step of ["expand", "migrate", "contract"]) {
    expect((await run("db", step)).out).toBe("Database is up to date. No migrations needed.\n");
  }
});

test("purge: rows that were deleted long ago, the images' own only when asked", async () => {
  await run("db", "sync");
  const db = new Database(join(state, "glance.db"));
  const old = "2013-07-15 10:54:06";
  db.run(
    `INSERT INTO images (id, name, status, created_at, updated_at, deleted_at, deleted, min_disk, min_ram, protected, visibility, os_hidden)
     VALUES ('a', 'old', 'deleted', '${old}', '${old}', '${old}', 1, 0, 0, 0, 'private', 0)`,
  );
  db.run(
    `INSERT INTO image_properties (image_id, name, value, created_at, updated_at, deleted_at, deleted)
     VALUES ('a', 'os', 'linux', '${old}', '${old}', '${old}', 1)`,
  );
  const count = (table: string) => db.query(`SELECT count(*) AS n FROM ${table}`).get() as { n: number };
  expect((await run("db", "purge", "--age_in_days", "soon")).err).toBe(
    "Invalid int value for age_in_days: soon\n",
  );
  expect((await run("db", "purge", "--age_in_days", "-1")).status).toBe(1);
  expect((await run("db", "purge", "--max_rows", "-2")).err).toBe("Minimal rows limit is -1.\n");
  expect((await run("db", "purge", "--age_in_days", "99999")).err).toBe(
    "Maximal age is count of days since epoch.\n",
  );
  const purged = await run("db", "purge", "--age_in_days", "30", "--max_rows", "10");
  expect(purged.status).toBe(0);
  expect(purged.err).toContain("Deleted 1 row(s) from table image_properties\n");
  expect([count("image_properties").n, count("images").n]).toEqual([0, 1]);
  expect((await run("db", "purge_images_table")).err).toBe(
    "Purging deleted rows older than 180 day(s) from table images\nDeleted 1 row(s) from table images\n",
  );
  expect(count("images").n).toBe(0);
  db.close();
});

test("metadata definitions: loaded, exported, cleared", async () => {
  const folder = join(state, "metadefs");
  expect((await run("db", "load_metadefs", "--path", folder)).err).toBe(
    `Json schema files not found in ${folder}. Aborting.\n`,
  );
  const file = join(state, "compute.json");
  const document = {
    namespace: "OS::Compute::Test",
    display_name: "Test",
    visibility: "public",
    protected: true,
    properties: { size: { title: "Size", type: "integer" } },
    tags: [{ name: "one" }],
  };
  writeFileSync(file, JSON.stringify(document));
  writeFileSync(join(state, "broken.json"), "{");
  expect((await run("db", "load_metadefs", "--path", file)).err).toBe(`File ${file} loaded to database.\n`);
  expect((await run("db_load_metadefs", file)).err).toBe(
    "Skipping namespace OS::Compute::Test. It already exists in the database.\n",
  );
  expect((await run("db", "load_metadefs", "--path", join(state, "broken.json"))).err).toStartWith(
    "Failed to parse json file ",
  );
  expect((await run("db", "export_metadefs", "--path", folder)).status).toBe(0);
  expect(readdirSync(folder)).toEqual(["OS__Compute__Test.json"]);
  expect(JSON.parse(readFileSync(join(folder, "OS__Compute__Test.json"), "utf8"))).toMatchObject(document);
  expect((await run("db", "unload_metadefs")).status).toBe(0);
  expect((await run("db", "load_metadefs", "--path", folder)).err).toContain(" loaded to database.\n");
});

test("wrong usage, help", async () => {
  expect(await run()).toEqual({
    out: "glance-manage category action [<args>]\nAvailable categories:\n\tdb\n",
    err: "",
    status: 2,
  });
  const wrong = await run("db", "nonsense");
  expect(wrong.status).toBe(2);
  expect(wrong.err).toContain("invalid choice: 'nonsense'");
  expect((await run("db_purge")).status).toBe(2);
  expect((await run("--help")).out).toContain("db purge_images_table");
  expect((await run("db", "purge", "--help")).out).toContain("--age_in_days");
});
