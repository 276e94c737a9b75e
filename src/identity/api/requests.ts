// What every handler of v3 asks of a call: the policy, with what is acted upon; the parts of a list the caller wants;
// the caller's own token.

import { boolFromString } from "../../core/python.ts";
import type { Call } from "../../http/call.ts";
import { isDelegated } from "../auth-methods.ts";
import { DEFAULT_DOMAIN_ID } from "../bootstrap.ts";
import { ActionForbidden, AuthenticationFailed, ValidationFailed } from "../errors.ts";
import type { Identity } from "../manager.ts";
import type { TokenView } from "../tokens/view.ts";

/**
 * Asks the policy about the resources a request acts upon; rules name them `target.user.domain_id`, and what stands in
 * the path by its own name (keystone/common/rbac_enforcer/enforcer.py).
 * @throws PolicyNotAuthorized
 */
export function enforce(call: Call, rule: string, target: Record<string, unknown> = {}): void {
  call.enforce(rule, policyTarget(call, target));
}

export function policyTarget(call: Call, target: Record<string, unknown>): Record<string, unknown> {
  return { ...call.params(), target };
}

/** The caller's token; null for the static SERVICE_TOKEN. */
export function callerToken(call: Call, { tokens }: Identity): TokenView | null {
  const { authToken } = call.context;
  return authToken === null ? null : tokens.view(authToken);
}

/** @throws AuthenticationFailed for the static SERVICE_TOKEN, which is nobody */
export function callerOf(call: Call, identity: Identity): TokenView {
  const token = callerToken(call, identity);
  if (!token) throw new AuthenticationFailed("only a user can do this");
  return token;
}

/** True when the caller acts with rights that somebody handed on. */
export function actsByDelegation(call: Call, identity: Identity): boolean {
  const token = callerToken(call, identity);
  return token !== null && (token.trust !== null || isDelegated(token.payload.methods));
}

/** @throws ActionForbidden when it is so; `action` completes the sentence */
export function refuseDelegation(call: Call, identity: Identity, action: string): void {
  if (actsByDelegation(call, identity)) throw new ActionForbidden(action);
}

/** The domain of something new that does not name one: the token's, else the default one. */
export function domainForNew(call: Call, domainId: string | null | undefined): string {
  if (domainId) return domainId;
  if (call.context.domainId) return call.context.domainId;
  if (call.context.isServiceToken) {
    throw new ValidationFailed(
      "You have tried to create a resource using the admin token. As this token is not within a domain you must explicitly include a domain for this resource to belong to.",
    );
  }
  return DEFAULT_DOMAIN_ID;
}

/** An id in the body must be that of the path. @throws ValidationFailed */
export function requireSameId(body: Readonly<Record<string, unknown>>, id: string): void {
  const { id: given } = body;
  if (given !== undefined && given !== null && given !== id) throw new ValidationFailed("Cannot change ID");
}

/** `?include_names`, `?include_names=true`; only `0` says no. */
export function flag(call: Call, name: string): boolean {
  const value = call.query.get(name);
  return value !== null && value !== "0";
}

/** An equality filter that the store can answer; undefined when it is not asked for. */
export function exact(call: Call, name: string): string | undefined {
  return call.query.get(name) ?? undefined;
}

export function exactBool(call: Call, name: string): boolean | undefined {
  const value = call.query.get(name);
  return value === null ? undefined : (boolFromString(value) ?? true);
}

type Comparator = (actual: string, wanted: string) => boolean;

const COMPARATORS: Record<string, Comparator> = {
  contains: (actual, wanted) => actual.includes(wanted),
  startswith: (actual, wanted) => actual.startsWith(wanted),
  endswith: (actual, wanted) => actual.endsWith(wanted),
  exact: (actual, wanted) => actual === wanted,
};

/** `name__contains`, `name__istartswith` and their kin (keystone/common/driver_hints.py), for the fields that may be asked. */
export function matchesInexactly(
  call: Call,
  row: Record<string, unknown>,
  fields: readonly string[],
): boolean {
  for (const [key, value] of call.query) {
    const [field, comparator] = key.split("__", 2) as [string, string | undefined];
    if (comparator === undefined || !fields.includes(field)) continue;
    const insensitive = comparator.startsWith("i");
    const compare = COMPARATORS[insensitive ? comparator.slice(1) : comparator];
    if (!compare) continue;
    const actual = String(row[field] ?? "");
    const holds = insensitive ? compare(actual.toLowerCase(), value.toLowerCase()) : compare(actual, value);
    if (!holds) return false;
  }
  return true;
}
