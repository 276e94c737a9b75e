import { expect, test } from "bun:test";
import { FormError, parseHeaderValue, readForm } from "./multipart.ts";
import { chunks, gather } from "./testing.ts";

const FORM = [
  "--b",
  'Content-Disposition: form-data; name="redirect"',
  "",
  "http://x/",
  "--b",
  'Content-Disposition: form-data; name="file1"; filename="a \\"b\\".txt"',
  "Content-Type: text/plain",
  "",
  "line\r\n--not the boundary\r\n",
  "--b--",
  "",
].join("\r\n");

async function read(...parts: (string | Uint8Array)[]) {
  const found: unknown[] = [];
  for await (const part of readForm(chunks(...parts), "b")) {
    found.push([
      part.name,
      part.filename,
      part.headers.get("content-type"),
      (await gather(part.data)).toString(),
    ]);
  }
  return found;
}

const EXPECTED = [
  ["redirect", null, undefined, "http://x/"],
  ["file1", 'a "b".txt', "text/plain", "line\r\n--not the boundary\r\n"],
];

test("parts of a form, however they arrive", async () => {
  expect(await read(FORM)).toEqual(EXPECTED);
  expect(await read(...FORM)).toEqual(EXPECTED);
});

test("parts nobody reads, and text cut short", async () => {
  const names: (string | null)[] = [];
  for await (const { name } of readForm(chunks(FORM), "b")) names.push(name);
  expect(names).toEqual(["redirect", "file1"]);
  for await (const part of readForm(chunks(FORM), "b")) {
    expect(await part.text(4)).toBe("http");
    break;
  }
});

test("a body that does not begin with the boundary", () => {
  expect(read("--c\r\n")).rejects.toBeInstanceOf(FormError);
});

test("header values", () => {
  const { value, parameters } = parseHeaderValue('form-data; name=a; filename="x;y"');
  expect(value).toBe("form-data");
  expect([...parameters]).toEqual([
    ["name", "a"],
    ["filename", "x;y"],
  ]);
});
