// Runs in the thread of a middleware plugin: imports the user's file and calls it. Whatever the file does, an endless
// loop included, stays here: the service ends this thread when it no longer answers. The file is embedded as text and
// started from memory with `splitPath` in front, so it imports types only.

import type {
  AccountInfo,
  ContainerInfo,
  MiddlewareApp,
  MiddlewareFactory,
  MiddlewareLog,
  MiddlewareReply,
  MiddlewareRequest,
  MiddlewareTools,
} from "./plugin-contract.ts";
import type {
  BodyState,
  CallerState,
  Failure,
  Order,
  ReplyState,
  Report,
  RequestState,
} from "./plugin-protocol.ts";

declare const splitPath: (path: string, min: number, max: number, rest?: boolean) => (string | null)[] | null;

interface Port {
  postMessage(report: Report): void;
  onmessage: ((event: { data: Order }) => void) | null;
}

const port = globalThis as unknown as Port;
let app: MiddlewareApp | null = null;
let clockOffsetMs = 0;
let lastSerial = 0;
let lastPiece = 0;
const waiting = new Map<number, { resolve(order: Order): void; reject(error: Error): void }>();
/** Bodies that the plugin makes, while they are read. */
const made = new Map<number, AsyncIterator<Uint8Array>>();
const callOf = new WeakMap<object, number>();

port.onmessage = ({ data }) => {
  if ("ping" in data) port.postMessage({ pong: data.ping });
  else if ("load" in data) {
    load(data).catch((error) => port.postMessage({ unloadable: failureOf(error) }));
  } else if ("call" in data) {
    clockOffsetMs = data.clockOffsetMs;
    answer(data.call, data.request, data.caller).catch((error) =>
      port.postMessage({ call: data.call, failure: failureOf(error) }),
    );
  } else if ("pull" in data) pull(data.pull);
  else if ("cancel" in data) {
    made.get(data.cancel)?.return?.();
    made.delete(data.cancel);
  } else {
    const asker = waiting.get(data.serial);
    waiting.delete(data.serial);
    if ("failure" in data) asker?.reject(failed(data.failure));
    else asker?.resolve(data);
  }
};

async function load(order: Extract<Order, { load: string }>): Promise<void> {
  // Bun remembers what was in a folder; this looks again, for a file that is newer (Bun 1.4.4).
  const [path = "", version] = order.load.split("?");
  const found = Bun.resolveSync(path, "/");
  const module = (await import(version === undefined ? found : `${found}?${version}`)) as {
    default?: unknown;
  };
  if (typeof module.default !== "function") {
    throw new Error(
      `${path} has no default export that is a function (next, conf, tools) => (request) => reply`,
    );
  }
  const factory = module.default as MiddlewareFactory;
  const given = factory(next, new Map(order.conf), toolsOf(order.hostAddress, order.debugging));
  if (typeof given !== "function") throw new Error(`the middleware ${order.name} returned no function`);
  app = given;
  port.postMessage({ ready: true });
}

async function answer(call: number, state: RequestState, caller: CallerState): Promise<void> {
  const request = requestOf(state, caller);
  callOf.set(request, call);
  const reply = await app!(request);
  if (typeof reply?.status !== "number") throw new TypeError("the middleware returned no answer");
  const { origin } = reply as MiddlewareReply & { origin?: number };
  port.postMessage({
    call,
    reply: {
      status: reply.status,
      headers: Object.fromEntries(
        Object.entries(reply.headers ?? {})
          .filter(([, value]) => value !== undefined && value !== null)
          .map(([name, value]) => [name.toLowerCase(), String(value)]),
      ),
      body: bodyState(reply.body ?? null),
      ...(origin === undefined ? {} : { origin }),
    },
  });
}

function requestOf(state: RequestState, caller: CallerState): MiddlewareRequest {
  return {
    method: state.method,
    path: state.path,
    queryText: state.queryText,
    get query() {
      return new Map(new URLSearchParams(this.queryText));
    },
    headers: new Map(state.headers),
    header(name) {
      return this.headers.get(name.toLowerCase()) ?? null;
    },
    split(min, max, rest = false) {
      return splitPath(this.path, min, max, rest);
    },
    env: { ...caller, extra: state.extra },
  };
}

function stateOf(request: MiddlewareRequest): RequestState {
  return {
    method: String(request.method),
    path: String(request.path),
    queryText: String(request.queryText),
    headers: [...request.headers].map(([name, value]) => [String(name).toLowerCase(), String(value)]),
    extra: request.env.extra,
  };
}

async function next(request: MiddlewareRequest): Promise<MiddlewareReply> {
  const call = callOf.get(request);
  if (call === undefined) throw new TypeError("next() wants the request that the middleware was given");
  const { reply, extra } = (await ask((serial) => ({ call, next: stateOf(request), serial }))) as {
    reply: ReplyState;
    extra: Map<string, unknown>;
  };
  for (const [name, value] of extra) request.env.extra.set(name, value);
  const { body } = reply;
  const shown = body !== null && typeof body === "object" && "kept" in body ? new KeptBody(body.kept) : body;
  return { ...reply, body: shown as MiddlewareReply["body"] & {} };
}

function ask(report: (serial: number) => Report): Promise<Order> {
  const serial = ++lastSerial;
  const { promise, resolve, reject } = Promise.withResolvers<Order>();
  waiting.set(serial, { resolve, reject });
  port.postMessage(report(serial));
  return promise;
}

/** A body that has stayed in the service. Given back as it is, its bytes never come here. */
class KeptBody implements AsyncIterable<Uint8Array> {
  readonly kept: number;

  constructor(kept: number) {
    this.kept = kept;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const { chunk } = (await ask((serial) => ({ read: this.kept, serial }))) as {
        chunk: Uint8Array | null;
      };
      if (chunk === null) return;
      yield chunk;
    }
  }
}

function bodyState(body: unknown): ReplyState["body"] {
  if (body === null || typeof body === "string" || body instanceof Uint8Array) return body;
  if (body instanceof KeptBody) return { kept: body.kept };
  if (typeof body === "object" && "standard" in body) return { standard: true };
  if (typeof body === "object" && "file" in body) {
    const { file, offset, length } = body as Extract<BodyState, { file: string }>;
    return { file, offset, length };
  }
  if (typeof body !== "object" || !(Symbol.asyncIterator in body))
    throw new TypeError("the body of the answer is neither text nor bytes nor a stream of bytes");
  const id = ++lastPiece;
  made.set(id, (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]());
  // Negative numbers are the thread's own.
  return { kept: -id };
}

async function pull(id: number): Promise<void> {
  try {
    const { done, value } = (await made.get(id)?.next()) ?? { done: true, value: undefined };
    if (done) made.delete(id);
    port.postMessage({ piece: id, chunk: done ? null : bytesOf(value) });
  } catch (error) {
    made.delete(id);
    port.postMessage({ piece: id, chunk: null, failure: failureOf(error) });
  }
}

function bytesOf(value: unknown): Uint8Array {
  if (typeof value === "string") return new TextEncoder().encode(value);
  if (value instanceof Uint8Array) return value;
  throw new TypeError("a piece of the answer's body is not bytes");
}

function toolsOf(hostAddress: string, debugging: boolean): MiddlewareTools {
  const facts = (asks: "container" | "account") => async (request: MiddlewareRequest, source: string) => {
    const call = callOf.get(request);
    if (call === undefined)
      throw new TypeError(`${asks}Info() wants the request that the middleware was given`);
    const found = await ask((serial) => ({ call, asks, path: request.path, source: String(source), serial }));
    return (found as unknown as { facts: ContainerInfo & AccountInfo }).facts;
  };
  return {
    log: logOf(debugging),
    containerInfo: facts("container"),
    accountInfo: facts("account"),
    respond: (status, body, headers = {}) => ({
      status,
      headers: { ...headers },
      ...(body === undefined ? ({ body: { standard: true } } as object) : { body }),
    }),
    registerInfo: (name, published) => port.postMessage({ published: String(name), facts: published }),
    hostAddress,
    now: () => Date.now() + clockOffsetMs,
  };
}

function logOf(debugging: boolean): MiddlewareLog {
  const line =
    (log: "debug" | "info" | "warning" | "error") =>
    (request: MiddlewareRequest | null, text: string, error?: unknown) =>
      port.postMessage({
        log,
        text: String(text),
        call: (request && callOf.get(request)) ?? null,
        ...(error === undefined ? {} : { error: failureOf(error) }),
      });
  return {
    debug: debugging ? line("debug") : () => {},
    info: line("info"),
    warning: line("warning"),
    error: line("error"),
  };
}

/** What failed behind the plugin, and what the plugin may catch. */
class Behind extends Error {
  readonly behind: number;

  constructor(failure: Failure, behind: number) {
    super(failure.message);
    this.name = failure.name;
    this.behind = behind;
  }
}

function failed(failure: Failure): Error {
  if (failure.behind !== undefined) return new Behind(failure, failure.behind);
  return Object.assign(new Error(failure.message), { name: failure.name });
}

function failureOf(thrown: unknown): Failure {
  if (thrown instanceof Behind) {
    return { name: thrown.name, message: thrown.message, stack: "", behind: thrown.behind };
  }
  if (!(thrown instanceof Error)) {
    const message = String((thrown as { message?: unknown } | null)?.message ?? thrown);
    return { name: "Error", message, stack: `Error: ${message}` };
  }
  const rows = (thrown.stack ?? "").split("\n").filter((row) => !row.includes("blob:"));
  return { name: thrown.name, message: thrown.message, stack: rows.join("\n") };
}
