// What a monitoring system asks of the whole cloud, without a token, on the shared port: `/metrics` and `/healthcheck`.
// Neither names a project, a user or a resource.

import { Hono } from "hono";
import type { TopicDepth } from "./core/bus.ts";
import { CONTENT_TYPE, gauge, type Metric, prometheusText } from "./core/metrics.ts";
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

/** Which services run, and what waits on the bus. */
export function cloudMetrics(
  services: readonly ServiceStatus[],
  queues: readonly (TopicDepth & { project: string })[],
): Metric[] {
  return [
    gauge(
      "stack_service_up",
      "1 for a service that runs and finds nothing wrong with itself.",
      services.map((service) => ({
        labels: { service: service.window, program: service.name },
        value: hasTrouble(service) ? 0 : 1,
      })),
    ),
    gauge(
      "stack_queue_messages",
      "Messages that wait on the bus.",
      queues.map(({ project, topic, messages }) => ({ labels: { project, topic }, value: messages })),
    ),
  ];
}

const hasTrouble = ({ state, reason }: ServiceStatus) => state !== "running" || reason !== null;

/** A line for every service that does not run or finds something wrong with itself. */
export function troublesOf(services: readonly ServiceStatus[]): string[] {
  return services
    .filter(hasTrouble)
    .map(({ window, state, reason }) => `${window}: ${state}${reason === null ? "" : `, ${reason}`}`);
}
