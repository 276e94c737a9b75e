// What can go wrong, said in the cloud's own terms. A manager throws these; it knows no HTTP. Each service's `faults.ts`
// turns a kind into a status and into that service's own error body (pocketbase's split: cause for the log, message
// for the client).

export type ErrorKind =
  | "invalid" // 400
  | "unauthorized" // 401
  | "forbidden" // 403
  | "not-found" // 404
  | "method-not-allowed" // 405
  | "not-acceptable" // 406
  | "conflict" // 409
  | "gone" // 410
  | "precondition-failed" // 412
  | "too-large" // 413
  | "unsupported-media" // 415
  | "unprocessable" // 422
  | "over-quota" // 403 in compute and identity, 413 in block storage and image, 409 in network
  | "rate-limited" // 429
  | "not-implemented" // 501
  | "unavailable" // 503
  | "internal"; // 500

export interface CloudErrorOptions {
  cause?: unknown;
  /** Extra response headers, lower-case names. */
  headers?: Record<string, string>;
  /** The name some services print beside the message (Neutron's `type`); the class name when absent. */
  type?: string;
}

/** The root of every expected failure. `message` is safe to show to the client; `cause` is only logged. */
export class CloudError extends Error {
  readonly kind: ErrorKind;
  readonly headers: Record<string, string> | undefined;
  readonly type: string;

  constructor(kind: ErrorKind, message: string, options: CloudErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.headers = options.headers;
    this.name = new.target.name;
    this.type = options.type ?? new.target.name;
  }
}

/** Makes a named error class of one kind: `class InstanceNotFound extends errorOf("not-found") {}`. */
export function errorOf(kind: ErrorKind) {
  return class extends CloudError {
    constructor(message: string, options: CloudErrorOptions = {}) {
      super(kind, message, options);
    }
  };
}

export class Invalid extends errorOf("invalid") {}
export class Unauthorized extends errorOf("unauthorized") {}
export class Forbidden extends errorOf("forbidden") {}
export class NotFound extends errorOf("not-found") {}
export class Conflict extends errorOf("conflict") {}
export class OverQuota extends errorOf("over-quota") {}
export class TooLarge extends errorOf("too-large") {}
export class Unavailable extends errorOf("unavailable") {}
export class NotImplemented extends errorOf("not-implemented") {}

/** A call to a stopped or absent service of this cloud. */
export class PeerUnavailable extends errorOf("unavailable") {
  readonly window: string;

  constructor(window: string) {
    super(`The ${window} service is not available.`);
    this.window = window;
  }
}

/** A rule of the policy said no. Each service words this itself; `rule` is the rule's name. */
export class PolicyNotAuthorized extends errorOf("forbidden") {
  readonly rule: string;

  constructor(rule: string) {
    super(`Policy doesn't allow ${rule} to be performed.`);
    this.rule = rule;
  }
}

/** Nobody answered a call on the bus in time (oslo.messaging's MessagingTimeout). */
export class MessagingTimeout extends errorOf("unavailable") {}

/** The text of whatever was thrown, for logs and faults. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
