import { expect, test } from "bun:test";
import { gauge } from "./core/metrics.ts";
import type { ServiceStatus } from "./core/service.ts";
import { operationsApp } from "./operations.ts";

const service = (window: string, more: Partial<ServiceStatus> = {}): ServiceStatus => ({
  name: window,
  window,
  state: "running",
  url: null,
  port: null,
  reason: null,
  note: null,
  ...more,
});

const ask = (path: string, services: ServiceStatus[]) =>
  operationsApp({
    status: async () => services,
    metrics: async () => [gauge("up", "Up.", [{ value: 1 }])],
  }).fetch(new Request(`http://localhost${path}`));

test("LG-17 /healthcheck: OK, or 503 with a line for each service that has trouble", async () => {
  const fine = await ask("/healthcheck", [service("key"), service("n-net", { note: "nothing is plumbed" })]);
  expect([fine.status, await fine.text()]).toEqual([200, "OK"]);
  const bad = await ask("/healthcheck", [
    service("key"),
    service("n-cpu", { state: "stopped" }),
    service("n-net", { reason: "no bridge" }),
  ]);
  expect([bad.status, await bad.text()]).toEqual([503, "n-cpu: stopped\nn-net: running, no bridge"]);
});

test("/metrics has Prometheus' content type", async () => {
  const answer = await ask("/metrics", []);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(await answer.text()).toContain("\nup 1\n");
});
