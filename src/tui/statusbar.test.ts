import { expect, test } from "bun:test";
import { inDevstackOrder } from "./order.ts";
import { statusBar } from "./statusbar.ts";

const windows = (titles: string[]) =>
  titles.map((title, number) => ({ number, title, alert: false, activity: false }));
const bar = (titles: string[], current: number, previous: number | null, width: number) =>
  statusBar(windows(titles), current, previous, width);
const FULL = ["shell", "key", "g-reg", "g-api", "n-api", "n-cpu", "n-crt", "n-net", "n-sch"];

test("DS-05 a Swift-only profile", () => {
  expect(bar(["shell", "key", "swift"], 0, null, 80)).toBe("0$ shell*  1$ key  2$ swift");
});

test("DS-06 DS-10 the full profile: current, previous, and dots for what does not fit", () => {
  expect(bar(FULL, 0, 8, 90)).toBe(
    "0$ shell*  1$ key  2$ g-reg  3$ g-api  4$ n-api  5$ n-cpu  6$ n-crt  7$ n-net  8-$ n-sch",
  );
  expect(bar(FULL, 0, null, 40)).toBe("0$ shell*  1$ key  2$ g-reg  ...");
});

test("the current window is always shown", () => {
  for (let width = 20; width < 90; width++) {
    for (let current = 0; current < FULL.length; current++) {
      const text = bar(FULL, current, null, width);
      expect(text.length).toBeLessThanOrEqual(width);
      expect(text).toContain(`${FULL[current]}*`);
    }
  }
});

test("marks for a stopped service and for activity; numbers may have gaps", () => {
  const items = [
    { number: 0, title: "shell", alert: false, activity: false },
    { number: 2, title: "key", alert: true, activity: true },
  ];
  expect(statusBar(items, 0, 2, 80)).toBe("0$ shell*  2-@!$ key");
  expect(statusBar(items, null, null, 80)).toBe("0$ shell  2@!$ key");
});

test("DS-13 windows have DevStack's names in its order, whatever the order in which services start", () => {
  const started = ["key", "g-reg", "g-api", "placement-api", "n-net", "c-api", "c-sch", "c-vol", "n-api"];
  const later = ["n-cond", "n-sch", "n-cpu", "n-novnc", "x-new", "swift", "horizon"];
  const order = inDevstackOrder([...started, ...later].map((window) => ({ window })));
  expect(order.map(({ window }) => window).join(" ")).toBe(
    "key g-reg g-api n-api n-cpu n-net n-sch n-novnc c-api c-vol c-sch swift n-cond placement-api x-new horizon",
  );
});
