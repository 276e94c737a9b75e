// Who may import whom. Services know each other only by `public.ts`; what is below never imports what is above.

import { expect, test } from "bun:test";
import { dirname, join, relative, resolve } from "node:path";
import { ROOT } from "../support/stack.ts";

const SRC = join(ROOT, "src");
const SERVICES = [
  "identity",
  "image",
  "placement",
  "scheduler",
  "compute",
  "volume",
  "network",
  "object-store",
  "dashboard",
];
/** Below every service; may import each other but no service. */
const FOUNDATION = ["core", "config", "db", "http", "policy", "control"];
/** Above: they put the services together. */
const TOP = ["cli", "programs", "testing", "tui", "plugins", ""];

interface Import {
  from: string;
  to: string;
}

async function imports(): Promise<Import[]> {
  const found: Import[] = [];
  for await (const file of new Bun.Glob("**/*.{ts,tsx}").scan(SRC)) {
    const text = await Bun.file(join(SRC, file)).text();
    for (const [, target] of text.matchAll(/(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g)) {
      found.push({ from: file, to: relative(SRC, resolve(dirname(join(SRC, file)), target!)) });
    }
  }
  return found;
}

const folder = (path: string) => (path.includes("/") ? path.split("/")[0]! : "");
const isTest = (path: string) => /\.test\.tsx?$/.test(path) || path.startsWith("testing/");

test("services import of each other only public.ts", async () => {
  const wrong = (await imports()).filter(
    ({ from, to }) =>
      !isTest(from) &&
      SERVICES.includes(folder(from)) &&
      SERVICES.includes(folder(to)) &&
      folder(from) !== folder(to) &&
      !to.endsWith("/public.ts"),
  );
  expect(wrong).toEqual([]);
});

test("the foundation imports no service and nothing above", async () => {
  const wrong = (await imports()).filter(
    ({ from, to }) =>
      !isTest(from) &&
      FOUNDATION.includes(folder(from)) &&
      (SERVICES.includes(folder(to)) || (TOP.includes(folder(to)) && to !== "cloud.ts")),
  );
  expect(wrong).toEqual([]);
});

test("within a service, imports point down: the API knows the rules, the rules know no API", async () => {
  const wrong = (await imports()).filter(({ from, to }) => {
    if (isTest(from) || folder(from) !== folder(to) || !SERVICES.includes(folder(from))) return false;
    const inApi = (path: string) => /^[^/]+\/(.+\/)?(api|compute-api)\//.test(path);
    const file = from.split("/").at(-1)!;
    return !inApi(from) && inApi(to) && file !== "index.ts" && file !== "public.ts";
  });
  expect(wrong).toEqual([]);
});

test("SQL stands only in stores, migrations and the database runner", async () => {
  const wrong: string[] = [];
  for await (const file of new Bun.Glob("**/*.ts").scan(SRC)) {
    if (
      isTest(file) ||
      /(^|\/)(store|stores|tables|migrations)/.test(file) ||
      /(-store|sql|tables)[^/]*\.ts$/.test(file)
    )
      continue;
    if (/^(db|core\/bus-store|core\/lock|cli\/sql)/.test(file)) continue;
    const text = await Bun.file(join(SRC, file)).text();
    if (/\b(INSERT INTO|DELETE FROM|CREATE TABLE|SELECT .+ FROM)\b/.test(text)) wrong.push(file);
  }
  expect(wrong).toEqual([]);
});
