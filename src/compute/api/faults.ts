// Nova's error body: {"itemNotFound": {"code": 404, "message": "..."}} (nova/api/openstack/wsgi.py, Fault).

import type { CloudError } from "../../core/errors.ts";
import type { Reply } from "../../http/call.ts";
import { json } from "../../http/call.ts";
import { statusOf } from "../../http/status.ts";

const NAMES: Record<number, string> = {
  400: "badRequest",
  401: "unauthorized",
  403: "forbidden",
  404: "itemNotFound",
  405: "badMethod",
  409: "conflictingRequest",
  413: "overLimit",
  415: "badMediaType",
  429: "overLimit",
  501: "notImplemented",
  503: "serviceUnavailable",
};

export function fault(error: CloudError): Reply {
  const status = statusOf(error);
  const name = NAMES[status] ?? "computeFault";
  return json(status, { [name]: { code: status, message: error.message } });
}
