// Glance leaves its errors to WebOb; a message stands in for WebOb's explanation.

import { type CloudError, PolicyNotAuthorized } from "../../core/errors.ts";
import type { Call, Reply } from "../../http/call.ts";
import { statusOf } from "../../http/status.ts";
import { webObReply } from "../../http/webob.ts";
import { type Detailed, RangeNotSatisfiable } from "../errors.ts";

export function fault(error: CloudError, call: Call): Reply {
  const status = glanceStatus(error);
  const explanation = explanationOf(error, status);
  return webObReply(call, {
    status,
    ...(explanation === "" ? {} : { explanation }),
    detail: "detail" in error ? (error as CloudError & Detailed).detail : "",
  });
}

function glanceStatus(error: CloudError): number {
  if (error instanceof RangeNotSatisfiable) return 416;
  return error.kind === "over-quota" ? 413 : statusOf(error);
}

/** Empty for WebOb's own: what went wrong inside is for the log. */
function explanationOf(error: CloudError, status: number): string {
  if (status === 500) return "";
  if (error instanceof PolicyNotAuthorized) return `You are not authorized to complete ${error.rule} action.`;
  return error.message;
}
