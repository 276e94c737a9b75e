// The dashboard's error body, Keystone's form: {"error": {"code": 403, "title": "Forbidden", "message": "..."}}.

import type { CloudError } from "../../core/errors.ts";
import { json, type Reply } from "../../http/call.ts";
import { reasonOf, statusOf } from "../../http/status.ts";
import type { ErrorBody } from "../wire.ts";

export function fault(error: CloudError): Reply {
  return faultReply(statusOf(error), error.message);
}

export function faultReply(status: number, message: string): Reply {
  const body: ErrorBody = { error: { code: status, title: reasonOf(status), message } };
  return json(status, body, { "cache-control": "no-store" });
}
