// Placement's error body: {"errors": [{"status": 404, "title": "Not Found", "detail": "...", "code": "...",
// "request_id": "req-..."}]} (placement/util.py, `json_error_formatter`). `detail` is WebOb's page without its tags:
// the explanation of the status, an empty line, a blank, the message, two blanks.

import type { TSchema } from "typebox";
import { type CloudError, PolicyNotAuthorized } from "../../core/errors.ts";
import { pyRepr } from "../../core/python.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import { type Microversions, VersionNotSupported } from "../../http/microversion.ts";
import { reasonOf, statusOf } from "../../http/status.ts";
import type { Violation } from "../../http/validate.ts";
import { violationText } from "../../http/violation-text.ts";
import { EXPLANATIONS, plainDetail, preferred, webObReply } from "../../http/webob.ts";
import { PlacementError, UNDEFINED_CODE } from "../errors.ts";

export const MICROVERSIONS: Microversions = {
  service: "placement",
  major: 1,
  min: 0,
  max: 39,
  vary: "openstack-api-version",
};

/** Codes are shown since this version. */
const CODE_SINCE = 23;

export function fault(error: CloudError, call: Call): Reply {
  const unserved = error instanceof VersionNotSupported || isUnservedVersion(error, call);
  const status = unserved ? 406 : statusOf(error);
  const message = messageFor(error, call, unserved);
  if (preferred(call.header("accept")) === "text/html" && call.header("accept") !== "*/*") {
    return webObReply(call, { status, detail: message });
  }
  const entry: Record<string, unknown> = {
    status,
    title: reasonOf(status),
    detail: detail(status, message, call),
  };
  if (call.minor >= CODE_SINCE) {
    entry["code"] = error instanceof PlacementError ? error.code : UNDEFINED_CODE;
  }
  entry["request_id"] = call.requestId;
  if (unserved) {
    entry["max_version"] = `${MICROVERSIONS.major}.${MICROVERSIONS.max}`;
    entry["min_version"] = `${MICROVERSIONS.major}.${MICROVERSIONS.min}`;
  }
  return json(status, { errors: [entry] });
}

/** `0.5` is a version like any other here. */
function isUnservedVersion(error: CloudError, call: Call): boolean {
  return error.type === INVALID_VERSION && /^\d+\.\d+$/.test(askedVersion(call));
}

const INVALID_VERSION = "InvalidAPIVersionString";

function askedVersion(call: Call): string {
  return (call.header("openstack-api-version") ?? "").trim().split(/\s+/)[1] ?? "";
}

/** microversion_parse's words, which are Python's for two numbers that are none. */
function whatIsWrong(version: string): string {
  const [major = "", minor] = version.split(/\.(.*)/s);
  const bad = [major, minor].find((part) => part !== undefined && !/^\s*[+-]?\d+\s*$/.test(part));
  if (bad !== undefined) return `${version}; invalid literal for int() with base 10: ${pyRepr(bad)}`;
  return `${version}; Version.__new__() missing 1 required positional argument: 'minor'`;
}

function messageFor(error: CloudError, call: Call, unserved: boolean): string {
  if (error instanceof PolicyNotAuthorized) return `Policy does not allow ${error.rule} to be performed.`;
  if (unserved) return `Invalid microversion: Unacceptable version header: ${askedVersion(call)}`;
  if (error.type === INVALID_VERSION)
    return `Invalid microversion: invalid version string: ${whatIsWrong(askedVersion(call))}`;
  // A call that a microversion took away says nothing more; a method that never was is the router's to explain.
  if (error.kind === "method-not-allowed" && error.message !== "")
    return "The method specified is not allowed for this resource.";
  if (error.kind === "unsupported-media") {
    return `The media type ${call.header("content-type") ?? "None"} is not supported, use application/json`;
  }
  return error.message;
}

function detail(status: number, message: string, call: Call): string {
  if (status === 405) return `The method ${call.method} is not allowed for this resource. \n\n ${message}`;
  if (status === 406) {
    const accept = call.header("accept") ?? "application/json";
    const wanted = accept === "*/*" ? "application/json" : accept;
    return `The resource could not be generated that was acceptable to your browser (content of type ${wanted}. \n\n ${message}`;
  }
  const explanation = EXPLANATIONS[status] ?? reasonOf(status);
  return plainDetail(explanation, message === explanation ? "" : message);
}

/** `Invalid` for the body, which is read in `bodies.ts`, and for the query, where every parameter stands in a list. */
export function violation(
  found: Violation,
  part: "body" | "query",
  { schema, value }: { schema: TSchema; value: unknown },
): CloudError {
  if (part === "body")
    return new PlacementError("invalid", `JSON does not validate: ${violationText(schema, value, found)}`);
  return new PlacementError(
    "invalid",
    `Invalid query string parameters: ${violationText(schema, value, found)
      .replace("['items']", "")
      .replace(/^(On instance\['\w+'\])\[\d+\]/m, "$1")}`,
  );
}
