// The control socket: how `stack status`, `stop`, `logs`, the terminal UI and the others talk to a running cloud.
// HTTP on a unix socket in the state directory, which only its owner can enter.

import { Hono } from "hono";
import type { Cloud } from "../cloud.ts";
import { CloudError, messageOf } from "../core/errors.ts";
import { Follower } from "../core/follower.ts";
import { LEVELS, type LogBook } from "../core/log.ts";
import { type FollowOptions, keptLines, LogFollower } from "../core/log-follow.ts";
import { prometheusText } from "../core/metrics.ts";
import { notificationFilter, type SentNotification } from "../core/notifications.ts";
import type { FaultSpec } from "../faults/book.ts";
import type { RequestEnv } from "../http/call.ts";
import { ALREADY_SENT, sendReply } from "../http/send.ts";
import { type Listener, listen } from "../http/server.ts";
import { statusOf } from "../http/status.ts";
import type { PolicyDesk, PolicyQuestion } from "../policy/desk.ts";
import type { BackupFacts } from "../snapshot/backup.ts";
import type { SnapshotDesk } from "../snapshot/desk.ts";

export interface ControlOptions {
  cloud: Cloud;
  policy: PolicyDesk;
  snapshots: SnapshotDesk;
  book: LogBook;
  socket: string;
  isReady(): boolean;
  version: string;
  onShutdown(how: "stop" | "down"): void;
}

/** What `GET /status` answers, and `stack status --json` prints. */
export interface CloudStatus {
  state: "starting" | "running";
  ready: boolean;
  pid: number;
  version: string;
  sharedPort: number | null;
  driver: { name: string; reason: string };
  services: Awaited<ReturnType<Cloud["status"]>>;
}

export async function serveControl(options: ControlOptions): Promise<Listener> {
  const app = controlApp(options);
  await Bun.file(options.socket)
    .delete()
    .catch(() => {}); // left behind by a cloud that was killed; the state lock says that it is gone
  return listen({
    host: "",
    port: 0,
    path: options.socket,
    route: () => ({ app, mount: "" }),
    onError: (error) => options.book.logger("stack", "stack.control").error(null, "request failed", error),
  });
}

function controlApp({ cloud, policy, snapshots, book, isReady, version, onShutdown }: ControlOptions) {
  const app = new Hono<{ Bindings: RequestEnv }>();
  app.onError((error, c) => {
    const status = error instanceof CloudError ? statusOf(error) : 500;
    return c.json({ error: messageOf(error) }, status as 500);
  });
  const levels = () =>
    Object.fromEntries(["stack", ...cloud.windows()].map((window) => [window, book.levelOf(window)]));
  app.get("/status", async (c) => {
    const status: CloudStatus = {
      state: isReady() ? "running" : "starting",
      ready: isReady(),
      pid: process.pid,
      version,
      sharedPort: cloud.sharedPort,
      driver: cloud.driver(),
      services: await cloud.status(),
    };
    return c.json(status);
  });
  app.post("/services/:window/:verb", async (c) => {
    const { window, verb } = c.req.param();
    if (verb === "start") await cloud.startService(window);
    else if (verb === "stop") await cloud.stopService(window);
    else if (verb === "restart") await cloud.restartService(window);
    else return c.notFound();
    return c.json({});
  });
  app.get("/policy", (c) => c.json({ rules: policy.rows(c.req.query("service")) }));
  app.post("/policy/check", async (c) => c.json(policy.answer(await readBody<PolicyQuestion>(c.env))));
  app.post("/snapshots/:name", async (c) => c.json({ snapshot: await snapshots.save(c.req.param("name")) }));
  app.post("/snapshots/:name/restore", async (c) =>
    c.json({ removed: await snapshots.restore(c.req.param("name")) }),
  );
  app.post("/backup", async (c) => {
    const { whole } = await readBody<{ whole: boolean }>(c.env);
    return c.json({ folder: await snapshots.stage(whole) });
  });
  app.post("/restore", async (c) =>
    c.json({ removed: await snapshots.takeIn(await readBody<BackupFacts>(c.env)) }),
  );
  app.get("/faults", (c) => c.json({ faults: cloud.faults.list() }));
  app.post("/faults", async (c) => c.json({ fault: cloud.faults.add(await readBody<FaultSpec>(c.env)) }));
  app.delete("/faults/:id", (c) => {
    cloud.faults.remove(Number(c.req.param("id")));
    return c.json({});
  });
  app.get("/bus", (c) => c.json({ down: cloud.busOutage.down }));
  app.post("/bus/:state", (c) => {
    const { state } = c.req.param();
    if (state === "down") cloud.busOutage.begin();
    else if (state === "up") cloud.busOutage.end();
    else return c.notFound();
    return c.json({});
  });
  app.get("/queues", (c) => c.json({ queues: cloud.projects.queues() }));
  app.get("/metrics", async (c) => c.text(prometheusText(await cloud.metrics())));
  app.get("/log-levels", (c) => c.json({ levels: levels() }));
  app.put("/log-levels/:window/:level", (c) => {
    const { window, level } = c.req.param();
    const wanted = LEVELS.find((known) => known === level);
    if (!wanted || !(window in levels())) return c.notFound();
    book.setLevel(window, wanted);
    return c.json({});
  });
  app.get("/logs", async (c) => {
    const tail = c.req.query("tail");
    const options: FollowOptions = {
      window: c.req.query("window") ?? null,
      after: Number(c.req.query("after") ?? 0),
      filter: c.req.query("filter"),
      ...(tail === undefined ? {} : { tail: Number(tail) }),
    };
    if (c.req.query("follow") === undefined) return c.json({ lines: keptLines(book, options) });
    return sendLines(c.env, new LogFollower(book, options));
  });
  app.get("/notifications", async (c) => {
    const wanted = notificationFilter({ event: c.req.query("event"), request: c.req.query("request") });
    const { notifications } = cloud;
    if (c.req.query("follow") === undefined)
      return c.json({ notifications: notifications.recent().filter(wanted) });
    let unlisten = () => {};
    const follower = new Follower<SentNotification>([], () => unlisten());
    unlisten = notifications.listen((notification) => {
      if (wanted(notification)) follower.push(notification);
    });
    return sendLines(c.env, follower);
  });
  app.post("/shutdown/:how", (c) => {
    const how = c.req.param("how") === "down" ? "down" : "stop";
    setTimeout(() => onShutdown(how), 10); // after this answer
    return c.json({});
  });
  return app;
}

/** Lines of JSON as they come, until the reader goes away. */
async function sendLines({ incoming, outgoing }: RequestEnv, body: AsyncIterable<Uint8Array>) {
  const headers = { "content-type": "application/x-ndjson" };
  await sendReply(incoming!, outgoing!, { status: 200, headers, body });
  return ALREADY_SENT;
}

/** The JSON that the client of the same program has sent. */
async function readBody<T>({ incoming }: RequestEnv): Promise<T> {
  const chunks: Uint8Array[] = [];
  if (incoming) for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
  return JSON.parse(Buffer.concat(chunks).toString("utf8")) as T;
}
