// The other end of the control socket.

import type { Level, LogLine } from "../core/log.ts";
import type { SentNotification } from "../core/notifications.ts";
import type { Fault, FaultSpec } from "../faults/book.ts";
import type { PolicyAnswer, PolicyQuestion, PolicyRow } from "../policy/desk.ts";
import type { BackupFacts } from "../snapshot/backup.ts";
import type { SnapshotFacts } from "../snapshot/shelf.ts";
import type { CloudStatus } from "./server.ts";

export class CloudNotRunning extends Error {
  override name = "CloudNotRunning";
}

export class ControlError extends Error {
  override name = "ControlError";
}

export interface LogQuestion {
  /** Only lines that pass (`core/log-filter.ts`). */
  filter?: string;
  /** How many lines of the scrollback, at most. */
  tail?: number;
}

export interface NotificationQuestion {
  /** An event type, or how it begins. */
  event?: string;
  /** A request's id. */
  request?: string;
}

function queryOf(question: Record<string, string | number | null | undefined>): URLSearchParams {
  const given = Object.entries(question).filter(([, value]) => value !== undefined && value !== null);
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
}

export class ControlClient {
  #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  /** @throws CloudNotRunning, and so do all others */
  status(): Promise<CloudStatus> {
    return this.#ask("GET", "/status");
  }

  async service(window: string, verb: "start" | "stop" | "restart"): Promise<void> {
    await this.#ask("POST", `/services/${encodeURIComponent(window)}/${verb}`);
  }

  async queues(): Promise<{ project: string; topic: string; messages: number; consumers: number }[]> {
    return (await this.#ask<{ queues: [] }>("GET", "/queues")).queues;
  }

  /** Whether the bus is down on purpose. */
  async busDown(): Promise<boolean> {
    return (await this.#ask<{ down: boolean }>("GET", "/bus")).down;
  }

  async setBus(state: "down" | "up"): Promise<void> {
    await this.#ask("POST", `/bus/${state}`);
  }

  /** Why a user may or may not. @throws ControlError for a question that makes no sense */
  async policyCheck(question: PolicyQuestion): Promise<PolicyAnswer> {
    return this.#ask("POST", "/policy/check", question);
  }

  async policyRules(service?: string): Promise<PolicyRow[]> {
    const query = service === undefined ? "" : `?service=${encodeURIComponent(service)}`;
    return (await this.#ask<{ rules: PolicyRow[] }>("GET", `/policy${query}`)).rules;
  }

  /** @param window null: all windows */
  async lines(window: string | null, question: LogQuestion = {}): Promise<LogLine[]> {
    const path = `/logs?${queryOf({ window, ...question })}`;
    return (await this.#ask<{ lines: LogLine[] }>("GET", path)).lines;
  }

  /** Those that are still kept, oldest first. */
  async notifications(question: NotificationQuestion): Promise<SentNotification[]> {
    const path = `/notifications?${queryOf({ ...question })}`;
    return (await this.#ask<{ notifications: SentNotification[] }>("GET", path)).notifications;
  }

  /** As they are sent; ends with the cloud or when `signal` is aborted. */
  followNotifications(
    question: NotificationQuestion,
    signal?: AbortSignal,
  ): AsyncGenerator<SentNotification> {
    return this.#follow(`/notifications?${queryOf({ ...question, follow: "" })}`, signal);
  }

  /** In Prometheus' text format. */
  async metrics(): Promise<string> {
    return (await this.#fetch("GET", "/metrics")).text();
  }

  /** Window → level below which its lines are dropped. */
  async logLevels(): Promise<Record<string, Level>> {
    return (await this.#ask<{ levels: Record<string, Level> }>("GET", "/log-levels")).levels;
  }

  async setLogLevel(window: string, level: Level): Promise<void> {
    await this.#ask("PUT", `/log-levels/${encodeURIComponent(window)}/${level}`);
  }

  /** Lines as they come, the scrollback first; ends with the cloud or when `signal` is aborted. */
  follow(window: string | null, signal?: AbortSignal, question: LogQuestion = {}): AsyncGenerator<LogLine> {
    return this.#follow(`/logs?${queryOf({ window, ...question, follow: "" })}`, signal);
  }

  async *#follow<T>(path: string, signal?: AbortSignal): AsyncGenerator<T> {
    const response = await this.#fetch("GET", path, signal);
    let rest = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const rows = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = rows.pop()!;
      for (const row of rows) if (row !== "") yield JSON.parse(row) as T;
    }
  }

  async addFault(spec: Pick<FaultSpec, "point"> & Partial<FaultSpec>): Promise<Fault> {
    return (await this.#ask<{ fault: Fault }>("POST", "/faults", spec)).fault;
  }

  async faults(): Promise<Fault[]> {
    return (await this.#ask<{ faults: Fault[] }>("GET", "/faults")).faults;
  }

  async removeFault(id: number): Promise<void> {
    await this.#ask("DELETE", `/faults/${id}`);
  }

  async saveSnapshot(name: string): Promise<SnapshotFacts> {
    const path = `/snapshots/${encodeURIComponent(name)}`;
    return (await this.#ask<{ snapshot: SnapshotFacts }>("POST", path)).snapshot;
  }

  /** Returns what was removed from the host. */
  async restoreSnapshot(name: string): Promise<string[]> {
    const path = `/snapshots/${encodeURIComponent(name)}/restore`;
    return (await this.#ask<{ removed: string[] }>("POST", path)).removed;
  }

  /** Returns the folder to be packed. */
  async stageBackup(whole: boolean): Promise<string> {
    return (await this.#ask<{ folder: string }>("POST", "/backup", { whole })).folder;
  }

  /** What was unpacked becomes the state. Returns what was removed from the host. */
  async takeBackupIn(facts: BackupFacts): Promise<string[]> {
    return (await this.#ask<{ removed: string[] }>("POST", "/restore", facts)).removed;
  }

  async shutdown(how: "stop" | "down"): Promise<void> {
    await this.#ask("POST", `/shutdown/${how}`);
  }

  async #ask<T>(method: string, path: string, question?: unknown): Promise<T> {
    const response = await this.#fetch(method, path, undefined, question);
    const body = (await response.json()) as T & { error?: string };
    if (!response.ok) throw new ControlError(body.error ?? `status ${response.status}`);
    return body;
  }

  async #fetch(method: string, path: string, signal?: AbortSignal, question?: unknown): Promise<Response> {
    const body = question === undefined ? {} : { body: JSON.stringify(question) };
    try {
      return await fetch(`http://stack${path}`, { method, unix: this.#socket, signal, ...body });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new CloudNotRunning("no cloud is running here", { cause });
    }
  }
}
