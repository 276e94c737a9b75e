import { expect, test } from "bun:test";
import { commandOfLine, helpRows } from "./commands.ts";
import { KeyReader, keyName, splitKeys } from "./keys.ts";

const command = (name: string, argument = "") => ({ kind: "command", command: { name, argument } });

test("DS-11 what follows Ctrl-A is a command, also over two reads", () => {
  const keys = new KeyReader();
  expect(keys.read("ls\x01n\x01") as unknown[]).toEqual([{ kind: "text", text: "ls" }, command("next")]);
  expect(keys.read("3x") as unknown[]).toEqual([command("select", "3"), { kind: "text", text: "x" }]);
  expect(keys.read("\x01a")).toEqual([{ kind: "text", text: "\x01" }]);
  expect(keys.read("\x01~x")).toEqual([{ kind: "text", text: "x" }]);
});

test("the wheel scrolls; other mouse reports are dropped; a report cut in two is put together", () => {
  const keys = new KeyReader();
  expect(keys.read("\x1b[<64;10;5Ma\x1b[<0;1;1m\x1b[A")).toEqual([
    { kind: "wheel", direction: "up", x: 9, y: 4 },
    { kind: "text", text: "a" },
    { kind: "text", text: "\x1b[A" },
  ]);
  expect(keys.read("b\x1b[<65;1")).toEqual([{ kind: "text", text: "b" }]);
  expect(keys.read("0;5M")).toEqual([{ kind: "wheel", direction: "down", x: 9, y: 4 }]);
});

test("keys of a text, in the forms of several terminals", () => {
  expect(splitKeys("a\x1b[A\x1bOB\x1b[5~\x1b\rü")).toEqual([
    "a",
    "\x1b[A",
    "\x1bOB",
    "\x1b[5~",
    "\x1b",
    "\r",
    "ü",
  ]);
  expect(["\x1b[A", "\x1bOA", "\x1b[1;5A", "\x1b[6~", "\x1b[H", "\x1b[1~", "x", "\x1b"].map(keyName)).toEqual(
    ["up", "up", "up", "page-down", "home", "home", "x", "\x1b"],
  );
});

test("commands by name, and a help that fits a small terminal", () => {
  expect(commandOfLine(" split -v ")).toEqual({ name: "split", argument: "-v" });
  expect(commandOfLine("filter req-1 WARNING")).toEqual({ name: "filter", argument: "req-1 WARNING" });
  expect(commandOfLine("colors off")).toEqual({ name: "colours", argument: "off" });
  expect(commandOfLine("format c:")).toBeNull();
  expect(helpRows(80).length).toBeLessThanOrEqual(22);
  expect(helpRows(80).every((row) => row.length <= 80)).toBe(true);
});
