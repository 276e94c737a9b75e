import { expect, test } from "bun:test";
import { busConsoleApp } from "./bus-console.ts";

const app = busConsoleApp({
  queues: () => [
    { project: "cinder", topic: "volume.c01@lvm", messages: 3, consumers: 0 },
    { project: "nova", topic: "<b>", messages: 0, consumers: 1 },
  ],
  down: () => false,
});
const get = (path: string) => app.fetch(new Request(`http://h${path}`));

test("LG-11 the queues as RabbitMQ's management API and page tell them", async () => {
  expect(await (await get("/api/queues")).json()).toMatchObject([
    { name: "volume.c01@lvm", vhost: "/", messages: 3, consumers: 0 },
    { name: "<b>", messages: 0, consumers: 1 },
  ]);
  expect(await (await get("/api/overview")).json()).toMatchObject({
    queue_totals: { messages: 3 },
    object_totals: { queues: 2, consumers: 1 },
  });
  const page = await (await get("/")).text();
  expect(page).toContain("<td>volume.c01@lvm</td>");
  expect(page).toContain("&lt;b&gt;");
  expect(page).toContain("The message bus is up.");
});
