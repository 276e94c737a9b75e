// /os-server-groups. Authority: nova/api/openstack/compute/server_groups.py and schemas/server_groups.py of Zed.

import { Invalid } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { ServerGroup, ServerGroups } from "../server-groups.ts";
import { multi, name } from "./parameter-types.ts";
import { nonNegative, positive, query, strict, text } from "./periphery.types.ts";

const OWNERS_SINCE = 13;
/** One policy with rules, instead of a list, since here. */
const POLICY_OBJECT_SINCE = 64;

const HARD = ["anti-affinity", "affinity"];
const ALL = [...HARD, "soft-anti-affinity", "soft-affinity"];
const listed = (policies: readonly string[]) =>
  strict(
    {
      name,
      policies: {
        type: "array",
        items: { type: "string", enum: policies },
        uniqueItems: true,
        minItems: 1,
        maxItems: 1,
      },
    },
    ["name", "policies"],
  );
const wrap = (schema: unknown) => strict({ server_group: schema }, ["server_group"]);

const createBody = [
  [1, wrap(listed(HARD))],
  [15, wrap(listed(ALL))],
  [
    POLICY_OBJECT_SINCE,
    wrap(
      strict(
        { name, policy: { type: "string", enum: ALL }, rules: strict({ max_server_per_host: positive }) },
        ["name", "policy"],
      ),
    ),
  ],
] as const;

const listQuery = query({ all_projects: multi(text), limit: multi(nonNegative), offset: multi(nonNegative) });

interface GroupBody {
  name: string;
  policies?: string[];
  policy?: string;
  rules?: { max_server_per_host?: number | string };
}

export function serverGroupRoutes(groups: ServerGroups, maxLimit: number): Route[] {
  function list(call: Call): Reply {
    call.enforce(rule("index"));
    // Without the right to it, `all_projects` is ignored.
    const everywhere = call.query.has("all_projects") && call.context.isAdmin;
    if (everywhere) call.enforce(rule("index:all_projects"));
    const limit = Math.min(maxLimit, Number(call.query.get("limit") || 0) || maxLimit);
    const offset = Number(call.query.get("offset") || 0);
    const rows = groups.list(everywhere ? null : call.context.projectId, { offset, limit });
    return json(200, { server_groups: rows.map((row) => view(call, row)) });
  }

  function create(call: Call): Reply {
    const { server_group: body } = call.body as { server_group: GroupBody };
    const policy = body.policy ?? body.policies?.[0] ?? "";
    const given = body.rules?.max_server_per_host;
    if (policy !== "anti-affinity" && given !== undefined)
      throw new Invalid("Only anti-affinity policy supports rules.");
    const rules: Record<string, number> = given === undefined ? {} : { max_server_per_host: Number(given) };
    const group = groups.create(call.context, { name: body.name, policy, rules });
    return json(200, { server_group: view(call, group) });
  }

  function show(call: Call): Reply {
    return json(200, { server_group: view(call, target(call, "show")) });
  }

  function remove(call: Call): Reply {
    groups.delete(target(call, "delete").uuid);
    return empty(204);
  }

  function target(call: Call, verb: string): ServerGroup {
    const group = groups.get(call.param("id"));
    call.enforce(rule(verb), { project_id: group.projectId });
    return group;
  }

  const rule = (verb: string) => `os_compute_api:os-server-groups:${verb}`;
  const one = "/os-server-groups/:id";
  return [
    {
      method: "GET",
      path: "/os-server-groups",
      handler: list,
      access: { handlerAsks: [rule("index"), rule("index:all_projects")] },
      query: listQuery,
    },
    {
      method: "POST",
      path: "/os-server-groups",
      handler: create,
      access: rule("create"),
      body: createBody,
    },
    { method: "GET", path: one, handler: show, access: { handlerAsks: [rule("show")] } },
    { method: "DELETE", path: one, handler: remove, access: { handlerAsks: [rule("delete")] } },
  ];
}

function view(call: Call, group: ServerGroup): Record<string, unknown> {
  const policy =
    call.minor >= POLICY_OBJECT_SINCE
      ? { policy: group.policy, rules: group.rules }
      : { policies: group.policy === "" ? [] : [group.policy], metadata: {} };
  const owners = call.minor >= OWNERS_SINCE ? { project_id: group.projectId, user_id: group.userId } : {};
  return { id: group.uuid, name: group.name, ...policy, members: group.members, ...owners };
}
