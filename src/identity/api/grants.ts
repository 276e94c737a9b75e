// Roles of users and groups on projects, on domains, on the system, and on all projects below one (OS-INHERIT).
// The four kinds of paths differ only in who and where, so their routes are made from one table.
// Authority: keystone/api/{projects,domains,system,os_inherit}.py.

import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { EntityNotFound } from "../errors.ts";
import type { Grant } from "../grants.ts";
import type { Identity } from "../manager.ts";
import { enforce } from "./requests.ts";
import { collection, roleView } from "./views.ts";

interface Kind {
  actor: "user" | "group";
  target: "project" | "domain" | "system";
  inherited: boolean;
}

type Verb = "list" | "check" | "create" | "revoke";

export function grantRoutes(identity: Identity): Route[] {
  const { grants, roles, projects, store } = identity;

  /** Looks everything up and asks the policy about it: what is missing is 404 before anything is 403. */
  function enforceGrant(call: Call, kind: Kind, verb: Verb): { grant: Grant; roleId: string } {
    const { role_id: roleId = "", user_id: userId, group_id: groupId, project_id, domain_id } = call.params();
    const target: Record<string, unknown> = {};
    if (verb !== "list") target["role"] = roles.get(roleId);
    const actorId = (kind.actor === "user" ? userId : groupId) ?? "";
    const actor = kind.actor === "user" ? store.users.get(actorId) : store.groups.get(actorId);
    // What was granted to somebody who is gone can still be taken away.
    if (!actor && verb !== "revoke") throw new EntityNotFound(kind.actor, actorId);
    if (actor) target[kind.actor] = actor;
    if (kind.target === "project") target["project"] = projects.get(project_id ?? "");
    if (kind.target === "domain") target["domain"] = projects.getDomain(domain_id ?? "");
    enforce(call, ruleOf(kind, verb), target);
    const grant: Grant = {
      actor: { kind: kind.actor, id: actorId },
      target:
        kind.target === "system"
          ? { kind: "system" }
          : { kind: kind.target, id: (kind.target === "project" ? project_id : domain_id) ?? "" },
      inherited: kind.inherited,
    };
    return { grant, roleId };
  }

  function handlers(kind: Kind) {
    function listGrants(call: Call): Reply {
      const { grant } = enforceGrant(call, kind, "list");
      const shown = grants.list(grant).map((row) => roleView(call, row));
      return json(200, collection(call, "roles", shown));
    }
    function checkGrant(call: Call): Reply {
      const { grant, roleId } = enforceGrant(call, kind, "check");
      grants.check(grant, roleId);
      return empty(204);
    }
    function createGrant(call: Call): Reply {
      const { grant, roleId } = enforceGrant(call, kind, "create");
      grants.add(grant, roleId);
      return empty(204);
    }
    function revokeGrant(call: Call): Reply {
      const { grant, roleId } = enforceGrant(call, kind, "revoke");
      grants.remove(grant, roleId);
      return empty(204);
    }
    return { listGrants, checkGrant, createGrant, revokeGrant };
  }

  return KINDS.flatMap((kind): Route[] => {
    const { listGrants, checkGrant, createGrant, revokeGrant } = handlers(kind);
    const { all, one } = pathsOf(kind);
    const asks = (verb: Verb) => ({ handlerAsks: [ruleOf(kind, verb)] });
    return [
      { method: "GET", path: all, handler: listGrants, access: asks("list") },
      { method: "GET", path: one, handler: checkGrant, access: asks("check") },
      { method: "PUT", path: one, handler: createGrant, access: asks("create") },
      { method: "DELETE", path: one, handler: revokeGrant, access: asks("revoke") },
    ];
  });
}

const KINDS: readonly Kind[] = (["user", "group"] as const).flatMap((actor) => [
  { actor, target: "project", inherited: false },
  { actor, target: "domain", inherited: false },
  { actor, target: "system", inherited: false },
  { actor, target: "project", inherited: true },
  { actor, target: "domain", inherited: true },
]);

function pathsOf({ actor, target, inherited }: Kind): { all: string; one: string } {
  const place = target === "system" ? "/system" : `/${target}s/:${target}_id`;
  const start = `/v3${inherited ? "/OS-INHERIT" : ""}${place}/${actor}s/:${actor}_id/roles`;
  const end = inherited ? "/inherited_to_projects" : "";
  return { all: `${start}${end}`, one: `${start}/:role_id${end}` };
}

function ruleOf({ actor, target }: Kind, verb: Verb): string {
  const plural = verb === "list" ? "s" : "";
  return target === "system"
    ? `identity:${verb}_system_grant${plural}_for_${actor}`
    : `identity:${verb}_grant${plural}`;
}
