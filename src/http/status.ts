// The usual status of each kind of failure; a service's `faults.ts` deviates where OpenStack does.

import type { CloudError, ErrorKind } from "../core/errors.ts";

const STATUS: Record<ErrorKind, number> = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  "not-found": 404,
  "method-not-allowed": 405,
  "not-acceptable": 406,
  conflict: 409,
  gone: 410,
  "precondition-failed": 412,
  "too-large": 413,
  "unsupported-media": 415,
  unprocessable: 422,
  "over-quota": 403,
  "rate-limited": 429,
  "not-implemented": 501,
  unavailable: 503,
  internal: 500,
};

const REASONS: Record<number, string> = {
  200: "OK",
  201: "Created",
  202: "Accepted",
  204: "No Content",
  206: "Partial Content",
  300: "Multiple Choices",
  301: "Moved Permanently",
  302: "Found",
  303: "See Other",
  304: "Not Modified",
  307: "Temporary Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  411: "Length Required",
  412: "Precondition Failed",
  413: "Request Entity Too Large",
  415: "Unsupported Media Type",
  416: "Requested Range Not Satisfiable",
  422: "Unprocessable Entity",
  428: "Precondition Required",
  429: "Too Many Requests",
  497: "Blacklisted",
  498: "Rate Limited",
  499: "Client Disconnect",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  507: "Insufficient Storage",
};

export function statusOf(error: CloudError): number {
  return STATUS[error.kind];
}

/** The phrase OpenStack prints beside a status (webob's and Python's tables). */
export function reasonOf(status: number): string {
  return REASONS[status] ?? "Unknown";
}
