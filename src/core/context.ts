// Who asks. A RequestContext goes first into every manager method, travels with every message on the bus, and is what
// policy is asked about.

/** Plain data: it is stored with bus messages as JSON. */
export interface RequestContext {
  /** `req-UUID`: the same in every service this request touches. */
  requestId: string;
  /** The id the caller gave in `X-OpenStack-Request-ID`, or null. */
  globalRequestId: string | null;
  userId: string | null;
  userName: string | null;
  userDomainId: string | null;
  userDomainName: string | null;
  projectId: string | null;
  projectName: string | null;
  projectDomainId: string | null;
  projectDomainName: string | null;
  /** The domain a domain-scoped token is for. */
  domainId: string | null;
  domainName: string | null;
  /** `all` for a system-scoped token. */
  systemScope: string | null;
  /** Role names, lower-case, implied roles included. */
  roles: readonly string[];
  /** The legacy admin: role admin, or the static SERVICE_TOKEN, or the cloud acting by itself. */
  isAdmin: boolean;
  /** True for the static SERVICE_TOKEN of the identity service. */
  isServiceToken: boolean;
  /** The token string, for calls on the user's behalf. Never logged, never stored with a message. */
  authToken: string | null;
  /** The peer's address, as the scheduler and middleware of the labs want to see it. */
  remoteAddress: string | null;
}

const NOBODY: RequestContext = {
  requestId: "",
  globalRequestId: null,
  userId: null,
  userName: null,
  userDomainId: null,
  userDomainName: null,
  projectId: null,
  projectName: null,
  projectDomainId: null,
  projectDomainName: null,
  domainId: null,
  domainName: null,
  systemScope: null,
  roles: [],
  isAdmin: false,
  isServiceToken: false,
  authToken: null,
  remoteAddress: null,
};

/** A caller without a token. */
export function anonymousContext(requestId: string, remoteAddress: string | null = null): RequestContext {
  return { ...NOBODY, requestId, remoteAddress };
}

/** The cloud acting by itself: periodic tasks, recovery after a crash. */
export function adminContext(requestId: string): RequestContext {
  return { ...NOBODY, requestId, roles: ["admin"], isAdmin: true };
}

/** The same caller with administrator's rights (Nova's `context.elevated()`). */
export function elevated(context: RequestContext): RequestContext {
  if (context.isAdmin) return context;
  return { ...context, isAdmin: true, roles: [...context.roles, "admin"] };
}

/** What may be written down: everything but the token. */
export function withoutToken(context: RequestContext): RequestContext {
  return context.authToken === null ? context : { ...context, authToken: null };
}

/** A complete context from a few fields; for tests and for identity. */
export function makeContext(fields: Partial<RequestContext> & { requestId: string }): RequestContext {
  return { ...NOBODY, ...fields };
}
