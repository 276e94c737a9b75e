// /v3/groups and who is in them

import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { GroupFields } from "../groups.ts";
import type { Identity } from "../manager.ts";
import { unjudged } from "./bodies.ts";
import { domainForNew, enforce, exact, exactBool, matchesInexactly, requireSameId } from "./requests.ts";
import { createGroup, updateGroup } from "./schemas.ts";
import { collection, groupView, userView } from "./views.ts";

export function groupRoutes({ groups, store, listLimit }: Identity): Route[] {
  function listGroups(call: Call): Reply {
    const { domainId } = call.context;
    enforce(call, "identity:list_groups", domainId ? { group: { domain_id: domainId } } : {});
    const rows = groups
      .list({ domain_id: domainId ?? exact(call, "domain_id"), name: exact(call, "name") })
      .filter((row) => matchesInexactly(call, row, ["domain_id", "name"]));
    return json(
      200,
      collection(
        call,
        "groups",
        rows.map((row) => groupView(call, row)),
        listLimit,
      ),
    );
  }

  function createGroupHandler(call: Call): Reply {
    enforce(call, "identity:create_group", { group: unjudged(call, "group") });
    const { group } = call.body as { group: GroupFields & { name: string } };
    const row = groups.create({ ...group, domain_id: domainForNew(call, group.domain_id) });
    return json(201, { group: groupView(call, row) });
  }

  function showGroup(call: Call): Reply {
    enforceOn(call, "identity:get_group");
    return json(200, { group: groupView(call, groups.get(call.param("group_id"))) });
  }

  function updateGroupHandler(call: Call): Reply {
    enforceOn(call, "identity:update_group");
    const { group } = call.body as { group: GroupFields };
    const id = call.param("group_id");
    requireSameId(group, id);
    return json(200, { group: groupView(call, groups.update(id, group)) });
  }

  function deleteGroup(call: Call): Reply {
    enforceOn(call, "identity:delete_group");
    groups.delete(call.param("group_id"));
    return empty(204);
  }

  function listMembers(call: Call): Reply {
    enforceOn(call, "identity:list_users_in_group");
    const { domainId } = call.context;
    const [askedDomain, name, enabled] = [
      exact(call, "domain_id"),
      exact(call, "name"),
      exactBool(call, "enabled"),
    ];
    const rows = groups
      .members(call.param("group_id"))
      .filter((row) => domainId === null || row.domain_id === domainId)
      .filter((row) => askedDomain === undefined || row.domain_id === askedDomain)
      .filter((row) => name === undefined || row.name === name)
      .filter((row) => enabled === undefined || row.enabled === enabled)
      .filter((row) => matchesInexactly(call, row, ["domain_id", "enabled", "name"]));
    return json(
      200,
      collection(
        call,
        "users",
        rows.map((row) => userView(call, row)),
        listLimit,
      ),
    );
  }

  function checkMember(call: Call): Reply {
    enforceOn(call, "identity:check_user_in_group");
    groups.check(call.param("group_id"), call.param("user_id"));
    return empty(204);
  }

  function addMember(call: Call): Reply {
    enforceOn(call, "identity:add_user_to_group");
    groups.add(call.param("group_id"), call.param("user_id"));
    return empty(204);
  }

  function removeMember(call: Call): Reply {
    enforceOn(call, "identity:remove_user_from_group");
    groups.removeMember(call.param("group_id"), call.param("user_id"));
    return empty(204);
  }

  function enforceOn(call: Call, rule: string): void {
    const group = store.groups.get(call.param("group_id"));
    const user = store.users.get(call.param("user_id"));
    enforce(call, rule, { ...(group ? { group } : {}), ...(user ? { user } : {}) });
  }

  const member = "/v3/groups/:group_id/users/:user_id";
  return [
    {
      method: "GET",
      path: "/v3/groups",
      handler: listGroups,
      access: { handlerAsks: ["identity:list_groups"] },
    },
    {
      method: "POST",
      path: "/v3/groups",
      handler: createGroupHandler,
      access: { handlerAsks: ["identity:create_group"] },
      body: createGroup,
    },
    {
      method: "GET",
      path: "/v3/groups/:group_id",
      handler: showGroup,
      access: { handlerAsks: ["identity:get_group"] },
    },
    {
      method: "PATCH",
      path: "/v3/groups/:group_id",
      handler: updateGroupHandler,
      access: { handlerAsks: ["identity:update_group"] },
      body: updateGroup,
    },
    {
      method: "DELETE",
      path: "/v3/groups/:group_id",
      handler: deleteGroup,
      access: { handlerAsks: ["identity:delete_group"] },
    },
    {
      method: "GET",
      path: "/v3/groups/:group_id/users",
      handler: listMembers,
      access: { handlerAsks: ["identity:list_users_in_group"] },
    },
    {
      method: "GET",
      path: member,
      handler: checkMember,
      access: { handlerAsks: ["identity:check_user_in_group"] },
    },
    {
      method: "PUT",
      path: member,
      handler: addMember,
      access: { handlerAsks: ["identity:add_user_to_group"] },
    },
    {
      method: "DELETE",
      path: member,
      handler: removeMember,
      access: { handlerAsks: ["identity:remove_user_from_group"] },
    },
  ];
}
