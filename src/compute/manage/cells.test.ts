import { expect, test } from "bun:test";
import { cellsOf, masked } from "./cells.ts";

test("passwords in URLs are masked, everything else stays", () => {
  expect(masked("mysql+pymysql://nova:s3cr:et@db/nova?charset=utf8")).toBe(
    "mysql+pymysql://nova:****@db/nova?charset=utf8",
  );
  for (const url of ["none:/", "fake:/", "sqlite:////var/lib/stack/nova.db", "rabbit://mq:5672/"])
    expect(masked(url)).toBe(url);
});

test("cell0's database is named after that of the cell with hosts", () => {
  const database = (databaseConnection: string) =>
    cellsOf({ cellUuid: "u", transportUrl: "fake:/", databaseConnection })[0]?.databaseConnection;
  expect(database("sqlite:////s/nova.db")).toBe("sqlite:////s/nova_cell0.db");
  expect(database("mysql://a:b@h/nova?charset=utf8")).toBe("mysql://a:b@h/nova_cell0?charset=utf8");
});
