// What a monitoring system asks of the whole cloud, without a token, on the shared port: `/metrics` and `/healthcheck`.
// Neither names a project, a user or a resource.

import { Hono } from "hono";
import { CONTENT_TYPE, type Metric, prometheusText } from "./core/metrics.ts";
import type { ServiceStatus } from "./core/service.ts";
import type { FetchApp } from "./http/server.ts";

export interface Operated {
  status(): Promise<ServiceStatus[]>;
  metrics(): Promise<Metric[]>;
}

export function operationsApp(cloud: Operated): FetchApp {
  const app = new Hono();
  app.get("/metrics", async (c) =>
    c.body(prometheusText(await cloud.metrics()), 200, { "content-type": CONTENT_TYPE }),
  );
  // As oslo.middleware's healthcheck answers: OK, or 503 and the reasons.
  app.get("/healthcheck", async (c) => {
    const troubles = troublesOf(await cloud.status());
    return troubles.length === 0 ? c.text("OK") : c.text(troubles.join("\n"), 503);
  });
  return app;
}

/** A line for every service that does not run or finds something wrong with itself. */
export function troublesOf(services: readonly ServiceStatus[]): string[] {
  return services
    .filter(({ state, reason }) => state !== "running" || reason !== null)
    .map(({ window, state, reason }) => `${window}: ${state}${reason === null ? "" : `, ${reason}`}`);
}
