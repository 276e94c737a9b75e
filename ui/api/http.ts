// Requests to the dashboard's server and, through it, to the cloud's APIs. The browser adds the session's cookie; no
// token is ever seen here.

import { CLOUD, GUARD_HEADER, GUARD_VALUE, MOUNT } from "../../src/dashboard/wire.ts";
import { sessionEnded } from "../core/session.ts";

export class ApiError extends Error {
  override name = "ApiError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface RequestOptions {
  method?: string;
  /** Sent as JSON, unless it is a Blob or text. */
  body?: unknown;
  headers?: Record<string, string>;
  query?: Record<string, string | number | boolean | undefined>;
  signal?: AbortSignal | undefined;
}

/** The answer's JSON; null when there is none. @throws ApiError with a message for the user */
export async function request<T = unknown>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(path, options);
  const text = await response.text();
  if (text === "" || !response.headers.get("content-type")?.includes("json")) return null as T;
  return JSON.parse(text) as T;
}

/** The answer itself, for text, headers and streams. @throws ApiError */
export async function send(path: string, options: RequestOptions = {}): Promise<Response> {
  const { method = "GET", body, headers = {}, query = {}, signal } = options;
  const asked = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  );
  const plain = body === undefined || typeof body === "string" || body instanceof Blob;
  const response = await fetch(`${MOUNT}${path}${asked.length > 0 ? `?${asked.join("&")}` : ""}`, {
    method,
    headers: {
      [GUARD_HEADER]: GUARD_VALUE,
      accept: "application/json",
      ...(plain ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    body: plain ? ((body as string | Blob | undefined) ?? null) : JSON.stringify(body),
    cache: "no-store",
    signal: signal ?? null,
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    throw new ApiError(0, "The cloud does not answer.");
  });
  if (response.ok) return response;
  const message = explain(response.status, await response.text());
  if (response.status === 401) sessionEnded();
  throw new ApiError(response.status, message);
}

export interface Api {
  <T = unknown>(path: string, options?: RequestOptions): Promise<T>;
  /** The answer itself. */
  raw(path: string, options?: RequestOptions): Promise<Response>;
}

/** One of the cloud's APIs: `api("/compute/v2.1", { "openstack-api-version": "compute 2.90" })`. */
export function api(base: string | (() => string), headers: Record<string, string> = {}): Api {
  const address = (path: string) => `${CLOUD}${typeof base === "string" ? base : base()}${path}`;
  const whole = (options: RequestOptions = {}) => ({
    ...options,
    headers: { ...headers, ...options.headers },
  });
  return Object.assign(
    <T>(path: string, options?: RequestOptions) => request<T>(address(path), whole(options)),
    { raw: (path: string, options?: RequestOptions) => send(address(path), whole(options)) },
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The sentence in an error body, in whichever of the services' forms it comes. */
function explain(status: number, text: string): string {
  try {
    const found = sentence(JSON.parse(text));
    if (found) return found;
  } catch {
    // not JSON: a page or plain text
  }
  const { body } = new DOMParser().parseFromString(text, "text/html");
  // Swift's pages: the status as a heading, then a sentence.
  const words = (body.querySelector("p") ?? body).textContent?.replace(/\s+/g, " ").trim();
  return words ? words.slice(0, 300) : `The service answered with status ${status}.`;
}

/** `{"badRequest": {"message"}}`, `{"NeutronError": {"message"}}`, `{"error": {"message"}}`, `{"errors": [{"detail"}]}`. */
function sentence(body: unknown): string | null {
  if (typeof body !== "object" || body === null) return null;
  const { message, detail } = body as Record<string, unknown>;
  for (const text of [message, detail])
    if (typeof text === "string" && text.trim() !== "") return text.trim();
  for (const inner of Object.values(body)) {
    const found = sentence(inner);
    if (found) return found;
  }
  return null;
}
