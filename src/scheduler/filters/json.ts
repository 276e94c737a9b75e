import { parseJson } from "../../core/json.ts";
import { answers } from "../../core/json-query.ts";
import type { HostState } from "../host-state.ts";
import type { SchedulingRequest } from "../request.ts";
import type { HostFilter } from "./filter.ts";

/** Hint `query`: `["and", [">=", "$free_ram_mb", 1024], ["=", "$hypervisor_hostname", "c01"]]`. */
export class JsonFilter implements HostFilter {
  readonly name = "JsonFilter";

  passes(host: HostState, request: SchedulingRequest): boolean {
    const query = parse(request.spec.hints["query"]);
    return !Array.isArray(query) || query.length === 0 || answers(query, host.capabilities);
  }
}

/** Text, or a list of one text, as clients send it. What cannot be read asks for nothing. */
function parse(hint: unknown): unknown {
  const text = Array.isArray(hint) && hint.length === 1 && typeof hint[0] === "string" ? hint[0] : hint;
  if (typeof text !== "string") return text;
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}
