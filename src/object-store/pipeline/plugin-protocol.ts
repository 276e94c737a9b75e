// What the service and the thread of a middleware plugin say to each other. Types only: the thread may import nothing
// else.

import type { AccountInfo, ContainerInfo } from "./plugin-contract.ts";

/** A request as it crosses. */
export interface RequestState {
  method: string;
  path: string;
  queryText: string;
  headers: [name: string, value: string][];
  extra: Map<string, unknown>;
}

export interface CallerState {
  transId: string;
  remoteAddress: string;
  identity: {
    userName: string | null;
    projectId: string | null;
    projectName: string | null;
    roles: readonly string[];
  } | null;
}

/** A body as it crosses; `kept` stays where it came from and is read piece by piece. */
export type BodyState =
  | null
  | string
  | Uint8Array
  | { file: string; offset: number; length: number }
  | { kept: number };

export interface ReplyState {
  status: number;
  headers: Record<string, string>;
  /** `standard`: the customary one of the status. */
  body: BodyState | { standard: true };
  /** The answer of the rest of the pipeline that this is, or was made from. */
  origin?: number;
}

export interface Failure {
  name: string;
  message: string;
  stack: string;
  /** It is what failed behind the plugin: the number of that failure. */
  behind?: number;
}

/** To the thread. `serial` is the thread's own number of what it has asked. */
export type Order =
  | { load: string; name: string; conf: [string, string][]; hostAddress: string; debugging: boolean }
  | { call: number; request: RequestState; caller: CallerState; clockOffsetMs: number }
  | { serial: number; reply: ReplyState; extra: Map<string, unknown> }
  | { serial: number; facts: ContainerInfo | AccountInfo }
  | { serial: number; failure: Failure }
  | { serial: number; chunk: Uint8Array | null }
  | { pull: number }
  | { cancel: number }
  | { ping: number };

/** From the thread. */
export type Report =
  | { ready: true }
  | { unloadable: Failure }
  | { published: string; facts: Record<string, unknown> }
  | { log: "debug" | "info" | "warning" | "error"; text: string; call: number | null; error?: Failure }
  | { call: number; next: RequestState; serial: number }
  | { call: number; asks: "container" | "account"; path: string; source: string; serial: number }
  | { call: number; reply: ReplyState }
  | { call: number; failure: Failure }
  /** The next piece of a kept body is wanted. */
  | { read: number; serial: number }
  /** A piece of a body the plugin makes; null: its end. */
  | { piece: number; chunk: Uint8Array | null; failure?: Failure }
  | { pong: number };
