import { describe, expect, test } from "bun:test";
import {
  VIR_DOMAIN_EVENT_ID_JOB_COMPLETED,
  VIR_DOMAIN_EVENT_ID_LIFECYCLE,
  VIR_DOMAIN_EVENT_STARTED,
  VIR_DOMAIN_EVENT_STOPPED,
  VIR_ERR_INVALID_ARG,
} from "./constants.gen.ts";
import { ConnectionClosedError, OverflowError } from "./errors.ts";
import type { DomainEvent } from "./events.ts";
import { type Connected, connected, rejection, testDomain } from "./testing/connected.ts";
import { FakeLibvirtError, noReply } from "./testing/fake-server.ts";

const dom = testDomain;

/** Gives out the ids 0, 1, 2 ... */
function acceptRegistrations(s: Connected): void {
  let callbackID = 0;
  s.server.on("connectDomainEventCallbackRegisterAny", () => ({ callbackID: callbackID++ }));
  s.server.on("connectDomainEventCallbackDeregisterAny", () => undefined);
}

function lifecycle(s: Connected, event: number, callbackID = 0): void {
  s.server.client.event("domainEventCallbackLifecycle", { callbackID, msg: { dom, event, detail: 0 } });
}

function registrations(s: Connected) {
  return s.server.client.calls
    .filter(({ name }) => name.startsWith("connectDomainEventCallback"))
    .map(({ name, args }) => [name.replace("connectDomainEventCallback", ""), args] as const);
}

describe("registering", () => {
  test("events of the kind arrive in order, until close() deregisters", async () => {
    await using s = await connected();
    acceptRegistrations(s);
    const events = await s.connection.connectDomainEventRegisterAny(["lifecycle"]);
    lifecycle(s, VIR_DOMAIN_EVENT_STARTED);
    lifecycle(s, VIR_DOMAIN_EVENT_STOPPED);
    expect(await events.next()).toEqual({
      done: false,
      value: { kind: "lifecycle", dom, event: VIR_DOMAIN_EVENT_STARTED, detail: 0 },
    });
    expect((await events.next()).value?.event).toBe(VIR_DOMAIN_EVENT_STOPPED);
    await events.close();
    await events.close();
    expect(await events.next()).toEqual({ done: true, value: undefined });
    expect(registrations(s)).toEqual([
      ["RegisterAny", { eventID: VIR_DOMAIN_EVENT_ID_LIFECYCLE, dom: null }],
      ["DeregisterAny", { callbackID: 0 }],
    ]);
  });

  test("several kinds come through one queue, each with its name and plain fields", async () => {
    await using s = await connected();
    acceptRegistrations(s);
    const events = await s.connection.connectDomainEventRegisterAny(["jobCompleted", "blockJob2"], { dom });
    const { client } = s.server;
    client.event("domainEventBlockJob2", { callbackID: 1, dom, dst: "vda", type: 2, status: 3 });
    client.event("domainEventCallbackJobCompleted", {
      callbackID: 0,
      dom,
      params: [{ field: "time_elapsed", value: { type: 4, ul: 7n } }],
    });
    const received: DomainEvent<"jobCompleted" | "blockJob2">[] = [];
    for await (const event of events) {
      received.push(event);
      if (received.length === 2) break;
    }
    expect(received).toEqual([
      { kind: "blockJob2", dom, dst: "vda", type: 2, status: 3 },
      { kind: "jobCompleted", dom, params: new Map([["time_elapsed", 7n]]) },
    ]);
    expect(registrations(s)[0]).toEqual(["RegisterAny", { eventID: VIR_DOMAIN_EVENT_ID_JOB_COMPLETED, dom }]);
    // Leaving the loop has deregistered both.
    expect(
      registrations(s)
        .slice(2)
        .map(([, args]) => args),
    ).toEqual([{ callbackID: 0 }, { callbackID: 1 }]);
  });

  test("two queues of one kind get what is theirs", async () => {
    await using s = await connected();
    acceptRegistrations(s);
    const first = await s.connection.connectDomainEventRegisterAny(["lifecycle"]);
    const second = await s.connection.connectDomainEventRegisterAny(["lifecycle"]);
    lifecycle(s, VIR_DOMAIN_EVENT_STOPPED, 1);
    lifecycle(s, VIR_DOMAIN_EVENT_STARTED, 0);
    expect((await first.next()).value?.event).toBe(VIR_DOMAIN_EVENT_STARTED);
    expect((await second.next()).value?.event).toBe(VIR_DOMAIN_EVENT_STOPPED);
  });

  test("an event before the reply, and one right behind it, are not lost; those of others are", async () => {
    await using s = await connected();
    s.server.on("connectDomainEventCallbackRegisterAny", (_, call) => {
      lifecycle(s, VIR_DOMAIN_EVENT_STARTED, 5);
      lifecycle(s, VIR_DOMAIN_EVENT_STARTED, 6);
      call.reply({ callbackID: 5 });
      lifecycle(s, VIR_DOMAIN_EVENT_STOPPED, 5);
      return noReply;
    });
    const events = await s.connection.connectDomainEventRegisterAny(["lifecycle"]);
    expect((await events.next()).value?.event).toBe(VIR_DOMAIN_EVENT_STARTED);
    expect((await events.next()).value?.event).toBe(VIR_DOMAIN_EVENT_STOPPED);
    expect(events.length).toBe(0);
  });

  test("when one of the kinds is refused, none stays registered", async () => {
    await using s = await connected();
    acceptRegistrations(s);
    s.server.on("connectDomainEventCallbackRegisterAny", ({ eventID }) => {
      if (eventID !== VIR_DOMAIN_EVENT_ID_LIFECYCLE)
        throw new FakeLibvirtError(VIR_ERR_INVALID_ARG, "no such event");
      return { callbackID: 3 };
    });
    const refused = s.connection.connectDomainEventRegisterAny(["lifecycle", "reboot"]);
    expect(await rejection(refused)).toMatchObject({ code: VIR_ERR_INVALID_ARG });
    expect(registrations(s).at(-1)).toEqual(["DeregisterAny", { callbackID: 3 }]);
  });
});

describe("the end", () => {
  test("a slow consumer gets what was queued, then an error, once", async () => {
    await using s = await connected();
    acceptRegistrations(s);
    const events = await s.connection.connectDomainEventRegisterAny(["lifecycle"], { limit: 2 });
    for (let event = 0; event < 4; event += 1) lifecycle(s, event);
    await s.server.client.until(() => registrations(s).length === 2);
    expect((await events.next()).value?.event).toBe(0);
    expect((await events.next()).value?.event).toBe(1);
    expect(await rejection(events.next())).toBeInstanceOf(OverflowError);
    expect((await events.next()).done).toBe(true);
  });

  test("a lost connection ends a waiting loop with an error", async () => {
    await using s = await connected();
    acceptRegistrations(s);
    const events = await s.connection.connectDomainEventRegisterAny(["lifecycle"]);
    lifecycle(s, VIR_DOMAIN_EVENT_STARTED);
    expect((await events.next()).done).toBe(false);
    const waiting = rejection(events.next());
    s.server.client.disconnect();
    expect(await waiting).toBeInstanceOf(ConnectionClosedError);
    await events.close();
  });

  test("close() on the connection ends it without one", async () => {
    await using s = await connected();
    acceptRegistrations(s);
    const events = await s.connection.connectDomainEventRegisterAny(["lifecycle"]);
    const waiting = events.next();
    await s.connection.close();
    expect((await waiting).done).toBe(true);
  });

  test("closing the queue while the connection goes is fine", async () => {
    await using s = await connected();
    acceptRegistrations(s);
    const events = await s.connection.connectDomainEventRegisterAny(["lifecycle"]);
    s.server.on("connectDomainEventCallbackDeregisterAny", () => noReply);
    const closing = events.close();
    await s.server.client.until(() => registrations(s).length === 2);
    s.server.client.disconnect();
    await closing;
  });

  test("only one consumer", async () => {
    await using s = await connected();
    acceptRegistrations(s);
    const events = await s.connection.connectDomainEventRegisterAny(["lifecycle"]);
    const first = events.next();
    expect(await rejection(events.next())).toBeInstanceOf(Error);
    lifecycle(s, VIR_DOMAIN_EVENT_STARTED);
    expect((await first).value?.event).toBe(VIR_DOMAIN_EVENT_STARTED);
  });

  test("an event that cannot be decoded ends the connection", async () => {
    await using s = await connected();
    acceptRegistrations(s);
    const events = await s.connection.connectDomainEventRegisterAny(["lifecycle"]);
    const { header } = s.server.client.lastCall("connectDomainEventCallbackRegisterAny");
    s.server.client.send({ ...header, procedure: 318, type: 2, serial: 0 }, (w) => w.int(0));
    expect((await s.connection.closed).requested).toBe(false);
    expect(await rejection(events.next())).toBeInstanceOf(ConnectionClosedError);
  });
});
