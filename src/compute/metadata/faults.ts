// Errors of the metadata service, which leaves them to WebOb. A message stands in for WebOb's explanation.

import type { CloudError } from "../../core/errors.ts";
import type { Call, Reply } from "../../http/call.ts";
import { statusOf } from "../../http/status.ts";
import { webObReply } from "../../http/webob.ts";

export function fault(error: CloudError, call: Call): Reply {
  const status = statusOf(error);
  return webObReply(call, { status, ...(error.message === "" ? {} : { explanation: error.message }) });
}
