// The other end of the control socket.

import type { Level, LogLine } from "../core/log.ts";
import type { PolicyAnswer, PolicyQuestion, PolicyRow } from "../policy/desk.ts";
import type { CloudStatus } from "./server.ts";

export class CloudNotRunning extends Error {
  override name = "CloudNotRunning";
}

export class ControlError extends Error {
  override name = "ControlError";
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

  /** Why a user may or may not. @throws ControlError for a question that makes no sense */
  async policyCheck(question: PolicyQuestion): Promise<PolicyAnswer> {
    return this.#ask("POST", "/policy/check", question);
  }

  async policyRules(service?: string): Promise<PolicyRow[]> {
    const query = service === undefined ? "" : `?service=${encodeURIComponent(service)}`;
    return (await this.#ask<{ rules: PolicyRow[] }>("GET", `/policy${query}`)).rules;
  }

  async lines(window: string | null): Promise<LogLine[]> {
    const query = window === null ? "" : `?window=${encodeURIComponent(window)}`;
    return (await this.#ask<{ lines: LogLine[] }>("GET", `/logs${query}`)).lines;
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
  async *follow(window: string | null, signal?: AbortSignal): AsyncGenerator<LogLine> {
    const query = window === null ? "" : `&window=${encodeURIComponent(window)}`;
    const response = await this.#fetch("GET", `/logs?follow${query}`, signal);
    let rest = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const rows = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = rows.pop()!;
      for (const row of rows) yield JSON.parse(row) as LogLine;
    }
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
