// What the parts of applying a seed share.

import type { Actors } from "./actor.ts";
import type { Seed } from "./document.ts";

export interface SeedRun {
  actors: Actors;
  seed: Seed;
  /** Paths in the document are relative to it. */
  folder: string;
  /** `made server web`, `server web is there` */
  told(made: boolean, kind: string, name: string): void;
}

/** As the services take them. */
export function texts(properties: Record<string, string | number | boolean>): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, String(value)]));
}
