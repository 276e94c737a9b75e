// Makes a service's API from its route table: authentication, microversion, policy, validation, handler, fault, access
// line, in that order and in one place. A route that forgets its access rule does not type-check; one that never asks
// the policy is reported as an error.

import { Hono } from "hono";
import type { TSchema } from "typebox";
import { CloudError, Invalid, NotFound, PeerUnavailable } from "../core/errors.ts";
import { parseJson } from "../core/json.ts";
import { pyStr } from "../core/python.ts";
import type { ServiceContext } from "../core/service.ts";
import { type Authenticate, AuthenticationRequired, authenticateByToken, unauthorizedReply } from "./auth.ts";
import { Call, type Reply, type RequestEnv } from "./call.ts";
import { type Microversions, negotiate, versionHeaders } from "./microversion.ts";
import { ALREADY_SENT, sendReply, toResponse } from "./send.ts";
import { firstViolation, type Precedence, type Violation } from "./validate.ts";

/** A policy rule asked about the caller's own project before the handler runs; or who else decides. */
export type Access =
  | string
  /** Served without a token. */
  | "public"
  /** The handler asks, because the target has to be looked up first; the rules it may ask. */
  | { handlerAsks: readonly string[] };

/** One schema for all versions, or the versions from which each holds: `[[1, A], [19, B]]`, ascending. */
export type VersionedSchema = TSchema | readonly (readonly [number, TSchema])[];

export type Handler = (call: Call) => Reply | Promise<Reply>;

export interface Route {
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "COPY" | "OPTIONS";
  /** Hono's pattern: `/servers/:id`. */
  path: string;
  handler: Handler;
  access: Access;
  /** Second numbers of the first and the last microversion that has this route. */
  since?: number;
  until?: number;
  /** JSON body. Absent: the handler reads the body itself, or there is none. */
  body?: VersionedSchema;
  /** Query parameters as an object of lists of strings. */
  query?: VersionedSchema;
}

export interface ApiOptions {
  context: ServiceContext;
  routes: readonly Route[];
  /** This service's body for an error. */
  fault(error: CloudError, call: Call): Reply;
  /** Wording of a schema violation, with what was judged by what; the default is Nova's and Cinder's. */
  violation?(
    violation: Violation,
    part: "body" | "query",
    judged: { schema: TSchema; value: unknown },
  ): CloudError;
  /** Response headers that carry the request id. */
  requestIdHeaders?: readonly string[];
  microversions?: Microversions;
  /** Maps a path to the one in the route table, e.g. without the project id. */
  rewrite?(path: string): string;
  /** Other than by `X-Auth-Token` (the identity service itself, the object store). */
  authenticate?: Authenticate;
  maxBodyBytes?: number;
  /** The service's wording of a body that is no JSON; the default is Nova's. */
  malformed?(): CloudError;
  /**
   * Reads a JSON body in the service's own way. The function it resolves to judges the body and returns it; it is
   * called when the handler first reads `call.body`, so after the handler has asked the policy.
   */
  readBody?(call: Call, schema: TSchema): Promise<() => unknown>;
  /** Sent with every answer; names in lower case. */
  headers?: Readonly<Record<string, string>>;
  /** `/images/` is not `/images` (Glance). */
  exactPaths?: boolean;
}

type Prepared = Pick<ApiOptions, "context" | "fault"> & ApiOptions & { authenticate: Authenticate };

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "COPY", "OPTIONS"] as const;

const tables = new WeakMap<object, readonly Route[]>();

/** The route table an app was made from; empty for one that was not made here. For documentation and house rules. */
export function routesOf(app: object): readonly Route[] {
  return tables.get(app) ?? [];
}

export function createApi(options: ApiOptions): Hono<{ Bindings: RequestEnv }> {
  const { context, rewrite } = options;
  const prepared: Prepared = {
    ...options,
    authenticate: options.authenticate ?? authenticateByToken(context.peers, serviceTypes(context)),
  };
  const pathOf = (request: Request, env?: RequestEnv) => {
    const target = env?.target ?? request.url.slice(request.url.indexOf("/", 8));
    const mark = target.search(/[?#]/);
    const sent = mark < 0 ? target : target.slice(0, mark);
    const path = options.exactPaths ? sent : trimSlash(sent);
    return rewrite ? rewrite(path) : path;
  };
  const app = new Hono<{ Bindings: RequestEnv }>({
    getPath: (request, rest) => pathOf(request, (rest?.env as RequestEnv | undefined) ?? undefined),
  });
  for (const { method, path, get, head } of dispatchTable(options.routes)) {
    app.on(method, [path], function run(c) {
      const call = new Call(c, context.ids, context.policy);
      const routes = call.method === "HEAD" && head ? [head] : get;
      return finish(
        prepared,
        call,
        routes.length > 0 ? answerRoute(prepared, routes, call) : answerUnknown(prepared, call, ["HEAD"]),
      );
    });
  }
  app.notFound((c) => {
    const call = new Call(c, context.ids, context.policy);
    const path = pathOf(c.req.raw, c.env as RequestEnv);
    const allowed = METHODS.filter((method) => app.router.match(method, path)[0].length > 0);
    return finish(prepared, call, answerUnknown(prepared, call, allowed));
  });
  tables.set(app, options.routes);
  return app;
}

function serviceTypes({ endpoints, window }: ServiceContext): string[] {
  return endpoints
    .published()
    .filter((entry) => entry.window === window)
    .map((entry) => entry.type);
}

interface Dispatch {
  method: string;
  path: string;
  /** Several when they serve different microversions. */
  get: Route[];
  /** Answers HEAD in place of `get`. */
  head: Route | null;
}

/** Hono hands HEAD to the GET handler; a HEAD route of its own is therefore told apart there. */
function dispatchTable(routes: readonly Route[]): Dispatch[] {
  const heads = new Map(
    routes.filter((route) => route.method === "HEAD").map((route) => [route.path, route]),
  );
  const table: Dispatch[] = [];
  for (const route of routes) {
    if (route.method === "HEAD") continue;
    const same = table.find(({ method, path }) => method === route.method && path === route.path);
    if (same) {
      same.get.push(route);
      continue;
    }
    const head = route.method === "GET" ? (heads.get(route.path) ?? null) : null;
    if (head) heads.delete(route.path);
    table.push({ method: route.method, path: route.path, get: [route], head });
  }
  for (const head of heads.values()) table.push({ method: "GET", path: head.path, get: [], head });
  return table;
}

/** `/servers/` is `/servers`, as in most OpenStack services. */
function trimSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

async function answerRoute(options: Prepared, routes: readonly Route[], call: Call): Promise<Reply> {
  try {
    if (routes.some(({ access }) => access !== "public")) {
      options.authenticate(call);
      call.context = options.context.policy.withAdmin(call.context);
    }
    if (options.microversions) call.minor = negotiate(call, options.microversions);
    const route = options.microversions
      ? routes.find(({ since = 0, until = Infinity }) => call.minor >= since && call.minor <= until)
      : routes[0];
    if (!route) throw new NotFound("The resource could not be found.");
    if (typeof route.access === "string" && route.access !== "public") call.enforce(route.access);
    if (route.query) validateQuery(options, route.query, call);
    if (route.body && options.readBody) {
      call.judgeBodyLater(await options.readBody(call, schemaFor(route.body, call.minor)));
    } else if (route.body) call.body = await readJson(options, route.body, call);
    const reply = await route.handler(call);
    if (call.policyChecks === 0 && route.access !== "public" && reply.status < 400) {
      options.context.log.error(
        call.context,
        `${route.method} ${route.path} answered without asking the policy`,
      );
    }
    return reply;
  } catch (error) {
    return replyToError(options, call, error);
  }
}

/** No route: 405 when another method has one, else 404; a token is asked for first, as OpenStack's pipelines do. */
async function answerUnknown(options: Prepared, call: Call, allowed: readonly string[]): Promise<Reply> {
  try {
    options.authenticate(call);
    if (options.microversions) call.minor = negotiate(call, options.microversions);
    if (allowed.length === 0) throw new NotFound("The resource could not be found.");
    const error = new CloudError("method-not-allowed", "The method is not allowed for this resource.");
    const reply = options.fault(error, call);
    return { ...reply, status: 405, headers: { ...reply.headers, allow: allowed.join(", ") } };
  } catch (error) {
    return replyToError(options, call, error);
  }
}

function replyToError(options: Prepared, call: Call, error: unknown): Reply {
  if (error instanceof AuthenticationRequired) {
    return unauthorizedReply(call, options.context.endpoints.base("key") ?? "");
  }
  if (error instanceof CloudError) {
    if (error.cause !== undefined)
      options.context.log.debug(call.context, `${error.message}: ${error.cause}`);
    const known =
      error instanceof PeerUnavailable && error.window === "key"
        ? new CloudError("unavailable", "The Keystone service is temporarily unavailable.")
        : error;
    const reply = options.fault(known, call);
    return error.headers ? { ...reply, headers: { ...reply.headers, ...error.headers } } : reply;
  }
  options.context.log.error(call.context, `${call.method} ${call.path} failed`, error);
  return options.fault(
    new CloudError(
      "internal",
      "Unexpected API Error. Please report this with the log lines of this request id.",
    ),
    call,
  );
}

async function readJson(options: Prepared, schema: VersionedSchema, call: Call): Promise<unknown> {
  const malformed = options.malformed ?? (() => new Invalid("Malformed request body"));
  const type = call.header("content-type");
  if (type && !/^application\/(json|[\w.-]+\+json)\b/i.test(type)) {
    throw new CloudError("unsupported-media", `Unsupported Content-Type`);
  }
  const body = await call.bodyText(options.maxBodyBytes);
  let data: unknown;
  try {
    data = parseJson(body);
  } catch (cause) {
    throw Object.assign(malformed(), { cause });
  }
  const judge = schemaFor(schema, call.minor);
  const violation = firstViolation(judge, data, precedence(options));
  if (violation)
    throw (options.violation ?? novaViolation)(violation, "body", { schema: judge, value: data });
  return data;
}

/** For a handler that finds its schema in the body itself, as `POST /servers/ID/action` does. @throws Invalid */
export function checkBody(schema: VersionedSchema, minor: number, data: unknown): void {
  const violation = firstViolation(schemaFor(schema, minor), data);
  if (violation) throw novaViolation(violation, "body");
}

function validateQuery(options: Prepared, schema: VersionedSchema, call: Call): void {
  const data: Record<string, string[]> = {};
  for (const name of new Set(call.query.keys())) data[name] = call.query.getAll(name);
  const judge = schemaFor(schema, call.minor);
  const violation = firstViolation(judge, data, precedence(options));
  if (violation)
    throw (options.violation ?? novaViolation)(violation, "query", { schema: judge, value: data });
}

/** Nova and Cinder tell what their validator comes upon first. */
function precedence(options: Prepared): Precedence {
  return options.violation ? "shallowest" : "schema";
}

function schemaFor(schema: VersionedSchema, minor: number): TSchema {
  if (!Array.isArray(schema)) return schema as TSchema;
  const versions = schema as readonly (readonly [number, TSchema])[];
  return versions.findLast(([since]) => since <= minor)?.[1] ?? versions[0]![1];
}

/** nova/api/validation/parameter_types.py and validators.py: InvalidName's reasons. */
const NAME_REASONS: Record<string, string> = {
  name: "printable characters. Can not start or end with whitespace.",
  name_with_leading_trailing_spaces: "printable characters with at least one non space character",
  az_name: "printable characters except :.Can not start or end with whitespace.",
  az_name_with_leading_trailing_spaces:
    "printable characters except :, with at least one non space character",
  keypair_name_20:
    "Only expected characters: [_- 0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ]",
  keypair_name_292:
    "Only expected characters: [@._- 0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ]",
};

/** nova/api/validation/validators.py, `_SchemaValidator.validate`. */
function novaViolation(violation: Violation, part: "body" | "query"): CloudError {
  const reason = violation.format === null ? undefined : NAME_REASONS[violation.format];
  if (reason !== undefined) {
    return new Invalid(`An invalid 'name' value was provided. The name must be: ${reason}`);
  }
  const name = part === "query" ? violation.path[0] : violation.path.at(-1);
  if (name === undefined) return new Invalid(violation.message);
  const value = pyStr(violation.value);
  return new Invalid(
    part === "body"
      ? `Invalid input for field/attribute ${name}. Value: ${value}. ${violation.message}`
      : `Invalid input for query parameters ${name}. Value: ${value}. ${violation.message}`,
  );
}

async function finish(options: Prepared, call: Call, answer: Promise<Reply>): Promise<Response> {
  const reply = await answer;
  for (const name of options.requestIdHeaders ?? ["x-openstack-request-id"]) {
    reply.headers[name] ??= call.requestId;
  }
  for (const [name, value] of Object.entries(options.headers ?? {})) reply.headers[name] ??= value;
  if (options.microversions)
    Object.assign(
      reply.headers,
      versionHeaders(call.minor || options.microversions.min, options.microversions),
    );
  const { incoming, outgoing } = call.env;
  const { log } = options.context;
  if (!incoming || !outgoing) {
    logAccess(options.context, call, reply, null);
    return toResponse(reply, call.method);
  }
  const sent = await sendReply(incoming, outgoing, reply).catch((error) => {
    log.error(call.context, `sending the answer to ${call.method} ${call.path} failed`, error);
    return 0;
  });
  logAccess(options.context, call, reply, sent);
  return ALREADY_SENT;
}

/** Nova's access line (`[wsgi] wsgi_log_format`). */
function logAccess(context: ServiceContext, call: Call, reply: Reply, sent: number | null): void {
  const seconds = (performance.now() - call.startedAt) / 1000;
  context.countAnswer(call.method, reply.status, seconds);
  const target = call.queryText === "" ? call.path : `${call.path}?${call.queryText}`;
  context.log.info(
    call.context,
    `${call.remoteAddress} "${call.method} ${target} HTTP/1.1" status: ${reply.status} len: ${sent ?? 0} time: ${seconds.toFixed(7)}`,
  );
}
