// Neutron's error body: {"NeutronError": {"type": "NetworkNotFound", "message": "...", "detail": ""}}
// (neutron/api/api_common.py and neutron_lib/api/faults.py).

import { type CloudError, PolicyNotAuthorized } from "../../core/errors.ts";
import { json, type Reply } from "../../http/call.ts";
import { statusOf } from "../../http/status.ts";
import { HTTPBadRequest } from "../errors/common.ts";

/** Names of webob's exceptions for failures that are not Neutron's own. */
const HTTP_NAMES: Record<number, string> = {
  400: "HTTPBadRequest",
  403: "HTTPForbidden",
  404: "HTTPNotFound",
  405: "HTTPMethodNotAllowed",
  409: "HTTPConflict",
  413: "HTTPRequestEntityTooLarge",
  415: "HTTPUnsupportedMediaType",
  500: "HTTPInternalServerError",
  501: "HTTPNotImplemented",
  503: "HTTPServiceUnavailable",
};

/** Classes of `core/errors.ts`, which name no exception of Neutron's. */
const GENERIC = new Set([
  "CloudError",
  "Invalid",
  "NotFound",
  "Conflict",
  "Forbidden",
  "TooLarge",
  "Unavailable",
  "PeerUnavailable",
]);

export function fault(error: CloudError): Reply {
  const status = statusOf(error);
  if (status === 500) {
    return neutronError(
      500,
      "HTTPInternalServerError",
      "Request Failed: internal server error while processing your request.",
    );
  }
  if (error instanceof PolicyNotAuthorized) {
    return neutronError(403, "PolicyNotAuthorized", `rule:${error.rule} is disallowed by policy`);
  }
  const type = GENERIC.has(error.type) ? (HTTP_NAMES[status] ?? error.type) : error.type;
  return neutronError(status, type, error.message);
}

export function malformed(): CloudError {
  return new HTTPBadRequest("Body contains invalid data");
}

function neutronError(status: number, type: string, message: string): Reply {
  return json(status, { NeutronError: { type, message, detail: "" } });
}
