import { describe, expect, test } from "bun:test";
import { listTable, propertyTable, table, wrapCell } from "./table.ts";

describe("CL-07 CL-08 CL-13 tables as keystone printed them", () => {
  test("a list of Folsom: cells in the middle, odd spaces where PrettyTable puts them", () => {
    const services = [
      ["5b71a2346bb043c6bbbeb6f17deb446f", "glance", "image", "OpenStack Image Service"],
      ["7923583a89a148ea89aee105bd71b751", "ec2", "ec2", "OpenStack EC2 service"],
      ["89dec4d269a945ef82b537b2ec425676", "nova", "compute", "OpenStack Compute Service"],
      ["bea32732deac4f619db175e3c6a552d3", "keystone", "identity", "OpenStack Identity"],
      ["dc62c75a86ec4feaae6cb0bed87959f1", "cinder", "volume", "OpenStack Volume Service"],
    ];
    expect(table(["id", "name", "type", "description"], services, { sortBy: "id" })).toBe(
      `+----------------------------------+----------+----------+---------------------------+
|                id                |   name   |   type   |        description        |
+----------------------------------+----------+----------+---------------------------+
| 5b71a2346bb043c6bbbeb6f17deb446f |  glance  |  image   |  OpenStack Image Service  |
| 7923583a89a148ea89aee105bd71b751 |   ec2    |   ec2    |   OpenStack EC2 service   |
| 89dec4d269a945ef82b537b2ec425676 |   nova   | compute  | OpenStack Compute Service |
| bea32732deac4f619db175e3c6a552d3 | keystone | identity |     OpenStack Identity    |
| dc62c75a86ec4feaae6cb0bed87959f1 |  cinder  |  volume  |  OpenStack Volume Service |
+----------------------------------+----------+----------+---------------------------+
`,
    );
  });

  test("properties of Icehouse, sorted by name", () => {
    const endpoint = {
      region: "regionOne",
      service_id: "b574dea1fba74ada9cc7008dd458637c",
      adminurl: "http://controller:35357/v2.0",
      publicurl: "http://controller:5000/v2.0",
      internalurl: "http://controller:5000/v2.0",
      id: "bd749a1704b8469d8d9cbe11698ba5e1",
    };
    expect(propertyTable(endpoint)).toBe(
      `+-------------+----------------------------------+
|   Property  |              Value               |
+-------------+----------------------------------+
|   adminurl  |   http://controller:35357/v2.0   |
|      id     | bd749a1704b8469d8d9cbe11698ba5e1 |
| internalurl |   http://controller:5000/v2.0    |
|  publicurl  |   http://controller:5000/v2.0    |
|    region   |            regionOne             |
|  service_id | b574dea1fba74ada9cc7008dd458637c |
+-------------+----------------------------------+
`,
    );
  });

  test("to the left, as glance and nova", () => {
    expect(propertyTable({ checksum: "50bd", deleted: false, name: null }, { align: "left" })).toBe(
      `+----------+-------+
| Property | Value |
+----------+-------+
| checksum | 50bd  |
| deleted  | False |
| name     |       |
+----------+-------+
`,
    );
  });
});

test("what is missing is blank, True is Python's, and of no rows an empty line is left", () => {
  const rows = [{ id: "b", enabled: true, email: null }, { id: "a" }];
  expect(listTable(rows, ["id", "enabled", "email"])).toBe(
    `+----+---------+-------+
| id | enabled | email |
+----+---------+-------+
| a  |         |       |
| b  |   True  |       |
+----+---------+-------+
`,
  );
  expect(listTable([], ["id"])).toBe("\n");
});

test("capitals sort before small letters, rows alike by their other cells", () => {
  const text = table(
    ["n", "v"],
    [
      ["a", "2"],
      ["Z", "9"],
      ["a", "1"],
    ],
    { sortBy: "n" },
  );
  expect(text.match(/\| (\S) \| (\S) \|/g)?.slice(1)).toEqual(["| Z | 9 |", "| a | 1 |", "| a | 2 |"]);
});

test("wide characters take two columns, a cell may have several lines", () => {
  expect(table(["name", "id"], [["测试", wrapCell("abcdef", 4)]])).toBe(
    `+------+------+
| name |  id  |
+------+------+
| 测试 | abcd |
|      |  ef  |
+------+------+
`,
  );
});
