import { describe, expect, test } from "bun:test";
import { connect } from "./connection.ts";
import { VIR_ERR_NO_DOMAIN, VIR_FROM_QEMU } from "./constants.gen.ts";
import {
  CallInterruptedError,
  CallTimeoutError,
  ConnectionClosedError,
  isLibvirtError,
  LibvirtError,
  OverflowError,
  ProtocolError,
} from "./errors.ts";
import { keepalivePing, keepalivePong, MessageStatus, MessageType } from "./packet.ts";
import { connected, rejection, testDomain } from "./testing/connected.ts";
import { FakeLibvirtError, FakeServer, noReply } from "./testing/fake-server.ts";
import { ManualTimers } from "./testing/manual-timers.ts";
import { randomBytes, seededRandom } from "./testing/random.ts";
import { XdrError } from "./xdr.ts";

const info = { state: 1, maxMem: 32_768n, memory: 32_768n, nrVirtCpu: 1, cpuTime: 5n };

describe("calls", () => {
  test("arguments arrive, results come back", async () => {
    await using s = await connected();
    s.server.on("domainGetInfo", ({ dom }) => ({ ...info, nrVirtCpu: dom.id }));
    expect(await s.connection.domainGetInfo(testDomain)).toEqual({
      state: 1,
      maxMem: 32_768,
      memory: 32_768,
      nrVirtCpu: 14,
      cpuTime: 5n,
    });
    expect(s.server.client.lastCall("domainGetInfo").args).toEqual({ dom: testDomain });
  });

  test("replies find their calls in any order", async () => {
    await using s = await connected();
    s.server.on("domainLookupByID", () => noReply);
    const answers = Promise.all([1, 2, 3].map((id) => s.connection.domainLookupByID(id)));
    const { client } = s.server;
    await client.until(({ calls }) => calls.filter(({ name }) => name === "domainLookupByID").length === 3);
    for (const call of client.calls.splice(-3).reverse()) {
      if (call.name !== "domainLookupByID") throw new Error(call.name);
      const { id } = call.args as { id: number };
      (call as ReturnType<typeof client.lastCall<"domainLookupByID">>).reply({ dom: { ...testDomain, id } });
    }
    expect((await answers).map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  test("packets may come in pieces", async () => {
    await using s = await connected();
    s.server.on("domainGetXMLDesc", () => ({ xml: `<domain>${"é".repeat(300_000)}</domain>` }));
    expect((await s.connection.domainGetXMLDesc(testDomain)).length).toBe(300_017);
  });

  test("large arguments wait for a server that does not read, and then arrive whole", async () => {
    await using s = await connected();
    const xml = "x".repeat(4_000_000);
    s.server.on("domainDefineXMLFlags", (args) => ({
      dom: { ...testDomain, name: String(args.xml.length) },
    }));
    s.server.client.pause();
    const defined = s.connection.domainDefineXMLFlags(xml);
    s.server.client.resume();
    expect((await defined).name).toBe("4000000");
  });
});

describe("errors", () => {
  test("the server's error has its code, domain and procedure", async () => {
    await using s = await connected();
    s.server.on("domainLookupByName", ({ name }) => {
      throw new FakeLibvirtError(VIR_ERR_NO_DOMAIN, `no domain ${name}`, VIR_FROM_QEMU);
    });
    const error = await rejection(s.connection.domainLookupByName("x"));
    expect(error).toBeInstanceOf(LibvirtError);
    expect(error).toMatchObject({
      message: "no domain x",
      code: VIR_ERR_NO_DOMAIN,
      codeName: "VIR_ERR_NO_DOMAIN",
      domainName: "VIR_FROM_QEMU",
      procedure: "domainLookupByName",
    });
    expect(isLibvirtError(error, VIR_ERR_NO_DOMAIN)).toBe(true);
    expect(isLibvirtError(error)).toBe(true);
    expect(isLibvirtError(error, 1, 2)).toBe(false);
    expect(isLibvirtError(new Error("x"))).toBe(false);
  });

  test("codes of a newer libvirt have a name too", async () => {
    await using s = await connected();
    s.server.on("domainSuspend", () => {
      throw new FakeLibvirtError(9999, "new", 8888);
    });
    const error = await rejection(s.connection.domainSuspend(testDomain));
    expect(error).toMatchObject({ codeName: "VIR_ERR_9999", domainName: "VIR_FROM_8888" });
  });

  test("arguments that cannot be encoded are not sent, and the connection goes on", async () => {
    await using s = await connected();
    const before = s.server.client.calls.length;
    expect(await rejection(s.connection.domainLookupByUUID("nonsense"))).toBeInstanceOf(XdrError);
    expect(await rejection(s.connection.domainLookupByName("a\0b"))).toBeInstanceOf(XdrError);
    expect(s.timers.pending).toBe(1); // The keepalive's.
    s.server.on("domainLookupByName", () => ({ dom: testDomain }));
    expect(await s.connection.domainLookupByName("x")).toEqual(testDomain);
    expect(s.server.client.calls.length).toBe(before + 1);
  });

  test("a reply that cannot be decoded fails its call only", async () => {
    await using s = await connected();
    s.server.on("connectGetHostname", (_, call) => {
      call.client.send({ ...call.header, type: MessageType.reply }, (w) => w.uint(1000));
      return noReply;
    });
    s.server.on("connectGetType", (_, call) => {
      call.client.send({ ...call.header, type: MessageType.reply }, (w) => {
        w.string("QEMU", 10);
        w.int(0);
      });
      return noReply;
    });
    const short = await rejection(s.connection.connectGetHostname());
    expect(short).toBeInstanceOf(ProtocolError);
    expect((short as Error).cause).toBeInstanceOf(XdrError);
    expect(await rejection(s.connection.connectGetType())).toBeInstanceOf(ProtocolError);
    s.server.on("connectGetURI", () => ({ uri: "qemu:///system" }));
    expect(await s.connection.connectGetURI()).toBe("qemu:///system");
  });

  test("so does an error that cannot be decoded", async () => {
    await using s = await connected();
    s.server.on("connectGetHostname", (_, call) => {
      call.client.send({ ...call.header, type: MessageType.reply, status: MessageStatus.error });
      return noReply;
    });
    expect(await rejection(s.connection.connectGetHostname())).toBeInstanceOf(ProtocolError);
    expect(s.connection.isClosed).toBe(false);
  });
});

describe("time", () => {
  test("a call without an answer times out; its late reply is dropped", async () => {
    await using s = await connected();
    s.server.on("connectGetHostname", () => noReply);
    const call = rejection(s.connection.connectGetHostname({ timeoutMs: 3000 }));
    const { client } = s.server;
    await client.until(({ calls }) => calls.at(-1)?.name === "connectGetHostname");
    s.timers.advance(3000);
    const error = await call;
    expect(error).toBeInstanceOf(CallTimeoutError);
    expect(error).toMatchObject({ procedure: "connectGetHostname", timeoutMs: 3000, sent: true });
    client.lastCall("connectGetHostname").reply({ hostname: "late" });
    s.server.on("connectGetURI", () => ({ uri: "u" }));
    expect(await s.connection.connectGetURI()).toBe("u");
  });

  test("the default is 60 s, and 0 waits for ever", async () => {
    await using s = await connected({ keepalive: { intervalMs: 0, count: 0 } });
    s.server.on("connectGetHostname", () => noReply);
    const limited = rejection(s.connection.connectGetHostname());
    const unlimited = s.connection.connectGetHostname({ timeoutMs: 0 });
    await s.server.client.until(({ calls }) => calls.length === 5);
    s.timers.advance(59_999);
    expect(s.timers.pending).toBe(1);
    s.timers.advance(1);
    expect(await limited).toMatchObject({ timeoutMs: 60_000 });
    s.timers.advance(10_000_000);
    s.server.client.lastCall("connectGetHostname").reply({ hostname: "at last" });
    expect(await unlimited).toBe("at last");
  });

  test("a timer ends with its call", async () => {
    await using s = await connected();
    s.server.on("connectGetHostname", () => ({ hostname: "h" }));
    await s.connection.connectGetHostname();
    expect(s.timers.pending).toBe(1);
  });
});

describe("turns", () => {
  test("three calls are at the server, and one for its priority workers; what waits goes in the same order", async () => {
    await using s = await connected();
    const { client } = s.server;
    s.server.on("domainSuspend", () => noReply);
    s.server.on("domainGetState", () => noReply);
    s.server.on("domainDestroyFlags", () => undefined);
    s.server.on("domainResume", () => undefined);
    const done: string[] = [];
    const start = client.calls.length;
    const names = () => client.calls.slice(start).map(({ name }) => name);
    const suspends = [1, 2, 3].map(() => s.connection.domainSuspend(testDomain));
    const resume = s.connection.domainResume(testDomain).then(() => done.push("resume"));
    const state = s.connection.domainGetState(testDomain);
    const destroy = s.connection.domainDestroyFlags(testDomain).then(() => done.push("destroy"));
    await client.until(() => names().length === 4);
    expect(names()).toEqual(["domainSuspend", "domainSuspend", "domainSuspend", "domainGetState"]);
    client.lastCall("domainGetState").reply({ state: 1, reason: 0 });
    await state;
    await destroy;
    expect(done).toEqual(["destroy"]);
    for (const call of client.calls.slice(start, start + 3)) {
      (call as ReturnType<typeof client.lastCall<"domainSuspend">>).reply(undefined);
    }
    await Promise.all([...suspends, resume]);
    expect(names().slice(4)).toEqual(["domainDestroyFlags", "domainResume"]);
  });

  test("a call that timed out still has its place at the server; one that was waiting was never sent", async () => {
    await using s = await connected({ maxInFlight: 1, keepalive: { intervalMs: 0, count: 0 } });
    const { client } = s.server;
    s.server.on("domainSuspend", () => noReply);
    s.server.on("domainResume", () => undefined);
    const first = rejection(s.connection.domainSuspend(testDomain, { timeoutMs: 10 }));
    const second = rejection(s.connection.domainReset(testDomain, 0, { timeoutMs: 10 }));
    await client.until(({ calls }) => calls.at(-1)?.name === "domainSuspend");
    s.timers.advance(10);
    expect(await first).toMatchObject({ sent: true });
    expect(await second).toMatchObject({ sent: false });
    const resume = s.connection.domainResume(testDomain);
    client.lastCall("domainSuspend").reply(undefined);
    await resume;
    expect(client.calls.some(({ name }) => name === "domainReset")).toBe(false);
  });

  test("the number of waiting calls is limited", async () => {
    await using s = await connected({ maxInFlight: 1, maxWaiting: 1 });
    s.server.on("domainSuspend", () => noReply);
    const interrupted = [1, 2].map(() => rejection(s.connection.domainSuspend(testDomain)));
    expect(await rejection(s.connection.domainSuspend(testDomain))).toBeInstanceOf(OverflowError);
    s.server.client.disconnect();
    const errors = (await Promise.all(interrupted)) as CallInterruptedError[];
    expect(errors.map(({ sent }) => sent)).toEqual([true, false]);
  });
});

describe("the end of a connection", () => {
  test("a server that goes away interrupts what is pending", async () => {
    await using s = await connected();
    s.server.on("domainSuspend", () => noReply);
    const call = rejection(s.connection.domainSuspend(testDomain));
    await s.server.client.until(({ calls }) => calls.at(-1)?.name === "domainSuspend");
    s.server.client.disconnect();
    const error = await call;
    expect(error).toBeInstanceOf(CallInterruptedError);
    expect(error).toMatchObject({ procedure: "domainSuspend", sent: true, requested: false });
    const reason = await s.connection.closed;
    expect(reason).toBeInstanceOf(ConnectionClosedError);
    expect(reason.message).toBe("the server closed the connection");
    expect(s.connection.isClosed).toBe(true);
    expect(s.timers.pending).toBe(0);
    expect(await rejection(s.connection.domainResume(testDomain))).toMatchObject({ sent: false });
  });

  test("close() says goodbye and interrupts what is pending", async () => {
    await using s = await connected();
    s.server.on("domainSuspend", () => noReply);
    const call = rejection(s.connection.domainSuspend(testDomain));
    await s.connection.close();
    expect(await call).toMatchObject({ requested: true, sent: true });
    expect((await s.connection.closed).requested).toBe(true);
    await s.server.client.until(({ closed }) => closed);
    expect(s.server.client.calls.at(-1)?.name).toBe("connectClose");
    await s.connection.close();
  });

  test("a server that hangs up instead of answering the goodbye does what was wanted", async () => {
    await using s = await connected();
    s.server.on("connectClose", (_, { client }) => {
      client.disconnect();
      return noReply;
    });
    await s.connection.close();
    expect((await s.connection.closed).requested).toBe(true);
  });

  test("close() does not wait for ever for an answer", async () => {
    await using s = await connected();
    s.server.on("connectClose", () => noReply);
    const closing = s.connection.close();
    await s.server.client.until(({ calls }) => calls.at(-1)?.name === "connectClose");
    s.timers.advance(1000);
    await closing;
    expect((await s.connection.closed).requested).toBe(true);
  });

  const reply = {
    program: 0x20008086,
    procedure: 1,
    type: MessageType.reply,
    serial: 0,
    status: MessageStatus.ok,
  };
  test.each([
    ["a length without a header", [0, 0, 0, 8, 0, 0, 0, 0]],
    ["a length over the maximum", [127, 255, 255, 255]],
    ["an HTTP answer", [...Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")]],
  ])("%s ends it", async (_, bytes) => {
    await using s = await connected();
    s.server.client.sendBytes(Uint8Array.from(bytes));
    const reason = await s.connection.closed;
    expect(reason).toMatchObject({ requested: false });
    expect(reason.cause).toBeInstanceOf(XdrError);
  });

  test.each([
    ["a reply to no call", { ...reply, serial: 77 }],
    ["a call", { ...reply, type: MessageType.call }],
    ["file descriptors", { ...reply, type: MessageType.replyWithFds }],
  ])("%s ends it", async (_, header) => {
    await using s = await connected();
    s.server.client.send(header);
    expect((await s.connection.closed).cause).toBeInstanceOf(ProtocolError);
  });

  test("a reply to another procedure than the one that was called ends it, and fails the call", async () => {
    await using s = await connected();
    s.server.on("domainSuspend", (_, { client, header }) => {
      client.send({ ...header, procedure: 1, type: MessageType.reply });
      return noReply;
    });
    expect(await rejection(s.connection.domainSuspend(testDomain))).toBeInstanceOf(ProtocolError);
    expect((await s.connection.closed).requested).toBe(false);
  });

  test("unknown messages and streams are ignored", async () => {
    await using s = await connected();
    const { client } = s.server;
    client.send({ ...reply, type: MessageType.message, procedure: 99_999 });
    client.send({ ...reply, type: MessageType.stream, serial: 1, status: MessageStatus.continue });
    s.server.on("connectGetURI", () => ({ uri: "u" }));
    expect(await s.connection.connectGetURI()).toBe("u");
  });
});

// Well-formed packets with arbitrary headers and payloads, some of them replies to a call that is waiting.
test.each(Array.from({ length: 30 }, (_, seed) => seed + 1))("arbitrary packets, seed %p", async (seed) => {
  await using s = await connected();
  const random = seededRandom(seed * 7919);
  const pick = <T>(...values: T[]): T => values[Math.floor(random() * values.length)] as T;
  s.server.on("domainOpenConsole", () => noReply);
  s.server.on("connectGetURI", () => ({ uri: "u" }));
  const call = s.connection.domainOpenConsole(testDomain).then(
    (stream) => stream.read(),
    (error: unknown) => error,
  );
  const { client } = s.server;
  await client.until(({ calls }) => calls.at(-1)?.name === "domainOpenConsole");
  const { header } = client.lastCall("domainOpenConsole");
  for (let i = 0; i < 40; i += 1) {
    const packet = {
      program: pick(header.program, header.program, 0x6b656570, 0x20008087),
      procedure: pick(header.procedure, 1, 2, 318),
      type: pick(2, 2, 2, 3, 3, 6, ...(i > 30 ? [0, 1, 1, 4, 5] : [])),
      serial: pick(header.serial, header.serial, 0, 1),
      status: pick(0, 1, 2, 2),
    };
    client.send(packet, (w) => w.tail(randomBytes(random, Math.floor(random() * 50))));
  }
  const answer = await s.connection.connectGetURI().catch((error: unknown) => error);
  if (s.connection.isClosed) expect(answer).toBeInstanceOf(CallInterruptedError);
  else expect(answer).toBe("u");
  client.disconnect();
  await call.catch(() => {});
});

describe("keepalive", () => {
  test("the server's pings are answered", async () => {
    await using s = await connected();
    s.server.client.keepalive(keepalivePing);
    await s.server.client.until(({ packets }) =>
      packets.some(({ header }) => header.procedure === keepalivePong),
    );
  });

  test("a silent server is asked, and given up after five questions", async () => {
    await using s = await connected();
    const { client } = s.server;
    s.timers.advance(5000); // Something was heard in this interval: the replies of connecting.
    for (let ping = 1; ping <= 5; ping += 1) {
      s.timers.advance(5000);
      await client.until(({ packets }) => packets.length === ping);
      expect(client.packets.at(-1)?.header.procedure).toBe(keepalivePing);
    }
    expect(s.connection.isClosed).toBe(false);
    s.timers.advance(5000);
    expect((await s.connection.closed).message).toContain("silent for 30000 ms");
    expect(s.timers.pending).toBe(0);
  });

  test("any packet is a sign of life", async () => {
    await using s = await connected();
    s.server.on("connectGetURI", () => ({ uri: "u" }));
    for (let i = 0; i < 20; i += 1) {
      s.timers.advance(5000);
      await s.connection.connectGetURI();
    }
    expect(s.server.client.packets).toEqual([]);
  });

  test("a server that does not know keepalive is not asked", async () => {
    using server = new FakeServer();
    server.on("connectSupportsFeature", () => ({ supported: 0 }));
    const timers = new ManualTimers();
    const connection = await connect(server.uri, { timers });
    expect(timers.pending).toBe(0);
    await connection.close();
  });
});
