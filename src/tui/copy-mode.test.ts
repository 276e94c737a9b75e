import { expect, test } from "bun:test";
import { CopyMode } from "./copy-mode.ts";

function setup(lines: string[], height = 5, continued: number[] = []) {
  const copied: string[] = [];
  const said: string[] = [];
  const followed: string[] = [];
  const mode = new CopyMode({
    rows: lines.map((text, i) => ({ text, drawn: text, continued: continued.includes(i) })),
    width: 20,
    height,
    copied: (text) => copied.push(text),
    say: (text) => said.push(text),
    follow: (text) => followed.push(text),
  });
  const type = (...keys: string[]) => keys.map((key) => mode.type(key)).at(-1)!;
  return { mode, type, copied, said, followed, shown: () => mode.draw(20, height) };
}

const HUNDRED = Array.from({ length: 100 }, (_, i) => `line ${i}`);

test("DS-19 moves by rows, pages and to the ends; the position is told as screen tells it", () => {
  const { type, shown, mode } = setup(HUNDRED);
  expect(mode.position).toBe("Copy mode - Column 1 Line 5(+95) (20,5)");
  expect(shown().at(-1)).toBe("line 99");
  type("\x1b[5~");
  expect(shown()[0]).toBe("line 91");
  type("g");
  expect(shown()[0]).toBe("line 0");
  expect(mode.cursor(20, 5)).toEqual({ x: 0, y: 0 });
  type("5", "0", "G");
  expect(shown().at(-1)).toBe("line 49");
  type("1", "0", "k");
  expect(shown()[0]).toBe("line 39");
  type("G");
  expect(shown().at(-1)).toBe("line 99");
  expect(type("q")).toBe(false);
});

test("DS-19 / and ? search, n and N go on, and say when there is nothing", () => {
  const { type, shown, said, mode } = setup(HUNDRED);
  type("?", "l", "ine 5", "\r");
  expect(shown()[mode.cursor(20, 5).y]).toBe("\x1b[7mline 5\x1b[m9");
  type("n");
  expect(shown()[mode.cursor(20, 5).y]).toContain("8");
  type("N");
  expect(shown()[mode.cursor(20, 5).y]).toContain("9");
  type("/", "LINE 70", "\r");
  expect(said).toEqual(["Pattern not found"]);
  type("/", "line 70", "\r");
  expect(shown()[mode.cursor(20, 5).y]).toContain("line 70");
});

test("two marks copy what lies between; a line that was wrapped stays one", () => {
  const { type, copied } = setup(["one two", "a line that goes", " on here", "end"], 5, [1]);
  type("g", "w");
  type(" ");
  type("j", "j", "j", "0", "e");
  expect(type("\r")).toBe(false);
  expect(copied).toEqual(["two\na line that goes on here\nend"]);
});

test("whole lines and single words", () => {
  const lines = setup(["one two", "three"]);
  lines.type("g");
  expect(lines.type("Y")).toBe(false);
  expect(lines.copied).toEqual(["one two"]);
  const word = setup(["one two", "three"]);
  word.type("g", "w");
  expect(word.type("W")).toBe(false);
  expect(word.copied).toEqual(["two"]);
});

test("words and columns", () => {
  const { type, mode } = setup(["  ab cd", "ef"]);
  const at = () => mode.cursor(20, 5);
  type("g", "^");
  expect(at()).toEqual({ x: 2, y: 0 });
  type("w");
  expect(at()).toEqual({ x: 5, y: 0 });
  type("w");
  expect(at()).toEqual({ x: 0, y: 1 });
  type("b", "$");
  expect(at()).toEqual({ x: 6, y: 0 });
  type("0");
  expect(at()).toEqual({ x: 0, y: 0 });
});

test("t follows the request of the cursor's line", () => {
  const { type, followed } = setup(["x", "req-1 y"]);
  type("t");
  expect(followed).toEqual(["req-1 y"]);
});
