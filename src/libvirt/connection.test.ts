import { describe, expect, test } from "bun:test";
import { type ConnectOptions, connect } from "./connection.ts";
import { VIR_CONNECT_RO, VIR_ERR_AUTH_FAILED, VIR_ERR_NO_CONNECT } from "./constants.gen.ts";
import { CallTimeoutError, ConnectError, LibvirtError } from "./errors.ts";
import { rejection } from "./testing/connected.ts";
import { FakeLibvirtError, FakeServer, noReply } from "./testing/fake-server.ts";
import { ManualTimers } from "./testing/manual-timers.ts";
import { LibvirtUriError } from "./uri.ts";

function names(server: FakeServer): string[] {
  return server.client.calls.map(({ name }) => name);
}

async function failure(server: FakeServer, options: ConnectOptions = {}): Promise<unknown> {
  const error = await rejection(connect(server.uri, options));
  // Nothing is left open.
  await server.client.until(({ closed }) => closed);
  return error;
}

describe("connect", () => {
  test("authenticates, agrees on keepalive, opens the daemon's own URI", async () => {
    using server = new FakeServer();
    const connection = await connect(server.uri, { flags: VIR_CONNECT_RO });
    expect(connection.uri).toBe(server.uri);
    expect(names(server)).toEqual(["authList", "connectSupportsFeature", "connectOpen"]);
    expect(server.client.lastCall("connectSupportsFeature").args).toEqual({ feature: 10 });
    expect(server.client.lastCall("connectOpen").args).toEqual({
      name: "qemu:///system",
      flags: VIR_CONNECT_RO,
    });
    await connection.close();
  });

  test("polkit where the daemon wants it", async () => {
    using server = new FakeServer();
    server.on("authList", () => ({ types: [2] }));
    server.on("authPolkit", () => ({ complete: 1 }));
    await (await connect(server.uri)).close();
    expect(names(server).slice(0, 2)).toEqual(["authList", "authPolkit"]);
  });

  test("polkit says no", async () => {
    using server = new FakeServer();
    server.on("authList", () => ({ types: [2] }));
    server.on("authPolkit", () => {
      throw new FakeLibvirtError(VIR_ERR_AUTH_FAILED, "authentication unavailable");
    });
    expect(await failure(server)).toMatchObject({ code: VIR_ERR_AUTH_FAILED });
  });

  test("SASL is not supported, and that is said", async () => {
    using server = new FakeServer();
    server.on("authList", () => ({ types: [1] }));
    const error = await failure(server);
    expect(error).toBeInstanceOf(ConnectError);
    expect((error as Error).message).toBe("the daemon wants authentication by sasl");
  });

  test("the daemon has no such driver", async () => {
    using server = new FakeServer();
    server.on("connectOpen", () => {
      throw new FakeLibvirtError(VIR_ERR_NO_CONNECT, "no connection driver available for xen:///");
    });
    expect(await failure(server)).toBeInstanceOf(LibvirtError);
  });

  test("a daemon that does not answer is left", async () => {
    using server = new FakeServer();
    const timers = new ManualTimers();
    server.on("connectOpen", () => noReply);
    const error = failure(server, { timers, connectTimeoutMs: 7000, keepalive: { intervalMs: 0, count: 0 } });
    while (server.clients.length === 0) await new Promise(setImmediate);
    await server.client.until(({ calls }) => calls.at(-1)?.name === "connectOpen");
    timers.advance(7000);
    expect(await error).toBeInstanceOf(ConnectError);
    expect(((await error) as Error).cause).toBeInstanceOf(CallTimeoutError);
    expect(timers.pending).toBe(0);
  });

  test("a daemon that hangs up", async () => {
    using server = new FakeServer();
    server.on("authList", (_, { client }) => {
      client.disconnect();
      return noReply;
    });
    const error = await failure(server);
    expect(error).toBeInstanceOf(ConnectError);
    expect((error as Error).cause).toMatchObject({ procedure: "authList", sent: true, requested: false });
  });

  test("a URI that is none", async () => {
    expect(await rejection(connect("system"))).toBeInstanceOf(LibvirtUriError);
  });
});
