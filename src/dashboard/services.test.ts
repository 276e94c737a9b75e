import { expect, test } from "bun:test";
import type { LogLine } from "../core/log.ts";
import type { ServiceDeclaration } from "../core/service.ts";
import { declarations } from "../services.ts";
import { testCloud } from "../testing/cloud.ts";
import { GUARD, signedIn } from "./testing.ts";

const WINDOWS = ["key", "g-api", "horizon"];

/** A service whose second start fails. */
function moody(): ServiceDeclaration {
  let starts = 0;
  return {
    window: "moody",
    program: "moody",
    project: "moody",
    summary: "Fails when started again.",
    requires: [],
    sections: [],
    logFile: "moody.log",
    create: () => ({
      async start() {
        if (starts++ > 0) throw new Error("the port is taken");
      },
      async stop() {},
    }),
  };
}

test("an administrator sees every window with its state; others are refused", async () => {
  await using all = await testCloud({ windows: WINDOWS });
  const admin = await signedIn(all, "admin");
  const { status, body } = await admin.get("/api/services");
  expect(status).toBe(200);
  expect(body.services.map((one: { window: string; state: string }) => [one.window, one.state])).toEqual([
    ["key", "running"],
    ["g-api", "running"],
    ["horizon", "running"],
  ]);
  expect(body.driver).toEqual({ name: "none", reason: "no compute service is running" });
  expect(body.queues).toContainEqual({ project: "glance", topic: "glance", messages: 0, consumers: 1 });

  const demo = await signedIn(all, "demo");
  expect((await demo.get("/api/services")).status).toBe(403);
  expect((await demo.get("/api/logs?window=key")).status).toBe(403);
  for (const verb of ["start", "stop", "restart"]) {
    expect((await demo.send("POST", `/api/services/g-api/${verb}`)).status).toBe(403);
  }
  expect((await all.cloud.status())[1]?.state).toBe("running");
});

test("stop, start and restart do what `stack stop` does", async () => {
  await using all = await testCloud({ windows: WINDOWS });
  const admin = await signedIn(all, "admin");
  const stateOf = (body: { services: { window: string; state: string }[] }) =>
    body.services.find(({ window }) => window === "g-api")?.state;
  const stopped = await admin.send("POST", "/api/services/g-api/stop");
  expect([stopped.status, stateOf(stopped.body)]).toEqual([200, "stopped"]);
  const asked = await admin.get("/cloud/image/v2/images");
  expect([asked.status, asked.body.error.message]).toEqual([503, "The g-api service is not available."]);
  expect(stateOf((await admin.send("POST", "/api/services/g-api/start")).body)).toBe("running");
  expect((await admin.get("/cloud/image/v2/images")).status).toBe(200);
  expect(stateOf((await admin.send("POST", "/api/services/g-api/restart")).body)).toBe("running");
  expect((await admin.send("POST", "/api/services/nonsense/stop")).status).toBe(404);
  expect((await admin.send("POST", "/api/services/g-api/explode")).status).toBe(404);
  expect(all.log.lines.some(({ text }) => /AUDIT .* stop g-api/.test(text))).toBe(true);
});

test("a service that does not start is told with its reason", async () => {
  await using all = await testCloud({
    windows: [...WINDOWS, "moody"],
    declarations: [...declarations, moody()],
  });
  all.log.expectError("the port is taken");
  const admin = await signedIn(all, "admin");
  const answer = await admin.send("POST", "/api/services/moody/restart");
  expect(answer.status).toBe(409);
  expect(answer.body.error.message).toBe("moody did not restart: the port is taken");
  const { services } = (await admin.get("/api/services")).body;
  expect(services.at(-1)).toMatchObject({ window: "moody", state: "failed", reason: "the port is taken" });
});

test("without the identity service nobody is anybody", async () => {
  await using all = await testCloud({ windows: WINDOWS });
  const admin = await signedIn(all, "admin");
  await all.cloud.stopService("key");
  for (const path of ["/api/session", "/api/services", "/cloud/image/v2/images"]) {
    expect([path, (await admin.get(path)).status]).toEqual([path, 503]);
  }
  expect((await admin.signIn("admin")).status).toBe(503);
  await all.cloud.startService("key");
  expect((await admin.get("/api/services")).status).toBe(200);
});

test("the log of a window: what was written, then what comes, until the session ends", async () => {
  await using all = await testCloud({ windows: WINDOWS });
  const admin = await signedIn(all, "admin");
  const response = await all.cloud
    .app("horizon")
    .fetch(new Request("http://127.0.0.1/", { headers: { ...GUARD, cookie: admin.cookie! } }), {
      target: "/api/logs?window=g-api&tail=1",
    });
  expect(response.headers.get("content-type")).toBe("application/x-ndjson");
  const lines = linesOf(response);
  expect((await lines.next()).value).toMatchObject({ window: "g-api", level: "INFO" });
  all.log.book.logger("key", "keystone").info(null, "not for this window");
  all.log.book.logger("g-api", "glance").warning(null, "the store is nearly full");
  expect((await lines.next()).value?.text).toContain("the store is nearly full");
  await all.cloud.stopService("horizon");
  expect((await lines.next()).done).toBe(true);
});

test("the way of one request through all windows", async () => {
  await using all = await testCloud({ windows: WINDOWS });
  const admin = await signedIn(all, "admin");
  const id = "req-0c9b0b4e-4b57-4a4e-8f0c-6f3d5d0f7f8e";
  const context = { requestId: id, userName: "demo", projectName: "demo" };
  all.log.book.logger("key", "keystone").info(context, "first");
  all.log.book.logger("g-api", "glance").info(null, "something else");
  all.log.book.logger("g-api", "glance").info(context, "second");
  const response = await all.cloud
    .app("horizon")
    .fetch(new Request("http://127.0.0.1/", { headers: { ...GUARD, cookie: admin.cookie! } }), {
      target: `/api/logs?request=${id}`,
    });
  const lines = linesOf(response);
  const found = [(await lines.next()).value, (await lines.next()).value];
  expect(found.map((line) => [line?.window, line?.text.split("] ")[1]])).toEqual([
    ["key", "first"],
    ["g-api", "second"],
  ]);
  await lines.return(undefined);
  for (const query of ["request=all", "tail=-1", "tail=x", "window=a&window=b", "nonsense=1"]) {
    expect([query, (await admin.get(`/api/logs?${query}`)).status]).toEqual([query, 400]);
  }
});

async function* linesOf(response: Response): AsyncGenerator<LogLine> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    const rows = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = rows.pop()!;
    for (const row of rows) if (row !== "") yield JSON.parse(row) as LogLine;
  }
}
