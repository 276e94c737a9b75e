// Cinder's error body: {"itemNotFound": {"code": 404, "message": "..."}}. Authority: cinder/api/openstack/wsgi.py (Fault) and
// cinder/api/middleware/fault.py of Zed.

import { type CloudError, OverQuota } from "../../core/errors.ts";
import type { Reply } from "../../http/call.ts";
import { json } from "../../http/call.ts";
import { statusOf } from "../../http/status.ts";
import { NovaUsesAttachment } from "../errors.ts";

const NAMES: Record<number, string> = {
  400: "badRequest",
  401: "unauthorized",
  403: "forbidden",
  404: "itemNotFound",
  405: "badMethod",
  409: "conflictingRequest",
  413: "overLimit",
  415: "badMediaType",
  501: "notImplemented",
  503: "serviceUnavailable",
};

export function fault(error: CloudError): Reply {
  if (error instanceof OverQuota) {
    const fields = { code: 413, message: `${error.type}: ${error.message}`, retryAfter: "0" };
    return json(413, { overLimit: fields }, { "retry-after": "0" });
  }
  const status = statusOf(error);
  const name = NAMES[status] ?? "computeFault";
  // What Cinder's outermost layer catches bears the name of its class.
  const message = error instanceof NovaUsesAttachment ? `${error.type}: ${error.message}` : error.message;
  return json(status, { [name]: { code: status, message } });
}
