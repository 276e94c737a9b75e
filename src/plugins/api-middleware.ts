// Middleware of the user's own in front of a service's API (`contract.d.ts`: ApiMiddleware). It sees each request before
// the service does and may answer in its place, and is told how it was answered. In a thread of its own; what it throws
// is a 500 for that request, logged with file and line in the service's window.

import type { IncomingMessage } from "node:http";
import type { Logger } from "../core/log.ts";
import type { FetchApp } from "../http/server.ts";
import type { ApiRequest } from "./contract.d.ts";
import { findPlugin, PluginError, pluginName } from "./load.ts";
import { PluginThread } from "./plugin-thread.ts";

export interface ApiMiddlewareOptions {
  names: readonly string[];
  /** `STATE/plugins` */
  folder: string;
  log: Logger;
  timeoutSeconds: number;
  reload: boolean;
}

export interface GuardedApp {
  app: FetchApp;
  stop(): void;
}

/** The first name is the outermost. @throws PluginError with file and line */
export async function guardApp(app: FetchApp, options: ApiMiddlewareOptions): Promise<GuardedApp> {
  const stages: Stage[] = [];
  try {
    for (const name of options.names) stages.push(await Stage.start(name, options));
  } catch (error) {
    for (const stage of stages) stage.stop();
    throw error;
  }
  const guarded = stages.reduceRight<FetchApp>((next, stage) => stage.around(next), app);
  return {
    app: { ...guarded, ...(app.upgrade ? { upgrade: (request) => app.upgrade?.(request) } : {}) },
    stop: () => {
      for (const stage of stages) stage.stop();
    },
  };
}

class Stage {
  #name: string;
  #thread: PluginThread;
  #log: Logger;
  /** The thread takes one call after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(name: string, thread: PluginThread, log: Logger) {
    this.#name = name;
    this.#thread = thread;
    this.#log = log;
  }

  static async start(name: string, options: ApiMiddlewareOptions): Promise<Stage> {
    const path = findPlugin(name, options.folder);
    if (path === null) throw new PluginError(`there is no API middleware ${name} in ${options.folder}`);
    const log = options.log.child(`stack.plugins.${pluginName(path)}`);
    const thread = await PluginThread.start({
      path,
      log,
      timeoutSeconds: options.timeoutSeconds,
      reload: options.reload,
      check: ({ functions }) => {
        if (!functions.includes("request") && !functions.includes("answered"))
          throw new Error("an API middleware must have request or answered");
      },
    });
    return new Stage(name, thread, log);
  }

  stop(): void {
    this.#thread.stop();
  }

  around(next: FetchApp): FetchApp {
    const has = (method: string) => this.#thread.shape.functions.includes(method);
    return {
      fetch: async (request, env) => {
        const startedAt = performance.now();
        const facts = factsOf(request, env?.target, env?.incoming, env?.remoteAddress);
        if (has("request")) {
          const own = await this.#ask("request", [facts])
            .then(responseOf)
            .catch((error) => {
              this.#log.error(null, `${this.#name} failed for ${facts.method} ${facts.path}`, error);
              return new Response("Internal Server Error\n", { status: 500 });
            });
          if (own) return own;
        }
        const reply = await next.fetch(request, env);
        if (has("answered")) {
          const status = env?.outgoing?.statusCode ?? reply.status;
          const seconds = (performance.now() - startedAt) / 1000;
          // Nobody waits for it.
          this.#ask("answered", [facts, { status, seconds }]).catch((error) =>
            this.#log.error(null, `${this.#name} failed after ${facts.method} ${facts.path}`, error),
          );
        }
        return reply;
      },
    };
  }

  #ask(method: string, args: unknown[]): Promise<unknown> {
    const asked = this.#turn
      .then(() => this.#thread.call({ method, args, log: null }))
      .then(({ value }) => value);
    this.#turn = asked.catch(() => {});
    return asked;
  }
}

function factsOf(
  request: Request,
  target: string | undefined,
  incoming: IncomingMessage | undefined,
  remoteAddress: string | undefined,
): ApiRequest {
  const headers: Record<string, string> = {};
  if (incoming) for (const [name, value] of Object.entries(incoming.headers)) headers[name] = String(value);
  else for (const [name, value] of request.headers) headers[name] = value;
  // A token is as good as a password: middleware gets to know that there is one.
  for (const name of ["x-auth-token", "x-service-token", "x-subject-token"])
    if (name in headers) headers[name] = "***";
  return {
    method: incoming?.method ?? request.method,
    path: target ?? new URL(request.url).pathname,
    headers,
    remoteAddress: remoteAddress ?? "127.0.0.1",
  };
}

/** Null: the request goes on. @throws TypeError for what is no answer */
function responseOf(value: unknown): Response | null {
  if (value === undefined || value === null) return null;
  const {
    status,
    headers = {},
    body = "",
  } = value as { status?: unknown; headers?: unknown; body?: unknown };
  if (!Number.isInteger(status) || Number(status) < 200 || Number(status) > 599) {
    throw new TypeError(
      "request must give nothing, or { status, headers, body } with a status from 200 to 599",
    );
  }
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const type = typeof body === "string" ? "text/plain" : "application/json";
  return new Response(text, {
    status: Number(status),
    headers: { "content-type": type, ...(headers as Record<string, string>) },
  });
}
