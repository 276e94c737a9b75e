// The engine where nothing may be plumbed: everything is allocated and answered, no packet moves.

import type { NetworkEngine } from "./public.ts";

export function unplumbedEngine(reason: string): NetworkEngine {
  return {
    changed() {},
    async settled() {},
    bridgeOf: () => null,
    failureOf: () => null,
    unplumbed: () => reason,
  };
}
