// What most answers of this API share.

import { CloudError } from "../../core/errors.ts";
import { httpDate } from "../../core/times.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { PlacementError } from "../errors.ts";

/** Answers tell how fresh they are since this version. */
const FRESHNESS_SINCE = 15;

/** `Last-Modified` and `Cache-Control`; `stamps` are SQL times, the latest counts, now when there is none. */
export function freshness(
  call: Call,
  nowMs: number,
  stamps: readonly (string | null)[] = [],
): Record<string, string> {
  if (call.minor < FRESHNESS_SINCE) return {};
  let latest = "";
  for (const stamp of stamps) if (stamp !== null && stamp > latest) latest = stamp;
  const ms = latest === "" ? nowMs : Date.parse(`${latest.replace(" ", "T")}Z`);
  return {
    "last-modified": httpDate(Number.isNaN(ms) ? nowMs : ms),
    "cache-control": "no-cache",
  };
}

/** 200 with a body. @throws 406 when the client takes no JSON */
export function show(call: Call, data: unknown, nowMs: number, stamps?: readonly (string | null)[]): Reply {
  refuseOtherFormats(call);
  return json(200, data, freshness(call, nowMs, stamps));
}

export function noContent(headers: Record<string, string> = {}): Reply {
  return empty(204, headers);
}

function refuseOtherFormats(call: Call): void {
  const accept = call.header("accept");
  if (accept === null || accept.trim() === "") return;
  const taken = accept.split(",").some((part) => {
    const [range = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    if (parameters.some((text) => /^q=0(\.0*)?$/.test(text))) return false;
    return range === "*/*" || range === "application/*" || range === "application/json";
  });
  if (!taken) throw new CloudError("not-acceptable", "Only application/json is provided");
}

type Kind = abstract new (...args: never[]) => CloudError;

/** Runs `work`; an error of one of these classes is thrown in this handler's words instead. */
export function inWords<T>(
  rules: readonly (readonly [Kind, (message: string) => PlacementError])[],
  work: () => T,
): T {
  try {
    return work();
  } catch (error) {
    for (const [kind, words] of rules) {
      if (error instanceof kind) throw words((error as CloudError).message);
    }
    throw error;
  }
}
