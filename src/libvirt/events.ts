// Domain events: registered by kind at the server, delivered through typed queues.
// Facts: libvirt 9.0.0, src/remote/remote_protocol.x (every message carries the id of its registration) and
// include/libvirt/libvirt-domain.h (virDomainEventID and the enums named below).

import * as id from "./constants.gen.ts";
import { ConnectionClosedError } from "./errors.ts";
import { EventQueue } from "./event-queue.ts";
import type { EventMessage } from "./procedure.ts";
import * as p from "./procedures.gen.ts";
import type { RpcClient } from "./rpc.ts";
import { readTypedParams } from "./typed-params.ts";

interface Kind<Fields> {
  readonly eventID: number;
  /** Of the message that carries it. */
  readonly number: number;
  listen(rpc: RpcClient, deliver: (callbackID: number, fields: Fields) => void): void;
}

function kind<Message extends { readonly callbackID: number }, Fields extends { readonly dom: p.Domain }>(
  eventID: number,
  message: EventMessage<Message>,
  fields: (message: Message) => Fields,
): Kind<Fields> {
  return {
    eventID,
    number: message.number,
    listen: (rpc, deliver) =>
      rpc.onEvent(message, (received) => deliver(received.callbackID, fields(received))),
  };
}

/** Messages of before libvirt 1.2 have their fields inside `msg`, later ones beside `callbackID`. */
function inner<Fields>(message: { msg: Fields }): Fields {
  return message.msg;
}

function beside<Message extends { callbackID: number }>({ callbackID: _, ...fields }: Message) {
  return fields;
}

const kinds = {
  /** event: virDomainEventType; detail: the virDomainEvent…DetailType of that event. */
  lifecycle: kind(id.VIR_DOMAIN_EVENT_ID_LIFECYCLE, p.domainEventCallbackLifecycle, inner),
  reboot: kind(id.VIR_DOMAIN_EVENT_ID_REBOOT, p.domainEventCallbackReboot, inner),
  /** offset: seconds from UTC. */
  rtcChange: kind(id.VIR_DOMAIN_EVENT_ID_RTC_CHANGE, p.domainEventCallbackRtcChange, inner),
  /** action: virDomainEventWatchdogAction. */
  watchdog: kind(id.VIR_DOMAIN_EVENT_ID_WATCHDOG, p.domainEventCallbackWatchdog, inner),
  /** action: virDomainEventIOErrorAction. */
  ioError: kind(id.VIR_DOMAIN_EVENT_ID_IO_ERROR, p.domainEventCallbackIoError, inner),
  /** As ioError, with the reason in words (`enospc`). */
  ioErrorReason: kind(id.VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON, p.domainEventCallbackIoErrorReason, inner),
  /** phase: virDomainEventGraphicsPhase. */
  graphics: kind(id.VIR_DOMAIN_EVENT_ID_GRAPHICS, p.domainEventCallbackGraphics, inner),
  controlError: kind(id.VIR_DOMAIN_EVENT_ID_CONTROL_ERROR, p.domainEventCallbackControlError, inner),
  /** path: of the disk's source. type: virDomainBlockJobType; status: virConnectDomainEventBlockJobStatus. */
  blockJob: kind(id.VIR_DOMAIN_EVENT_ID_BLOCK_JOB, p.domainEventCallbackBlockJob, inner),
  /** As blockJob, with the disk's target (`vda`) in `dst`. */
  blockJob2: kind(id.VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2, p.domainEventBlockJob2, beside),
  /** reason: virConnectDomainEventDiskChangeReason. */
  diskChange: kind(id.VIR_DOMAIN_EVENT_ID_DISK_CHANGE, p.domainEventCallbackDiskChange, inner),
  trayChange: kind(id.VIR_DOMAIN_EVENT_ID_TRAY_CHANGE, p.domainEventCallbackTrayChange, inner),
  pmWakeup: kind(id.VIR_DOMAIN_EVENT_ID_PMWAKEUP, p.domainEventCallbackPMwakeup, inner),
  pmSuspend: kind(id.VIR_DOMAIN_EVENT_ID_PMSUSPEND, p.domainEventCallbackPMsuspend, inner),
  pmSuspendDisk: kind(id.VIR_DOMAIN_EVENT_ID_PMSUSPEND_DISK, p.domainEventCallbackPMsuspendDisk, inner),
  /** actual: KiB. */
  balloonChange: kind(id.VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE, p.domainEventCallbackBalloonChange, inner),
  deviceAdded: kind(id.VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, p.domainEventCallbackDeviceAdded, beside),
  deviceRemoved: kind(id.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, p.domainEventCallbackDeviceRemoved, inner),
  deviceRemovalFailed: kind(
    id.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED,
    p.domainEventCallbackDeviceRemovalFailed,
    beside,
  ),
  tunable: kind(id.VIR_DOMAIN_EVENT_ID_TUNABLE, p.domainEventCallbackTunable, ({ dom, params }) => ({
    dom,
    params: readTypedParams(params),
  })),
  /** state, reason: virConnectDomainEventAgentLifecycleState and …Reason. */
  agentLifecycle: kind(id.VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE, p.domainEventCallbackAgentLifecycle, beside),
  migrationIteration: kind(
    id.VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION,
    p.domainEventCallbackMigrationIteration,
    beside,
  ),
  /** params: VIR_DOMAIN_JOB_…, as in domainGetJobStats. */
  jobCompleted: kind(
    id.VIR_DOMAIN_EVENT_ID_JOB_COMPLETED,
    p.domainEventCallbackJobCompleted,
    ({ dom, params }) => ({
      dom,
      params: readTypedParams(params),
    }),
  ),
  /** type: virDomainMetadataType. */
  metadataChange: kind(id.VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, p.domainEventCallbackMetadataChange, beside),
  blockThreshold: kind(id.VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD, p.domainEventBlockThreshold, beside),
  memoryFailure: kind(id.VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE, p.domainEventMemoryFailure, beside),
  memoryDeviceSizeChange: kind(
    id.VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE,
    p.domainEventMemoryDeviceSizeChange,
    beside,
  ),
};

export type DomainEventKind = keyof typeof kinds;

/** `{ kind: "lifecycle", dom, event, detail }`; with several kinds, a union to be told apart by `kind`. */
export type DomainEvent<K extends DomainEventKind = DomainEventKind> = {
  [Name in K]: { readonly kind: Name } & ((typeof kinds)[Name] extends Kind<infer Fields> ? Fields : never);
}[K];

export interface DomainEventOptions {
  /** Only events of this domain. */
  readonly dom?: p.Domain;
  /** Events that may wait for the consumer, by default 1024. */
  readonly limit?: number;
}

type Sink = (kind: DomainEventKind, fields: object) => void;

/** How many events may come before the reply which says whose they are. */
const earlyMax = 1024;

/** The registrations of one connection. */
export class DomainEventRegistry {
  readonly #rpc: RpcClient;
  readonly #sinks = new Map<string, Sink>();
  readonly #queues = new Set<EventQueue<DomainEvent>>();
  readonly #listening = new Set<DomainEventKind>();
  #registering = 0;
  /** The server may send an event between giving out an id and answering with it. */
  #early: { key: string; kind: DomainEventKind; fields: object }[] = [];

  constructor(rpc: RpcClient) {
    this.#rpc = rpc;
    rpc.closed.then((reason) => {
      for (const queue of this.#queues) queue.disconnected(reason);
    });
  }

  /** When it resolves, the server reports; when it rejects, nothing stays registered. Errors as in RpcClient.call. */
  async register<K extends DomainEventKind>(
    names: readonly K[],
    { dom, limit = 1024 }: DomainEventOptions,
  ): Promise<EventQueue<DomainEvent<K>>> {
    const registered: { key: string; callbackID: number }[] = [];
    const queue = new EventQueue<DomainEvent>(names.join(", "), limit, async () => {
      this.#queues.delete(queue);
      for (const { key, callbackID } of registered) await this.#deregister(key, callbackID);
    });
    this.#queues.add(queue);
    const sink: Sink = (name, fields) => queue.push({ kind: name, ...fields } as DomainEvent);
    try {
      for (const name of names) registered.push(await this.#registerOne(name, dom ?? null, sink));
    } catch (error) {
      await queue.close();
      throw error;
    }
    return queue as unknown as EventQueue<DomainEvent<K>>;
  }

  async #registerOne(name: DomainEventKind, dom: p.Domain | null, sink: Sink) {
    this.#listen(name);
    const { eventID, number } = kinds[name];
    this.#registering += 1;
    try {
      const { callbackID } = await this.#rpc.call(
        p.connectDomainEventCallbackRegisterAny,
        { eventID, dom },
        { onReply: (ret) => this.#admit(eventKey(number, ret.callbackID), sink) },
      );
      return { key: eventKey(number, callbackID), callbackID };
    } finally {
      this.#registering -= 1;
      if (this.#registering === 0) this.#early = [];
    }
  }

  #admit(key: string, sink: Sink): void {
    this.#sinks.set(key, sink);
    for (const event of this.#early) if (event.key === key) sink(event.kind, event.fields);
    this.#early = this.#early.filter((event) => event.key !== key);
  }

  #listen(name: DomainEventKind): void {
    if (this.#listening.has(name)) return;
    this.#listening.add(name);
    const { number, listen } = kinds[name];
    listen(this.#rpc, (callbackID: number, fields: object) => {
      const key = eventKey(number, callbackID);
      const sink = this.#sinks.get(key);
      if (sink !== undefined) sink(name, fields);
      else if (this.#registering > 0 && this.#early.length < earlyMax)
        this.#early.push({ key, kind: name, fields });
    });
  }

  async #deregister(key: string, callbackID: number): Promise<void> {
    try {
      await this.#rpc.call(p.connectDomainEventCallbackDeregisterAny, { callbackID });
    } catch (error) {
      // With the connection the registration is gone as well, which is what was wanted.
      if (!(error instanceof ConnectionClosedError)) throw error;
    } finally {
      this.#sinks.delete(key);
    }
  }
}

/** Ids are unique for one driver, not over all kinds of messages. */
function eventKey(number: number, callbackID: number): string {
  return `${number}:${callbackID}`;
}
