// Keystone's error body: {"error": {"code": 404, "message": "...", "title": "Not Found"}}
// (keystone/server/flask/application.py and keystone/exception.py).

import { type CloudError, PolicyNotAuthorized } from "../../core/errors.ts";
import type { Call, Reply } from "../../http/call.ts";
import { json } from "../../http/call.ts";
import { reasonOf, statusOf } from "../../http/status.ts";
import { AuthPluginFailed, MoreMethodsNeeded } from "../errors.ts";

export function fault(error: CloudError, call: Call): Reply {
  if (error instanceof MoreMethodsNeeded) {
    return json(401, error.body, { "openstack-auth-receipt": error.receipt });
  }
  const status = statusOf(error);
  const message =
    error instanceof PolicyNotAuthorized
      ? `You are not authorized to perform the requested action: ${error.rule}.`
      : error.message;
  const body: Record<string, unknown> = { code: status, message, title: reasonOf(status) };
  if (error instanceof AuthPluginFailed) body["identity"] = error.identity;
  const headers: Record<string, string> = {};
  if (status === 401) headers["www-authenticate"] = `Keystone uri="${call.baseUrl}${versionOf(call)}"`;
  return json(status, { error: body }, headers);
}

function versionOf(call: Call): string {
  return call.path.startsWith("/v2.0") ? "" : "/v3";
}
