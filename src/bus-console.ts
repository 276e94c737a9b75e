// The message bus in a browser, where the guides look at RabbitMQ's: `http://HOST:55672/`, and the part of its HTTP API
// that tells how deep the queues are (RabbitMQ 3.0, management plugin: /api/overview, /api/queues).

import { Hono } from "hono";
import { html } from "hono/html";
import type { TopicDepth } from "./core/bus.ts";
import type { FetchApp } from "./http/server.ts";

export interface BusConsoleSource {
  queues(): readonly (TopicDepth & { project: string })[];
  down(): boolean;
}

/** It names topics, which are names of hosts, and numbers; no message, project or user. */
export function busConsoleApp({ queues, down }: BusConsoleSource): FetchApp {
  const app = new Hono();
  app.get("/api/queues", (c) => c.json(queues().map(queueOf)));
  app.get("/api/queues/:vhost", (c) => c.json(queues().map(queueOf)));
  app.get("/api/overview", (c) => {
    const all = queues();
    const messages = all.reduce((sum, queue) => sum + queue.messages, 0);
    const consumers = all.reduce((sum, queue) => sum + queue.consumers, 0);
    return c.json({
      queue_totals: { messages, messages_ready: messages, messages_unacknowledged: 0 },
      object_totals: { queues: all.length, consumers },
    });
  });
  app.get("/", (c) => {
    const rows = queues().map(
      ({ project, topic, messages, consumers }) =>
        html`<tr><td>${project}</td><td>${topic}</td><td class="n">${messages}</td><td class="n">${consumers}</td></tr>`,
    );
    return c.html(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Message bus</title><meta http-equiv="refresh" content="5">
<style>body{font-family:sans-serif;margin:2em}table{border-collapse:collapse}td,th{padding:.3em 1em;text-align:left;border-bottom:1px solid #ccc}.n{text-align:right}</style>
</head><body><h1>Queues</h1><p>The message bus is ${down() ? "down" : "up"}.</p>
<table><thead><tr><th>Project</th><th>Queue</th><th>Messages</th><th>Consumers</th></tr></thead><tbody>${rows}</tbody></table>
</body></html>`);
  });
  return app;
}

function queueOf({ topic, messages, consumers }: TopicDepth) {
  return {
    name: topic,
    vhost: "/",
    durable: true,
    auto_delete: false,
    messages,
    messages_ready: messages,
    messages_unacknowledged: 0,
    consumers,
    state: "running",
  };
}
