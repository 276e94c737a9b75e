// What a plugin's thread and the service that uses it say to each other. Types only: `thread.ts` may import nothing else.

import type { SchedulerContext } from "./contract.d.ts";

/** To the thread. */
export type Order = { id: number } & ({ load: string } | { call: Call } | { answer: unknown });

export interface Call {
  method: string;
  /** Given first when it is there. */
  context?: SchedulerContext;
  args: unknown[];
  /** `tools.NAME()` gives this. */
  values?: Record<string, unknown>;
  /** `tools.NAME(...)` notes what it was given; the answer has it under `effects`. */
  effects?: readonly string[];
  /** `await tools.NAME()` asks the service. */
  queries?: readonly string[];
  /** `tools.NAME` are classes of errors; one that is thrown or noted says its name. */
  errors?: readonly string[];
  /** The method is called once for each item, which is its first argument; the value is the list of its answers. */
  each?: Items;
  /** Where a DEBUG line was written is worked out only when somebody reads it. */
  debugging: boolean;
}

/** Items by key, in order; one that the thread was sent before is not sent again. */
export interface Items {
  keys: string[];
  fresh: [key: string, item: unknown][];
}

/** From the thread. */
export type Report =
  | { id: number; shape: PluginShape }
  | { id: number; value: unknown; effects: Effect[] }
  | { id: number; failure: Failure }
  | { id: number; query: string; serial: number }
  | { id: number; line: string; level: "debug" | "info" | "warning" | "error"; error?: Failure };

/** What a file exports: names of its functions, and its plain values. */
export interface PluginShape {
  functions: string[];
  values: Record<string, unknown>;
}

export interface Effect {
  name: string;
  args: unknown[];
}

/** An error as it crosses threads; also among an effect's arguments. */
export interface Failure {
  failure: true;
  name: string;
  message: string;
  /** Of the plugin's own file. */
  stack: string;
  /** `/path/file.ts:12:5`, when it is known. */
  at: string | null;
}
