// Keystone's error body: {"error": {"code": 404, "message": "...", "title": "Not Found"}}
// (keystone/server/flask/request_processing and keystone/exception.py).

import { type CloudError, PolicyNotAuthorized } from "../../core/errors.ts";
import type { Reply } from "../../http/call.ts";
import { json } from "../../http/call.ts";
import { reasonOf, statusOf } from "../../http/status.ts";
import type { Violation } from "../../http/validate.ts";
import { ValidationFailed } from "../errors.ts";

export function fault(error: CloudError): Reply {
  const status = statusOf(error);
  const message =
    error instanceof PolicyNotAuthorized
      ? `You are not authorized to perform the requested action: ${error.rule}.`
      : error.message;
  const headers: Record<string, string> = { vary: "X-Auth-Token" };
  if (status === 401) headers["www-authenticate"] = 'Keystone uri="/"';
  return json(status, { error: { code: status, message, title: reasonOf(status) } }, headers);
}

/** keystone/common/validation/validators.py: the whole path, not its last step as in Nova. */
export function violation({ path, message }: Violation): CloudError {
  // The wrapper (`user`, `project`) is not part of Keystone's path: it validates what is inside.
  const inner = path.slice(1).join("/");
  return new ValidationFailed(inner === "" ? message : `Invalid input for field '${inner}': ${message}`);
}

export function malformed(): CloudError {
  return new ValidationFailed(
    "Expecting to find valid JSON in request body. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.",
  );
}
