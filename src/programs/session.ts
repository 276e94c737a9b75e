// HTTP as the Python clients speak it: JSON in and out, redirects followed with the same method, TLS options, a time
// limit, and with --debug every request as a curl line and every answer (keystoneclient/session.py, 0.11).

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { ClientError, ConnectionRefused, HttpError, RequestTimeout } from "./errors.ts";

export interface SessionOptions {
  /** `python-keystoneclient` */
  userAgent: string;
  insecure: boolean;
  /** Paths. */
  caCert: string | null;
  cert: string | null;
  key: string | null;
  timeoutSeconds: number | null;
  /** Where --debug writes; null without it. */
  debug: ((line: string) => void) | null;
  /** Told of every call and how long it took, for --timings. */
  timed?: (call: string, seconds: number) => void;
}

export interface RequestOptions {
  headers?: Record<string, string>;
  /** Sent as JSON. Null and undefined: no body. */
  body?: unknown;
  /** False keeps a password out of the debug output. */
  log?: boolean;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON; null when it is none. */
  json: Json;
}

/** What a service has answered is only as reliable as the service. */
// biome-ignore lint/suspicious/noExplicitAny: wire data of any service; its readers check what they take
export type Json = any;

const MAX_REDIRECTS = 30;
const REDIRECTS = new Set([301, 302, 303, 305, 307]);
const SECRET_HEADERS = new Set(["authorization", "x-auth-token", "x-subject-token"]);

export class HttpSession {
  #options: SessionOptions;
  #tls: Bun.TLSOptions & { rejectUnauthorized?: boolean };

  constructor(options: SessionOptions) {
    this.#options = options;
    const read = (path: string | null) => (path === null ? undefined : readFileSync(path, "utf8"));
    try {
      this.#tls = {
        rejectUnauthorized: !options.insecure,
        ca: read(options.insecure ? null : options.caCert),
        cert: read(options.cert),
        key: read(options.key ?? options.cert),
      };
    } catch (error) {
      throw new ClientError((error as Error).message, { cause: error });
    }
  }

  /** @throws HttpError for a status of 400 and above, ConnectionRefused, RequestTimeout */
  async request(method: string, url: string, options: RequestOptions = {}): Promise<Answer> {
    const headers: Record<string, string> = { ...options.headers, "User-Agent": this.#options.userAgent };
    const data =
      options.body === undefined || options.body === null ? undefined : JSON.stringify(options.body);
    if (data !== undefined) headers["Content-Type"] = "application/json";
    const log = options.log === false ? null : this.#options.debug;
    log?.(this.#curl(method, url, headers, data));
    let target = url;
    for (let hop = 0; ; hop++) {
      const answer = await this.#send(method, target, headers, data);
      log?.(describe(answer));
      const location = answer.headers.get("location");
      if (REDIRECTS.has(answer.status) && location !== null && hop < MAX_REDIRECTS) {
        target = new URL(location, target).href;
        continue;
      }
      if (answer.status >= 400) throw httpError(answer);
      return answer;
    }
  }

  /**
   * Bytes up, bytes down, however many and however long it takes: neither is held in memory, and no body is in the debug
   * output. Redirects are not followed. @throws HttpError for a status of 400 and above, ConnectionRefused
   */
  async transfer(
    method: string,
    url: string,
    { headers = {}, data }: { headers?: Record<string, string>; data?: BodyInit } = {},
  ): Promise<Response> {
    const sent = { ...headers, "User-Agent": this.#options.userAgent };
    this.#options.debug?.(this.#curl(method, url, sent, undefined));
    const response = await this.#reach(url, () => this.#fetch(method, url, sent, data, null));
    const { status, headers: received } = response;
    this.#options.debug?.(describe({ status, headers: received, text: "", json: null }));
    if (status < 400) return response;
    const text = await response.text();
    throw httpError({ status, headers: received, text, json: parse(text) });
  }

  #send(
    method: string,
    url: string,
    headers: Record<string, string>,
    body: string | undefined,
  ): Promise<Answer> {
    return this.#reach(url, async () => {
      const startedMs = performance.now();
      const response = await this.#fetch(method, url, headers, body, this.#options.timeoutSeconds);
      const text = await response.text();
      this.#options.timed?.(`${method} ${url}`, (performance.now() - startedMs) / 1000);
      return { status: response.status, headers: response.headers, text, json: parse(text) };
    });
  }

  #fetch(
    method: string,
    url: string,
    headers: Record<string, string>,
    body: BodyInit | undefined,
    timeoutSeconds: number | null,
  ): Promise<Response> {
    return fetch(url, {
      method,
      headers,
      body,
      redirect: "manual",
      ...(timeoutSeconds === null ? {} : { signal: AbortSignal.timeout(timeoutSeconds * 1000) }),
      ...(url.startsWith("https:") ? { tls: this.#tls } : {}),
    });
  }

  async #reach<T>(url: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (cause) {
      const { name, message, code } = cause as Error & { code?: string };
      if (name === "TimeoutError") throw new RequestTimeout(`Request to ${url} timed out`, { cause });
      const tls = /certificate|CERT|TLS|SSL|self.signed/i.test(`${code} ${message}`);
      if (tls) throw new ConnectionRefused(`SSL exception connecting to ${url}`, { cause });
      throw new ConnectionRefused(`Unable to establish connection to ${url}`, { cause });
    }
  }

  #curl(method: string, url: string, headers: Record<string, string>, data: string | undefined): string {
    const parts = ["REQ: curl -i", ...(this.#options.insecure ? ["--insecure"] : []), "-X", method, url];
    for (const [name, value] of Object.entries(headers)) parts.push(`-H "${name}: ${shown(name, value)}"`);
    if (data !== undefined) parts.push(`-d '${data}'`);
    return parts.join(" ");
  }
}

function describe({ status, headers, text }: Answer): string {
  const parts = ["RESP:", `[${status}]`];
  headers.forEach((value, name) => {
    parts.push(`${name}: ${shown(name, value)}`);
  });
  if (text !== "") parts.push(`\nRESP BODY: ${text}\n`);
  return parts.join(" ");
}

/** A token is as good as a password: only its digest is shown. */
function shown(name: string, value: string): string {
  if (!SECRET_HEADERS.has(name.toLowerCase())) return value;
  return `{SHA1}${createHash("sha1").update(value).digest("hex")}`;
}

function parse(text: string): Json {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return null; // a page of a proxy; the status says the rest
  }
}

function httpError({ status, headers, json, text }: Answer): HttpError {
  // One word around what is wrong: `error`, `badRequest`, `NeutronError`.
  const error = typeof json === "object" && json !== null ? Object.values(json)[0] : null;
  const message = typeof error === "object" && error !== null ? (error as Json).message : null;
  return new HttpError(
    status,
    typeof message === "string" ? message : null,
    headers.get("x-openstack-request-id") ?? headers.get("x-compute-request-id"),
    text,
  );
}
