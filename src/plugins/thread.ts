// Runs in a plugin's own thread: imports the user's file and calls it. Whatever the file does, an endless loop
// included, stays here: the service can end this thread at any time. This file is embedded as text and started from
// memory, so it imports types only.

import type { Call, Effect, Failure, Order, Report } from "./protocol.ts";

interface Port {
  postMessage(report: Report): void;
  onmessage: ((event: { data: Order }) => void) | null;
}

const port = globalThis as unknown as Port;
type Method = (...args: unknown[]) => unknown;
let plugin: Record<string, unknown> = {};
const items = new Map<string, unknown>();
const queries = new Map<number, (answer: unknown) => void>();
let serial = 0;

port.onmessage = ({ data }) => {
  if ("answer" in data) {
    queries.get(data.id)?.(data.answer);
    queries.delete(data.id);
    return;
  }
  const work = "load" in data ? load(data.id, data.load) : call(data.id, data.call);
  work.catch((error) => port.postMessage({ id: data.id, failure: failureOf(error) }));
};

async function load(id: number, path: string): Promise<void> {
  // Bun remembers what was in a folder; this looks again, for a file that is newer (Bun 1.4.4).
  const found = Bun.resolveSync(path, "/");
  const module = (await import(found)) as { default?: unknown };
  const made = isClass(module.default) ? new module.default() : module.default;
  if (typeof made !== "object" || made === null) {
    throw new TypeError("the file has no default export that is an object or a class");
  }
  plugin = made as Record<string, unknown>;
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(plugin)) {
    if (["string", "number", "boolean"].includes(typeof value)) values[name] = value;
  }
  port.postMessage({ id, shape: { functions: functionNames(plugin), values } });
}

function isClass(value: unknown): value is new () => object {
  return typeof value === "function" && Function.prototype.toString.call(value).startsWith("class");
}

/** Methods of a class's object are on its prototype. */
function functionNames(of: object): string[] {
  const names = new Set<string>();
  for (let at = of; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) {
      if (name !== "constructor" && typeof plugin[name] === "function") names.add(name);
    }
  }
  return [...names];
}

async function call(id: number, order: Call): Promise<void> {
  const method = plugin[order.method];
  if (typeof method !== "function") throw new TypeError(`the plugin has no function ${order.method}`);
  const effects: Effect[] = [];
  const tools = toolsFor(id, order, effects);
  const first = order.context ? [withElevated(order.context)] : [];
  const rest = [...first, ...order.args, tools];
  const run = (...args: unknown[]) => (method as Method).apply(plugin, args);
  if (!order.each) {
    const value = await run(...rest);
    port.postMessage({ id, value: plain(value), effects });
    return;
  }
  for (const [key, item] of order.each.fresh) items.set(key, item);
  const answers: unknown[] = [];
  for (const key of order.each.keys) {
    const answer = run(items.get(key), ...rest);
    answers.push(plain(answer instanceof Promise ? await answer : answer));
  }
  port.postMessage({ id, value: answers, effects });
}

/** Only what can cross; a function or a symbol is told by its kind. */
function plain(value: unknown): unknown {
  return typeof value === "function" || typeof value === "symbol" ? `[${typeof value}]` : value;
}

function withElevated<C extends object>(context: C): C & { elevated(): C } {
  const elevated = () => withElevated({ ...context, isAdmin: true });
  return Object.defineProperty({ ...context }, "elevated", { value: elevated }) as C & { elevated(): C };
}

function toolsFor(id: number, order: Call, effects: Effect[]): Record<string, unknown> {
  const tools: Record<string, unknown> = { log: logFor(id, order.debugging) };
  for (const [name, value] of Object.entries(order.values ?? {})) {
    tools[name] = () => structuredClone(value);
  }
  for (const name of order.effects ?? []) {
    tools[name] = (...args: unknown[]) => {
      effects.push({ name, args: args.map((arg) => (isError(arg) ? failureOf(arg) : cloneable(arg))) });
    };
  }
  for (const name of order.queries ?? []) {
    tools[name] = () => {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      queries.set(++serial, resolve);
      port.postMessage({ id, query: name, serial });
      return promise;
    };
  }
  for (const name of order.errors ?? []) {
    tools[name] = class extends Error {
      override name = name;
    };
  }
  return tools;
}

const isError = (value: unknown): value is Error => value instanceof Error;

/** A copy as of now: the plugin may go on to change what it gave. */
function cloneable(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function logFor(id: number, debugging: boolean) {
  const line = (level: "info" | "warning" | "error") => (text: unknown, error?: unknown) =>
    port.postMessage({
      id,
      level,
      line: String(text),
      ...(error === undefined ? {} : { error: failureOf(error) }),
    });
  return {
    debug(text: unknown) {
      if (debugging) port.postMessage({ id, level: "debug", line: `${String(text)}${writtenAt()}` });
    },
    info: line("info"),
    warning: line("warning"),
    error: line("error"),
  };
}

/** As oslo's logging_debug_format_suffix: where in the plugin the line was written. */
function writtenAt(): string {
  for (const row of (new Error().stack ?? "").split("\n")) {
    const frame = /at (?:async )?(?:(\S+) )?\(?(\/.+):(\d+):\d+\)?$/.exec(row.trim());
    if (!frame) continue;
    const name = frame[1]?.split(".").at(-1) ?? "<module>";
    return ` from (pid=${process.pid}) ${name} ${frame[2]}:${frame[3]}`;
  }
  return "";
}

function failureOf(thrown: unknown): Failure {
  // A file that cannot be read as a program: Bun's BuildMessage, or several of them.
  const first = (thrown as { errors?: unknown[] } | null)?.errors?.[0] ?? thrown;
  const at = (first as { position?: { file: string; line: number; column: number } | null } | null)?.position;
  if (at) {
    const message = String((first as { message?: unknown }).message);
    return {
      failure: true,
      name: "SyntaxError",
      message,
      stack: "",
      at: `${at.file}:${at.line}:${at.column}`,
    };
  }
  if (!isError(thrown)) {
    return { failure: true, name: "Error", message: String(thrown), stack: "", at: null };
  }
  const rows = (thrown.stack ?? "").split("\n").filter((row) => !row.includes("blob:"));
  const where = rows.map((row) => /\(?(\/[^()]+:\d+:\d+)\)?$/.exec(row)?.[1]).find((found) => found);
  const { name, message } = thrown;
  return { failure: true, name, message, stack: rows.join("\n"), at: where ?? null };
}
