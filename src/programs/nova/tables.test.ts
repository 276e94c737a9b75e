import { expect, test } from "bun:test";
import { slug } from "./client.ts";
import { pyJson, pyText, Tables } from "./tables.ts";

const folsom = new Tables("folsom");
const icehouse = new Tables("icehouse");

test("CL-09 nothing, None and a dash, in lists and properties", () => {
  const rows = [{ id: "1", name: null }, { id: "2" }];
  expect(folsom.list(rows, ["ID", "Name"])).toBe(
    "+----+------+\n| ID | Name |\n+----+------+\n| 1  | None |\n| 2  |      |\n+----+------+\n",
  );
  expect(icehouse.list(rows, ["ID", "Name"])).toContain("| 1  | -    |\n| 2  |      |\n");
  expect(folsom.properties({ a: null, b: "" })).toContain("| a        | None  |\n| b        |       |\n");
  expect(icehouse.properties({ a: null, b: "" })).toContain("| a        | -     |\n| b        |       |\n");
});

test("of no rows Folsom prints an empty line, Icehouse the head", () => {
  expect(folsom.list([], ["ID"])).toBe("\n");
  expect(icehouse.list([], ["ID"])).toBe("+----+\n| ID |\n+----+\n+----+\n");
});

test("Folsom sorts by its first column, numbers as numbers; Icehouse takes rows as they come", () => {
  const rows = [{ id: 10 }, { id: 9 }, { id: null }, { id: "a" }];
  const order = (text: string) => [...text.matchAll(/^\| (\S+) /gm)].slice(1).map(([, cell]) => cell);
  expect(order(folsom.list(rows, ["ID"]))).toEqual(["None", "9", "10", "a"]);
  expect(order(icehouse.list(rows, ["ID"]))).toEqual(["10", "9", "-", "a"]);
  expect(order(icehouse.list([{ id: "b" }, { id: "a" }], ["ID"], { sortBy: "ID" }))).toEqual(["a", "b"]);
});

test("CL-10 Python's repr and JSON of the same value", () => {
  const value = [{ name: "default", n: 1, on: true, none: null }];
  expect(pyText(value)).toBe("[{u'name': u'default', u'n': 1, u'on': True, u'none': None}]");
  expect(pyJson(value)).toBe('[{"name": "default", "n": 1, "on": true, "none": null}]');
  expect(pyText(["it's", 'a "b"', "ü", "\u20ac", "\u{1f600}", "a\\b\n"])).toBe(
    "[u\"it's\", u'a \"b\"', u'\\xfc', u'\\u20ac', u'\\U0001f600', u'a\\\\b\\n']",
  );
});

test("what is long is broken; a traceback's lines are rows", () => {
  expect(icehouse.properties({ a: "one two three" }, { wrap: 7 })).toContain(
    "| a        | one two |\n|          | three   |\n",
  );
  expect(icehouse.properties({ fault: { details: "a\nb" } })).toContain(
    '| fault    | {"details": "a |\n|          | b"}            |\n',
  );
});

test("human ids", () => {
  expect(slug("My Server")).toBe("my-server");
  expect(slug("vm_1 (copy)")).toBe("vm_1-copy");
});
