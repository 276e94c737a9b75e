// A user in a scope without a token, for those who look after the cloud: "what may demo do in project demo?"

import { Conflict, NotFound } from "../core/errors.ts";
import type { TokenFacts } from "../http/auth.ts";
import type { Identity } from "./manager.ts";
import type { SubjectRef } from "./public.ts";
import type { IdentityStore } from "./store.ts";
import type { ProjectRow, UserRow } from "./tables.ts";
import type { TokenScope } from "./tokens/payload.ts";
import { describe, factsOf } from "./tokens/view.ts";

type Parts = Pick<Identity, "store" | "resolver">;

/**
 * What a token of this user for this scope would say.
 * @throws NotFound for a name that is not there, Conflict when the user could not get such a token
 */
export function subjectFacts({ store, resolver }: Parts, ref: SubjectRef): TokenFacts {
  const user = findUser(store, ref);
  const scope = scopeFor({ store, resolver }, user, ref);
  const payload = { userId: user.id, methods: [], scope, issuedAtMs: 0, expiresAtMs: 0, auditIds: [] };
  const view = describe(store, resolver, payload);
  if (typeof view === "string") {
    throw new Conflict(
      `user ${user.name} has no role ${placeOf(store, scope)}, or one of the two is disabled`,
    );
  }
  return { ...factsOf(view, ""), authToken: null };
}

function findUser(store: IdentityStore, { user, userDomain }: SubjectRef): UserRow {
  const domain = findDomain(store, userDomain ?? "default");
  const row = store.users.get(user) ?? store.userByName(domain.id, user);
  if (!row) throw new NotFound(`there is no user ${user} in domain ${domain.name}`);
  return row;
}

function findDomain(store: IdentityStore, given: string): ProjectRow {
  const row = store.domain(given) ?? store.domainByName(given);
  if (!row) throw new NotFound(`there is no domain ${given}`);
  return row;
}

function findProject(store: IdentityStore, given: string, domainId: string): ProjectRow {
  const row = store.projects.get(given) ?? store.projectByName(domainId, given);
  if (!row) throw new NotFound(`there is no project ${given}`);
  return row;
}

/** The scope that is asked for, else that of the user's default project, else of the only project it has a role in. */
function scopeFor({ store, resolver }: Parts, user: UserRow, ref: SubjectRef): TokenScope {
  if (ref.system) return { kind: "system" };
  if (ref.domain !== undefined) return { kind: "domain", domainId: findDomain(store, ref.domain).id };
  if (ref.project !== undefined) {
    const domain = ref.projectDomain ? findDomain(store, ref.projectDomain).id : user.domain_id;
    return { kind: "project", projectId: findProject(store, ref.project, domain).id };
  }
  const projects = resolver.projectIds(user.id);
  const byDefault = projects.find((id) => id === user.default_project_id);
  if (byDefault !== undefined) return { kind: "project", projectId: byDefault };
  if (projects.length === 1) return { kind: "project", projectId: projects[0]! };
  // DevStack's users have a project of their own name.
  const own = projects.find((id) => store.projects.get(id)?.name === user.name);
  if (own !== undefined) return { kind: "project", projectId: own };
  const names = projects.map((id) => store.projects.get(id)?.name ?? id).sort();
  throw new Conflict(
    projects.length === 0
      ? `user ${user.name} has no role in any project; name a domain or the system`
      : `user ${user.name} has roles in several projects; name one of ${names.join(", ")}`,
  );
}

function placeOf(store: IdentityStore, scope: TokenScope): string {
  if (scope.kind === "project") return `in project ${store.projects.get(scope.projectId)?.name}`;
  if (scope.kind === "domain") return `in domain ${store.projects.get(scope.domainId)?.name}`;
  return "in the system";
}
