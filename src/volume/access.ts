// Who asks, and whether they may. What a caller may not see does not exist (cinder/db/sqlalchemy/api.py, project_only).

import type { RequestContext } from "../core/context.ts";
import { PolicyNotAuthorized } from "../core/errors.ts";
import type { Enforcer } from "../policy/enforcer.ts";
import type { Target } from "../policy/parse.ts";

/** Whoever asks, with a way to ask the policy about it: a Call is one, and so is another service. */
export interface Caller {
  readonly context: RequestContext;
  allows(rule: string, target?: Target): boolean;
}

/** Another service, on behalf of a user. */
export function callerOf(context: RequestContext, enforcer: Enforcer): Caller {
  return {
    context,
    allows: (rule, target = { project_id: context.projectId, user_id: context.userId }) =>
      enforcer.allows(rule, target, context),
  };
}

/** The cloud acting by itself. */
export function systemCaller(context: RequestContext): Caller {
  return { context, allows: () => true };
}

/** What a rule may ask about a resource. */
export function targetOf(row: { project_id: string | null; user_id?: string | null }): Target {
  return { project_id: row.project_id, user_id: row.user_id ?? null };
}

/** @throws PolicyNotAuthorized */
export function enforce(caller: Caller, rule: string, target?: Target): void {
  if (!caller.allows(rule, target)) throw new PolicyNotAuthorized(rule);
}

/** Administrators see every project's things, others those of the project their token is for. */
export function sees(context: RequestContext, row: { project_id: string | null }): boolean {
  return context.isAdmin || (row.project_id !== null && row.project_id === context.projectId);
}
