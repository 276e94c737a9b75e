// What a token carries: who, for what, until when. Everything else (names, roles, catalog) is looked up when asked, so
// that a token never tells yesterday's roles. A receipt, which stands for a log-in not yet complete, is made alike.

export interface TokenPayload {
  /** The trustee's for a trust, whoever is impersonated. */
  userId: string;
  /** `password`, `token`, `trust`, ... in the order used. */
  methods: string[];
  scope: TokenScope;
  issuedAtMs: number;
  expiresAtMs: number;
  /** This token's audit id, then that of the first token of its chain when that is another. */
  auditIds: string[];
  /** By what the rights were handed on; absent for a user's own. */
  delegation?: Delegation;
}

export type TokenScope =
  | { kind: "unscoped" }
  | { kind: "project"; projectId: string }
  | { kind: "domain"; domainId: string }
  | { kind: "system" };

export type Delegation =
  | { by: "trust"; id: string }
  | { by: "application_credential"; id: string }
  | { by: "access_token"; id: string };

export interface ReceiptPayload {
  userId: string;
  methods: string[];
  issuedAtMs: number;
  expiresAtMs: number;
}

const TOKEN = "t1";
const RECEIPT = "r1";

const DELEGATIONS: Record<string, Delegation["by"]> = {
  t: "trust",
  p: "application_credential",
  o: "access_token",
};

/** A short JSON array: the token's length is what every request carries. */
export function encodePayload(payload: TokenPayload): Uint8Array {
  const { scope, delegation } = payload;
  const target = scope.kind === "project" ? scope.projectId : scope.kind === "domain" ? scope.domainId : "";
  const fields: unknown[] = [
    TOKEN,
    payload.userId,
    payload.methods,
    scope.kind[0],
    target,
    payload.issuedAtMs,
    payload.expiresAtMs,
    payload.auditIds,
  ];
  if (delegation) {
    const letter = Object.keys(DELEGATIONS).find((key) => DELEGATIONS[key] === delegation.by);
    fields.push(letter, delegation.id);
  }
  return Buffer.from(JSON.stringify(fields));
}

/** Null for what is no token of this form. */
export function decodePayload(bytes: Uint8Array): TokenPayload | null {
  const fields = parse(bytes);
  if (fields?.[0] !== TOKEN) return null;
  const [, userId, methods, kind, target, issuedAtMs, expiresAtMs, auditIds, letter, delegate] = fields as [
    string,
    string,
    string[],
    string,
    string,
    number,
    number,
    string[],
    string | undefined,
    string | undefined,
  ];
  const by = letter === undefined ? undefined : DELEGATIONS[letter];
  return {
    userId,
    methods,
    scope: scopeOf(kind, target),
    issuedAtMs,
    expiresAtMs,
    auditIds,
    ...(by && delegate !== undefined ? { delegation: { by, id: delegate } } : {}),
  };
}

export function encodeReceipt({ userId, methods, issuedAtMs, expiresAtMs }: ReceiptPayload): Uint8Array {
  return Buffer.from(JSON.stringify([RECEIPT, userId, methods, issuedAtMs, expiresAtMs]));
}

export function decodeReceipt(bytes: Uint8Array): ReceiptPayload | null {
  const fields = parse(bytes);
  if (fields?.[0] !== RECEIPT) return null;
  const [, userId, methods, issuedAtMs, expiresAtMs] = fields as [string, string, string[], number, number];
  return { userId, methods, issuedAtMs, expiresAtMs };
}

function parse(bytes: Uint8Array): unknown[] | null {
  try {
    const data: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return Array.isArray(data) ? data : null;
  } catch {
    return null;
  }
}

function scopeOf(kind: string, target: string): TokenScope {
  if (kind === "p") return { kind: "project", projectId: target };
  if (kind === "d") return { kind: "domain", domainId: target };
  return kind === "s" ? { kind: "system" } : { kind: "unscoped" };
}
