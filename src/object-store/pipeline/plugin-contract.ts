// What a middleware in a file of the user's own is given and must return. This file imports nothing: it can be put
// beside a plugin as its types. The middleware runs in a thread of its own: requests and answers are copies, and what is
// set on a request counts when it is handed to `next`.
//
//   const factory: MiddlewareFactory = (next, conf, tools) => async (request) => {
//     if (request.method === "DELETE") return tools.respond(403, conf.get("deny_message") ?? "Nothing is deleted here");
//     return next(request);
//   };
//   export default factory;

/** @param conf `[DEFAULT]` of proxy-server.conf with the filter's own section over it */
export type MiddlewareFactory = (
  next: MiddlewareApp,
  conf: ReadonlyMap<string, string>,
  tools: MiddlewareTools,
) => MiddlewareApp;

export type MiddlewareApp = (request: MiddlewareRequest) => Promise<MiddlewareReply>;

export interface MiddlewareRequest {
  method: string;
  /** Decoded: `/v1/AUTH_.../container/object`. */
  path: string;
  /** Without `?`. */
  queryText: string;
  readonly query: ReadonlyMap<string, string>;
  /** Names in lower case. */
  headers: Map<string, string>;
  header(name: string): string | null;
  /**
   * The path in parts: `split(1, 4, true)` gives version, account, container, object; null for parts that are not
   * there. Null when the path has fewer or more parts, or an empty one.
   * @param rest the last part takes what is left, with its slashes
   */
  split(min: number, max: number, rest?: boolean): (string | null)[] | null;
  env: {
    /** X-Trans-Id of the answer. */
    readonly transId: string;
    readonly remoteAddress: string;
    /** Who asks; known behind `authtoken`. */
    readonly identity: {
      readonly userName: string | null;
      readonly projectId: string | null;
      readonly projectName: string | null;
      readonly roles: readonly string[];
    } | null;
    /** For what plugins tell each other about a request. */
    readonly extra: Map<string, unknown>;
  };
}

export interface MiddlewareReply {
  status: number;
  /** Names in lower case. */
  headers?: Record<string, string>;
  body?:
    | string
    | Uint8Array
    | AsyncIterable<Uint8Array>
    | { file: string; offset: number; length: number }
    | null;
}

/** Each line ends with the transaction's id; a null request gives a line of the service itself. */
export interface MiddlewareLog {
  debug(request: MiddlewareRequest | null, text: string): void;
  info(request: MiddlewareRequest | null, text: string): void;
  warning(request: MiddlewareRequest | null, text: string): void;
  error(request: MiddlewareRequest | null, text: string, error?: unknown): void;
}

export interface ContainerInfo {
  exists: boolean;
  readAcl: string | null;
  writeAcl: string | null;
  objectCount: number;
  bytesUsed: number;
  /** User metadata: names in lower case, without `x-container-meta-`. */
  meta: Readonly<Record<string, string>>;
}

export interface AccountInfo {
  exists: boolean;
  containerCount: number;
  objectCount: number;
  bytesUsed: number;
  /** User metadata: names in lower case, without `x-account-meta-`. */
  meta: Readonly<Record<string, string>>;
}

export interface MiddlewareTools {
  log: MiddlewareLog;
  /**
   * Of the container the request's path names; of a path without one: does not exist, no metadata. Asked of the rest
   * of the pipeline with a request of the service's own, which needs no right and shows in the access log as `source`.
   */
  containerInfo(request: MiddlewareRequest, source: string): Promise<ContainerInfo>;
  /** Likewise, of the account. */
  accountInfo(request: MiddlewareRequest, source: string): Promise<AccountInfo>;
  /** An answer; without a body it gets the customary one of its status. */
  respond(status: number, body?: string, headers?: Record<string, string>): MiddlewareReply;
  /** Publishes something in `/info`. */
  registerInfo(name: string, facts: Record<string, unknown>): void;
  /** Address of this host, as `socket.gethostbyname(socket.gethostname())` gives it. */
  hostAddress: string;
  /** Milliseconds since the epoch. */
  now(): number;
}
