// Request bodies as Placement reads them: judged only when the handler asks for them, after it has looked up what the path
// names. Authority: placement/handler.py and util.py (`require_content`, `extract_json`) of Zed.

import type { TSchema } from "typebox";
import { CloudError } from "../../core/errors.ts";
import { parseJson } from "../../core/json.ts";
import type { Call } from "../../http/call.ts";
import { firstViolation } from "../../http/validate.ts";
import { PlacementError } from "../errors.ts";
import { violation } from "./faults.ts";

/** A provider with a thousand inventories, or allocations of a thousand consumers, fits. */
const MAX_BODY_BYTES = 1 << 20;

/** For `ApiOptions.readBody`. */
export async function readBody(call: Call, schema: TSchema): Promise<() => unknown> {
  const type = call.header("content-type");
  if (!type && (call.contentLength ?? 0) > 0)
    throw new PlacementError("invalid", "content-type header required when content-length > 0");
  if (type?.split(";")[0]?.trim().toLowerCase() !== "application/json") {
    throw new CloudError("unsupported-media", "The media type is not supported, use application/json");
  }
  const text = await call.bodyText(MAX_BODY_BYTES);
  return () => judged(text, schema);
}

function judged(text: string, schema: TSchema): unknown {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    throw Object.assign(new PlacementError("invalid", "Malformed JSON: the request body is not valid JSON"), {
      cause,
    });
  }
  assertValid(schema, value);
  return value;
}

/** @throws PlacementError */
export function assertValid(schema: TSchema, value: unknown): void {
  const found = firstViolation(schema, value);
  if (found) throw violation(found, "body", { schema, value });
}
