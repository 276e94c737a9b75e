// What is to be placed, as filters and weighers see it.

import type { RequestContext } from "../../core/context.ts";
import type { Cinder } from "../cinder.ts";
import type { Pairs } from "../store/pairs.ts";

export interface PlacementRequest {
  cinder: Cinder;
  context: RequestContext;
  /** `volume 903b85d0-...`, for the log. */
  what: string;
  /** GB that are needed besides what is there; 0: none. */
  sizeGb: number;
  /** One of these; empty: any. */
  zones: readonly string[];
  extraSpecs: Pairs;
  hints: Readonly<Record<string, unknown>>;
  /** `HOST@BACKEND#POOL` it lies on already: there its size is counted. */
  existsOn: string | null;
  /** An attached volume is to grow. */
  extendsAttached: boolean;
}

/** Volumes are thin where they can be, unless their type says otherwise. */
export function isThin({ extraSpecs }: PlacementRequest): boolean {
  return extraSpecs["provisioning:type"] !== "thick";
}
