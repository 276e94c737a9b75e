// `stack fault`: what goes wrong on purpose in a running cloud, and ends when it is told to.

import { expect, test } from "bun:test";
import { Stack } from "../support/stack.ts";

test("faults of requests and of drivers: added, listed, struck, removed", async () => {
  await using stack = await Stack.up({ args: ["--set", "ENABLED_SERVICES=key,g-api"] });
  const base = stack.adminEnv["OS_AUTH_URL"]!.replace(/\/identity\/v3$/, "/image/");
  const status = async () => (await fetch(base)).status;
  expect(await status()).toBe(300);
  expect((await stack.cli("fault", "add", "http.g-api", "--times", "1")).stdout).toBe("fault 1\n");
  expect(await status()).toBe(500);
  expect(await status()).toBe(300);
  await stack.cli("fault", "add", "http.g-api", "drop");
  expect(status()).rejects.toThrow();
  await status().catch(() => {});
  const [dropped] = JSON.parse((await stack.cli("fault", "list", "--json")).stdout);
  expect(dropped).toMatchObject({ id: 2, point: "http.g-api", kind: "drop", rate: 1 });
  expect((await stack.cli("fault", "list")).stdout).toMatch(
    /^2 {2}http\.g-api {2}drop {2}rate 1 {2}struck \d times$/m,
  );
  await stack.cli("fault", "remove", "2");
  await stack.cli("fault", "add", "http.*", "slow", "--seconds", "0.3");
  const startedAt = performance.now();
  expect(await status()).toBe(300);
  expect(performance.now() - startedAt).toBeGreaterThan(290);
  await stack.cli("fault", "clear");
  expect((await stack.cli("fault", "list")).stdout).toBe("");
  for (const [args, said] of [
    [["add", "nowhere"], "no point is called nowhere"],
    [["add", "http.key", "--rate", "7"], "at most 1"],
    [["add", "http.key", "broken"], "error, slow or drop"],
    [["remove", "9"], "there is no fault 9"],
  ] as const) {
    const refused = await stack.cli("fault", ...args);
    expect([refused.status > 0, refused.stderr.includes(said)]).toEqual([true, true]);
  }
}, 60_000);
