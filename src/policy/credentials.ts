// What a rule may ask of the caller: the names oslo.context and each service give (`to_policy_values`), and Keystone's
// `token.project.domain.id`.

import type { RequestContext } from "../core/context.ts";

/** Python's str() of a fact. */
export { pyStr as factText } from "../core/python.ts";

/** Undefined for a name that callers do not have. */
export function credential(context: RequestContext, name: string): unknown {
  switch (name) {
    case "user_id":
    case "user":
      return context.userId;
    case "project_id":
    case "tenant_id":
    case "tenant":
      return context.projectId;
    case "domain_id":
    case "domain":
      return context.domainId;
    case "user_domain_id":
    case "user_domain":
      return context.userDomainId;
    case "project_domain_id":
    case "project_domain":
      return context.projectDomainId;
    case "system_scope":
    case "system":
      return context.systemScope;
    case "is_admin":
      return context.isAdmin;
    // Deprecated with system scope: every project counts as the administrators' when none is configured as such.
    case "is_admin_project":
      return true;
    case "roles":
      return context.roles;
    case "username":
    case "user_name":
      return context.userName;
    case "project_name":
    case "tenant_name":
      return context.projectName;
    default:
      return name.startsWith("token.") ? tokenFact(context, name) : undefined;
  }
}

function tokenFact(context: RequestContext, name: string): unknown {
  switch (name) {
    case "token.user.id":
      return context.userId;
    case "token.user.name":
      return context.userName;
    case "token.user.domain.id":
      return context.userDomainId;
    case "token.user.domain.name":
      return context.userDomainName;
    case "token.project.id":
      return context.projectId ?? undefined;
    case "token.project.name":
      return context.projectName ?? undefined;
    case "token.project.domain.id":
      return context.projectDomainId ?? undefined;
    case "token.project.domain.name":
      return context.projectDomainName ?? undefined;
    case "token.domain.id":
      return context.domainId ?? undefined;
    case "token.domain.name":
      return context.domainName ?? undefined;
    case "token.roles.name":
      return context.roles;
    default:
      return undefined;
  }
}

/** The scope of the caller's token, as oslo.policy tells it. */
export function scopeOf(context: RequestContext): "system" | "domain" | "project" {
  if (context.systemScope !== null) return "system";
  return context.domainId !== null ? "domain" : "project";
}
