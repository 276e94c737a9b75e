import { expect, test } from "bun:test";
import { refusal } from "./guard.ts";

const OURS = { "x-requested-with": "XMLHttpRequest", host: "cloud.example:8000" };

const CASES: [string, Record<string, string>, boolean][] = [
  ["our page", { ...OURS, "sec-fetch-site": "same-origin", origin: "http://cloud.example:8000" }, true],
  ["our page where the browser says nothing of itself", OURS, true],
  [
    "our page behind a proxy that changes Host",
    { ...OURS, host: "10.0.0.1", "sec-fetch-site": "same-origin" },
    true,
  ],
  ["a form of another site", { host: OURS.host, "sec-fetch-site": "cross-site" }, false],
  [
    "a form of another port, which is the same site",
    { host: OURS.host, "sec-fetch-site": "same-site" },
    false,
  ],
  ["a script of another port", { ...OURS, "sec-fetch-site": "same-site" }, false],
  ["an address typed in", { host: OURS.host, "sec-fetch-site": "none" }, false],
  ["another port without Fetch Metadata", { ...OURS, origin: "http://cloud.example:9000" }, false],
  ["a sandboxed page", { ...OURS, origin: "null" }, false],
  ["another value of the header", { ...OURS, "x-requested-with": "fetch" }, false],
];

test.each(CASES)("%s", (_, headers, welcome) => {
  expect(refusal((name) => headers[name] ?? null) === null).toBe(welcome);
});
