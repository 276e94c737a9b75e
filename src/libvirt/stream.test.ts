// Packets as libvirtd 9.0.0 sends them (src/remote/remote_daemon_stream.c): data CONTINUE, an empty CONTINUE at the end of
// the data, then the client's OK (or ERROR to abort) and the server's confirming OK.

import { describe, expect, test } from "bun:test";
import { VIR_ERR_OPERATION_INVALID, VIR_ERR_RPC } from "./constants.gen.ts";
import {
  CallInterruptedError,
  CallTimeoutError,
  LibvirtError,
  OverflowError,
  ProtocolError,
} from "./errors.ts";
import { MessageStatus, MessageType, streamPayloadMax } from "./packet.ts";
import { type Connected, connected, rejection, testDomain } from "./testing/connected.ts";
import { type FakeCall, type FakeClient, FakeLibvirtError, noReply } from "./testing/fake-server.ts";

const { ok, error: aborted, continue: more } = MessageStatus;

/** Answers with these pieces, ends the data, and confirms. */
function serveScreenshot(s: Connected, pieces: Uint8Array[]): void {
  s.server.on("domainScreenshot", (_, call) => {
    call.reply({ mime: "image/png" });
    for (const piece of pieces) call.stream(more, piece);
    call.stream(more);
    void streamEnd(call.client).then(() => call.stream(ok));
    return noReply;
  });
}

/** The client's last packet of a stream that is not data. */
async function streamEnd(client: FakeClient): Promise<number> {
  const isEnd = ({ header }: { header: { type: number; status: number } }) =>
    header.type === MessageType.stream && header.status !== more;
  await client.until(({ packets }) => packets.some(isEnd));
  return client.packets.find(isEnd)?.header.status ?? -1;
}

async function openConsole(s: Connected) {
  s.server.on("domainOpenConsole", () => undefined);
  const stream = await s.connection.domainOpenConsole(testDomain);
  const call: FakeCall<"domainOpenConsole"> = s.server.client.lastCall("domainOpenConsole");
  return { stream, call };
}

describe("screenshot", () => {
  test("the pieces are put together, and the stream is finished", async () => {
    await using s = await connected();
    serveScreenshot(s, [Uint8Array.of(1, 2), Uint8Array.of(3)]);
    expect(await s.connection.domainScreenshot(testDomain)).toEqual({
      mime: "image/png",
      data: Buffer.of(1, 2, 3),
    });
    expect(await streamEnd(s.server.client)).toBe(ok);
  });

  test("megabytes", async () => {
    await using s = await connected();
    const piece = new Uint8Array(streamPayloadMax).fill(5);
    serveScreenshot(
      s,
      Array.from({ length: 24 }, () => piece),
    );
    const { data } = await s.connection.domainScreenshot(testDomain);
    expect(data.length).toBe(24 * streamPayloadMax);
    expect(data.every((byte) => byte === 5)).toBe(true);
  });

  test("a refused call has no stream", async () => {
    await using s = await connected();
    s.server.on("domainScreenshot", () => {
      throw new FakeLibvirtError(VIR_ERR_OPERATION_INVALID, "domain is not running");
    });
    const error = await rejection(s.connection.domainScreenshot(testDomain));
    expect(error).toMatchObject({ code: VIR_ERR_OPERATION_INVALID });
  });

  test("an error in the middle", async () => {
    await using s = await connected();
    s.server.on("domainScreenshot", (_, call) => {
      call.reply({ mime: "image/png" });
      call.stream(more, Uint8Array.of(1));
      call.streamError(new FakeLibvirtError(VIR_ERR_RPC, "stream had I/O failure"));
      return noReply;
    });
    const error = await rejection(s.connection.domainScreenshot(testDomain));
    expect(error).toBeInstanceOf(LibvirtError);
    expect(error).toMatchObject({ message: "stream had I/O failure", procedure: "domainScreenshot" });
  });

  test("the server confirms the end with an error", async () => {
    await using s = await connected();
    s.server.on("domainScreenshot", (_, call) => {
      call.reply({ mime: "image/png" });
      call.stream(more);
      void streamEnd(call.client).then(() => call.streamError(new FakeLibvirtError(VIR_ERR_RPC, "lost")));
      return noReply;
    });
    expect(await rejection(s.connection.domainScreenshot(testDomain))).toMatchObject({ message: "lost" });
  });

  test("a call that timed out leaves no stream open", async () => {
    await using s = await connected();
    s.server.on("domainScreenshot", () => noReply);
    const shot = rejection(s.connection.domainScreenshot(testDomain, 0, 0, { timeoutMs: 5 }));
    await s.server.client.until(({ calls }) => calls.at(-1)?.name === "domainScreenshot");
    s.timers.advance(5);
    expect(await shot).toBeInstanceOf(CallTimeoutError);
    s.server.client.lastCall("domainScreenshot").reply({ mime: "image/png" });
    expect(await streamEnd(s.server.client)).toBe(aborted);
  });
});

describe("console", () => {
  test("bytes go both ways until the client finishes", async () => {
    await using s = await connected();
    const { stream, call } = await openConsole(s);
    call.stream(more, Buffer.from("login: "));
    expect(Buffer.from((await stream.read()) ?? []).toString()).toBe("login: ");
    await stream.write(Buffer.from("root\n"));
    await s.server.client.until(({ packets }) => packets.length === 1);
    expect(s.server.client.packets[0]).toEqual({
      header: { ...call.header, type: MessageType.stream, status: more },
      payload: Uint8Array.from(Buffer.from("root\n")),
    });
    const finished = stream.finish();
    expect(await streamEnd(s.server.client)).toBe(ok);
    call.stream(ok);
    await finished;
    expect(await stream.read()).toBeNull();
    expect(await rejection(stream.write(Buffer.from("x")))).toMatchObject({
      message: "domainOpenConsole: the stream is closed",
    });
  });

  test("a long write goes in packets that the protocol allows", async () => {
    await using s = await connected();
    const { stream } = await openConsole(s);
    await stream.write(new Uint8Array(streamPayloadMax * 2 + 1));
    await s.server.client.until(({ packets }) => packets.length === 3);
    expect(s.server.client.packets.map(({ payload }) => payload.length)).toEqual([
      streamPayloadMax,
      streamPayloadMax,
      1,
    ]);
  });

  test("a write waits for a server that does not read", async () => {
    await using s = await connected();
    const { stream } = await openConsole(s);
    s.server.client.pause();
    let written = false;
    const write = stream.write(new Uint8Array(4_000_000)).then(() => {
      written = true;
    });
    await new Promise(setImmediate);
    expect(written).toBe(false);
    s.server.client.resume();
    await write;
    await s.server.client.until(
      ({ packets }) => packets.reduce((sum, { payload }) => sum + payload.length, 0) === 4_000_000,
    );
  });

  test("data right behind the reply is not lost", async () => {
    await using s = await connected();
    s.server.on("domainOpenConsole", (_, call) => {
      call.reply(undefined);
      call.stream(more, Uint8Array.of(9));
      return noReply;
    });
    const stream = await s.connection.domainOpenConsole(testDomain);
    expect(await stream.read()).toEqual(Uint8Array.of(9));
  });

  test("leaving the loop aborts", async () => {
    await using s = await connected();
    const { stream, call } = await openConsole(s);
    call.stream(more, Uint8Array.of(1));
    void streamEnd(s.server.client).then((status) => {
      expect(status).toBe(aborted);
      // What was on its way before the server knew.
      call.stream(more, Uint8Array.of(2));
      call.stream(ok);
    });
    for await (const piece of stream) {
      expect(piece).toEqual(Uint8Array.of(1));
      break;
    }
    expect(await stream.read()).toBeNull();
  });

  test("aborting twice, or after the server's error, is fine", async () => {
    await using s = await connected();
    const { stream, call } = await openConsole(s);
    const both = Promise.all([stream.abort(), stream.abort()]);
    await streamEnd(s.server.client);
    call.streamError(new FakeLibvirtError(VIR_ERR_RPC, "already gone"));
    await both;
    await stream.abort();
  });

  test("the server ends it without being asked", async () => {
    await using s = await connected();
    const { stream, call } = await openConsole(s);
    call.stream(ok);
    expect(await stream.read()).toBeNull();
    await stream.finish();
  });

  test("a reader that is too slow loses the stream, not the connection", async () => {
    await using s = await connected({ maxStreamBytes: 1000 });
    const { stream, call } = await openConsole(s);
    call.stream(more, new Uint8Array(1000));
    call.stream(more, new Uint8Array(1));
    expect(await streamEnd(s.server.client)).toBe(aborted);
    call.stream(more, new Uint8Array(5));
    call.stream(ok);
    expect(await rejection(stream.read())).toBeInstanceOf(OverflowError);
    s.server.on("connectGetURI", () => ({ uri: "u" }));
    expect(await s.connection.connectGetURI()).toBe("u");
  });

  test("a hole, and data after the end, are refused", async () => {
    await using s = await connected();
    const first = await openConsole(s);
    s.server.client.send({ ...first.call.header, type: MessageType.streamHole, status: more });
    expect(await rejection(first.stream.read())).toBeInstanceOf(ProtocolError);
    const second = await openConsole(s);
    second.call.stream(more);
    second.call.stream(more, Uint8Array.of(1));
    await s.server.client.until(
      ({ packets }) => packets.filter(({ header }) => header.status === aborted).length === 2,
    );
    expect(await rejection(second.stream.read())).toBeInstanceOf(ProtocolError);
  });

  test("only one read at a time", async () => {
    await using s = await connected();
    const { stream, call } = await openConsole(s);
    const first = stream.read();
    expect(await rejection(stream.read())).toMatchObject({
      message: "domainOpenConsole: the stream is already being read",
    });
    call.stream(more, Uint8Array.of(1));
    expect(await first).toEqual(Uint8Array.of(1));
  });

  test("a lost connection ends it; what had come can be read first", async () => {
    await using s = await connected();
    const { stream, call } = await openConsole(s);
    call.stream(more, Uint8Array.of(1));
    s.server.client.disconnect();
    await s.connection.closed;
    expect(await stream.read()).toEqual(Uint8Array.of(1));
    const error = await rejection(stream.read());
    expect(error).toBeInstanceOf(CallInterruptedError);
    expect(await rejection(stream.write(Uint8Array.of(1)))).toBe(error);
    expect(await rejection(stream.finish())).toBe(error);
    await stream.abort();
  });

  test("aborting while the connection goes is fine", async () => {
    await using s = await connected();
    const { stream } = await openConsole(s);
    const gone = stream.abort();
    await streamEnd(s.server.client);
    s.server.client.disconnect();
    await gone;
  });
});
