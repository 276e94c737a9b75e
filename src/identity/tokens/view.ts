// What a token means now: its user, its scope, its roles, each looked up when something in the database has changed.
// Authority: keystone/models/token_model.py.

import type { TokenFacts } from "../../http/auth.ts";
import type { RoleResolver } from "../roles.ts";
import type { IdentityStore } from "../store.ts";
import type {
  AccessRuleRow,
  AccessTokenRow,
  ApplicationCredentialRow,
  ProjectRow,
  RoleRow,
  TrustRow,
  UserRow,
} from "../tables.ts";
import type { TokenPayload } from "./payload.ts";

/** A token with everything it stands for now. */
export interface TokenView {
  payload: TokenPayload;
  /** Whom services see: the trustor when a trust says so, else the one who asked. */
  user: UserRow;
  userDomain: ProjectRow;
  project: ProjectRow | null;
  projectDomain: ProjectRow | null;
  domain: ProjectRow | null;
  roles: RoleRow[];
  trust: TrustRow | null;
  applicationCredential: { row: ApplicationCredentialRow; rules: AccessRuleRow[] } | null;
  accessToken: AccessTokenRow | null;
}

/** Why a token means nothing: `gone` is nobody's fault that may be told, `roles` are delegated roles no longer held. */
export type Refusal = "gone" | "roles";

/** A user who may act: enabled, in an enabled domain. */
function activeUser(store: IdentityStore, id: string): { user: UserRow; domain: ProjectRow } | null {
  const user = store.users.get(id);
  const domain = user ? store.projects.get(user.domain_id) : null;
  return user?.enabled && domain?.enabled ? { user, domain } : null;
}

export function describe(
  store: IdentityStore,
  roles: RoleResolver,
  payload: TokenPayload,
): TokenView | Refusal {
  const { scope, delegation } = payload;
  const actor = activeUser(store, payload.userId);
  if (!actor) return "gone";
  const project = scope.kind === "project" ? store.projects.get(scope.projectId) : null;
  const domain = scope.kind === "domain" ? store.domain(scope.domainId) : null;
  const projectDomain = project && !project.is_domain ? store.projects.get(project.domain_id) : null;
  if (scope.kind === "project" && !(project?.enabled && projectDomain?.enabled)) return "gone";
  if (scope.kind === "domain" && !domain?.enabled) return "gone";
  const view: TokenView = {
    payload,
    user: actor.user,
    userDomain: actor.domain,
    project,
    projectDomain,
    domain,
    roles: [],
    trust: null,
    applicationCredential: null,
    accessToken: null,
  };
  if (delegation?.by === "trust") return describeTrust(store, roles, view, delegation.id);
  const held = roles.effective(actor.user.id, scope);
  if (delegation?.by === "application_credential") {
    const row = store.applicationCredentials.get(delegation.id);
    if (!row) return "gone";
    const granted = store.applicationCredentialRoles.rightsOf(row.id);
    view.roles = held.filter((role) => granted.includes(role.id));
    const rules = store.applicationCredentialRules
      .rightsOf(row.id)
      .map((id) => store.accessRules.get(id))
      .filter((rule) => rule !== null);
    view.applicationCredential = { row, rules };
  } else if (delegation?.by === "access_token") {
    view.accessToken = store.accessTokens.get(delegation.id);
    if (!view.accessToken) return "gone";
    const { role_ids } = view.accessToken;
    view.roles = held.filter((role) => role_ids.includes(role.id));
  } else {
    view.roles = held;
  }
  return scope.kind !== "unscoped" && view.roles.length === 0 ? "gone" : view;
}

/** The roles of a trust, as long as the first trustor of its chain has every one of them. */
function describeTrust(
  store: IdentityStore,
  roles: RoleResolver,
  view: TokenView,
  trustId: string,
): TokenView | Refusal {
  const trust = store.trusts.get(trustId);
  if (!trust) return "gone";
  const trustor = activeUser(store, trust.trustor_user_id);
  if (!trustor || trust.trustee_user_id !== view.payload.userId) return "gone";
  if (view.payload.scope.kind === "project") {
    const origin = firstOfChain(store, trust);
    const held = roles.effective(origin.trustor_user_id, view.payload.scope, { domainRoles: true });
    const delegated = roles.expand(store.trusts.roles.rightsOf(trust.id));
    for (const id of delegated) {
      const role = held.find((candidate) => candidate.id === id);
      if (!role) return "roles";
      if (role.domain_id === null) view.roles.push(role);
    }
  }
  view.trust = trust;
  if (trust.impersonation) {
    view.user = trustor.user;
    view.userDomain = trustor.domain;
  }
  return view;
}

function firstOfChain(store: IdentityStore, trust: TrustRow): TrustRow {
  let first = trust;
  for (let depth = 0; first.redelegated_trust_id !== null && depth < 100; depth++) {
    const parent = store.trusts.get(first.redelegated_trust_id);
    if (!parent) break;
    first = parent;
  }
  return first;
}

export function factsOf(view: TokenView, token: string): TokenFacts {
  const roles = view.roles.map((role) => role.name.toLowerCase());
  return {
    userId: view.user.id,
    userName: view.user.name,
    userDomainId: view.userDomain.id,
    userDomainName: view.userDomain.name,
    projectId: view.project?.id ?? null,
    projectName: view.project?.name ?? null,
    projectDomainId: view.projectDomain?.id ?? null,
    projectDomainName: view.projectDomain?.name ?? null,
    domainId: view.domain?.id ?? null,
    domainName: view.domain?.name ?? null,
    systemScope: view.payload.scope.kind === "system" ? "all" : null,
    roles,
    isAdmin: roles.includes("admin"),
    isServiceToken: false,
    authToken: token,
  };
}
