import { expect, test } from "bun:test";
import { Cloud, type CloudOptions } from "./cloud.ts";
import { cloudSection } from "./config/cloud.ts";
import { Config } from "./config/config.ts";
import { FakeClock } from "./core/clock.ts";
import { PeerUnavailable } from "./core/errors.ts";
import { countingIds } from "./core/ids.ts";
import { StatePaths } from "./core/paths.ts";
import { peerKey } from "./core/peers.ts";
import { memorySecrets } from "./core/secrets.ts";
import type { ServiceContext, ServiceDeclaration } from "./core/service.ts";
import { testLog } from "./core/test-log.ts";
import { ProjectDatabase } from "./db/open.ts";
import { createApi } from "./http/api.ts";
import { json } from "./http/call.ts";

const greeting = peerKey<{ hello(): string }>("a");

interface Trace {
  events: string[];
}

function service(window: string, trace: Trace, extra: Partial<ServiceDeclaration> = {}): ServiceDeclaration {
  return {
    window,
    program: `prog-${window}`,
    project: "p",
    summary: "",
    requires: [],
    sections: [],
    logFile: `p/${window}.log`,
    mount: `/${window}`,
    create: (context: ServiceContext) => {
      let withdraw = () => {};
      return {
        app: createApi({
          context,
          routes: [
            {
              method: "GET",
              path: "/where",
              handler: (c) => json(200, { base: c.baseUrl, path: c.path }),
              access: "public",
            },
          ],
          fault: (error) => json(400, { message: error.message }),
        }),
        async start() {
          trace.events.push(`start ${window}`);
          if (window === "a") withdraw = context.peers.provide(greeting, { hello: () => "hello" });
        },
        async stop() {
          trace.events.push(`stop ${window}`);
          withdraw();
        },
      };
    },
    ...extra,
  };
}

function makeCloud(declarations: ServiceDeclaration[], options: Partial<CloudOptions> = {}) {
  const log = testLog();
  const cloud = new Cloud({
    declarations,
    enabled: new Set(declarations.map((d) => d.window)),
    loadConfig: () => new Config({ sections: [cloudSection], env: {}, rc: null }),
    clock: new FakeClock(),
    ids: countingIds(),
    book: log.book,
    paths: new StatePaths("/nonexistent"),
    machine: { hostName: "h", privileged: false, slot: 0 },
    secrets: memorySecrets({ adminPassword: "a", servicePassword: "b", serviceToken: "c" }, countingIds()),
    serve: null,
    openDatabase: (_, migrations) => new ProjectDatabase({ path: ":memory:", migrations }),
    openLog: () => null,
    ...options,
  });
  return { cloud, log };
}

test("services start in order and stop in reverse", async () => {
  const trace: Trace = { events: [] };
  const { cloud } = makeCloud([service("a", trace), service("b", trace)]);
  await cloud.start();
  await cloud.close();
  expect(trace.events).toEqual(["start a", "start b", "stop b", "stop a"]);
});

test("a stopped service is gone for its peers and comes back", async () => {
  const trace: Trace = { events: [] };
  const { cloud } = makeCloud([service("a", trace), service("b", trace)]);
  await cloud.start();
  expect(cloud.peers.get(greeting).hello()).toBe("hello");
  await cloud.stopService("a");
  expect(() => cloud.peers.get(greeting)).toThrow(PeerUnavailable);
  expect(() => cloud.app("a")).toThrow(PeerUnavailable);
  expect((await cloud.status()).map(({ window, state }) => `${window} ${state}`)).toEqual([
    "a stopped",
    "b running",
  ]);
  await cloud.startService("a");
  expect(cloud.peers.get(greeting).hello()).toBe("hello");
  await cloud.close();
});

test("one service's failure is told and the others run", async () => {
  const trace: Trace = { events: [] };
  const broken = service("a", trace, {
    create: () => ({
      start: () => Promise.reject(new Error("no disk")),
      stop: async () => {},
    }),
  });
  const { cloud, log } = makeCloud([broken, service("b", trace)]);
  log.expectError("prog-a did not start: no disk");
  await cloud.start();
  expect((await cloud.status()).map(({ state, reason }) => [state, reason])).toEqual([
    ["failed", "no disk"],
    ["running", null],
  ]);
  log.assertQuiet();
  await cloud.close();
});

test("on the shared port every API is below its mount point; a stopped one answers 503", async () => {
  const trace: Trace = { events: [] };
  const { cloud } = makeCloud([service("a", trace), service("b", trace)], {
    serve: { host: "127.0.0.1", classicPorts: false, sharedPort: 0 },
  });
  await cloud.start();
  const base = `http://127.0.0.1:${cloud.sharedPort}`;
  expect(await (await fetch(`${base}/b/where`)).json()).toEqual({ base: `${base}/b`, path: "/where" });
  expect(cloud.endpoints.base("b")).toBe(`${base}/b`);
  expect((await fetch(`${base}/bb/where`)).status).toBe(404);
  await cloud.stopService("b");
  expect((await fetch(`${base}/b/where`)).status).toBe(503);
  await cloud.close();
});

test("on its own port a stopped service refuses connections", async () => {
  const trace: Trace = { events: [] };
  const port = 20_000 + (process.pid % 20_000);
  const { cloud } = makeCloud([service("a", trace, { ports: [port] })], {
    serve: { host: "127.0.0.1", classicPorts: true, sharedPort: null },
  });
  await cloud.start();
  expect((await fetch(`http://127.0.0.1:${port}/where`)).status).toBe(200);
  await cloud.stopService("a");
  expect(fetch(`http://127.0.0.1:${port}/where`)).rejects.toThrow();
  await cloud.startService("a");
  expect((await fetch(`http://127.0.0.1:${port}/where`)).status).toBe(200);
  await cloud.close();
});
