// What a middleware is: a function that is given the rest of the pipeline and returns a pipeline with itself in
// front. A user's plugin has the same form; `plugin-contract.ts` says which of this it may rely on.

import type { Clock } from "../../core/clock.ts";
import type { Ids } from "../../core/ids.ts";
import type { SwiftReply } from "../answers.ts";
import type { Constraints } from "../constraints.ts";
import type { SwiftRequest } from "../request.ts";
import type { Platform } from "./platform.ts";

export type App = (request: SwiftRequest) => Promise<SwiftReply>;

/** `[DEFAULT]` of proxy-server.conf with the filter's own section over it. */
export type Conf = ReadonlyMap<string, string>;

export type FilterFactory = (next: App, conf: Conf, tools: Tools) => App;

/** Lines in the service's window, each with the transaction's id behind it. */
export interface FilterLog {
  debug(request: SwiftRequest | null, text: string): void;
  info(request: SwiftRequest | null, text: string): void;
  warning(request: SwiftRequest | null, text: string): void;
  error(request: SwiftRequest | null, text: string, error?: unknown): void;
}

/** What is known of an account; asking needs no right. */
export interface AccountFacts {
  exists: boolean;
  containerCount: number;
  objectCount: number;
  bytesUsed: number;
  /** User metadata, names in lower case without `x-account-meta-`. */
  meta: Readonly<Record<string, string>>;
  sysmeta: Readonly<Record<string, string>>;
}

export interface ContainerFacts {
  exists: boolean;
  readAcl: string | null;
  writeAcl: string | null;
  syncTo: string | null;
  syncKey: string | null;
  versions: string | null;
  objectCount: number;
  bytesUsed: number;
  meta: Readonly<Record<string, string>>;
  sysmeta: Readonly<Record<string, string>>;
}

export interface Tools {
  log: FilterLog;
  /** Publishes something in `/info`. With `adminOnly` it is shown to signed requests alone. */
  registerInfo(name: string, facts: Record<string, unknown>, adminOnly?: boolean): void;
  /** Of the account the request's path names. */
  accountInfo(request: SwiftRequest): AccountFacts;
  /** Of the container the request's path names; of none: does not exist and has no metadata. */
  containerInfo(request: SwiftRequest): ContainerFacts;
  /** An answer: with Swift's own body for the status when `body` is left out. */
  respond(status: number, body?: string, headers?: Record<string, string>): SwiftReply;
  /** The whole pipeline, from its first middleware. */
  pipeline: App;
  /** Address of this host, as `socket.gethostbyname(socket.gethostname())` gives it. */
  hostAddress: string;
  clock: Clock;
  ids: Ids;
  limits: Constraints;
  platform: Platform;
}

/** What comes with the product. */
export interface BuiltinFilter {
  /** Swift's entry point: `proxy_logging`. */
  name: string;
  factory: FilterFactory;
}

export function confText(conf: Conf, name: string, fallback = ""): string {
  return conf.get(name) ?? fallback;
}

/** @throws Error that names the option */
export function confInt(conf: Conf, name: string, fallback: number): number {
  const text = conf.get(name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value))
    throw new Error(`${name} must be an integer, not "${text}"`);
  return value;
}

/** @throws Error that names the option */
export function confNumber(conf: Conf, name: string, fallback: number): number {
  const text = conf.get(name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) throw new Error(`${name} must be a number, not "${text}"`);
  return value;
}
