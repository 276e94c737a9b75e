// What a token carries: who, for what, until when. Everything else (names, roles, catalog) is looked up when asked, so
// that a token never tells yesterday's roles.

export interface TokenPayload {
  userId: string;
  /** `password`, `token`, `trust`, ... in the order used. */
  methods: string[];
  scope: TokenScope;
  issuedAtMs: number;
  expiresAtMs: number;
  /** This token's audit id, then that of the first token of its chain when that is another. */
  auditIds: string[];
}

export type TokenScope =
  | { kind: "unscoped" }
  | { kind: "project"; projectId: string }
  | { kind: "domain"; domainId: string }
  | { kind: "system" };

/** A short JSON array: the token's length is what every request carries. */
export function encodePayload(payload: TokenPayload): Uint8Array {
  const { scope } = payload;
  const target = scope.kind === "project" ? scope.projectId : scope.kind === "domain" ? scope.domainId : "";
  return Buffer.from(
    JSON.stringify([
      payload.userId,
      payload.methods,
      scope.kind[0],
      target,
      payload.issuedAtMs,
      payload.expiresAtMs,
      ...payload.auditIds,
    ]),
  );
}

export function decodePayload(bytes: Uint8Array): TokenPayload {
  const [userId, methods, kind, target, issuedAtMs, expiresAtMs, ...auditIds] = JSON.parse(
    new TextDecoder().decode(bytes),
  ) as [string, string[], string, string, number, number, ...string[]];
  return { userId, methods, scope: scopeOf(kind, target), issuedAtMs, expiresAtMs, auditIds };
}

function scopeOf(kind: string, target: string): TokenScope {
  if (kind === "p") return { kind: "project", projectId: target };
  if (kind === "d") return { kind: "domain", domainId: target };
  return kind === "s" ? { kind: "system" } : { kind: "unscoped" };
}
