// What clients fail with. Texts are python-keystoneclient's (openstack/common/apiclient/exceptions.py, 0.11), which
// the other clients of the time share.

/** Printed as it stands; exit status 1. */
export class ClientError extends Error {
  override name = "ClientError";
}

/** No connection, or one that broke. */
export class ConnectionRefused extends ClientError {
  override name = "ConnectionRefused";
}

export class RequestTimeout extends ClientError {
  override name = "RequestTimeout";
}

/** The catalog has no such endpoint. */
export class EndpointNotFound extends ClientError {
  override name = "EndpointNotFound";
}

const PHRASES: Record<number, string> = {
  300: "Multiple Choices",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  409: "Conflict",
  410: "Gone",
  413: "Request Entity Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Entity",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** The service answered with an error. */
export class HttpError extends ClientError {
  override name = "HttpError";
  readonly status: number;
  /** The whole answer, for clients that show it. */
  readonly body: string;

  constructor(status: number, message: string | null, requestId: string | null, body = "") {
    const text = message || PHRASES[status] || (status < 500 ? "HTTP Client Error" : "HTTP Server Error");
    super(`${text} (HTTP ${status})${requestId ? ` (Request-ID: ${requestId})` : ""}`);
    this.status = status;
    this.body = body;
  }
}

/** A file that may not be read, a folder that is missing, a database that is locked: the user's to see, without a stack. */
export function isSystemError(error: unknown): error is Error {
  const code = (error as { code?: unknown } | null)?.code;
  return error instanceof Error && typeof code === "string" && /^(E[A-Z]+|SQLITE_\w+)$/.test(code);
}
