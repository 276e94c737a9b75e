// /v3/OS-TRUST/trusts. Authority: keystone/api/trusts.py.

import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { isDelegated } from "../auth-methods.ts";
import { ActionForbidden, EntityNotFound } from "../errors.ts";
import type { Identity } from "../manager.ts";
import type { TrustRow } from "../tables.ts";
import type { TrustFields } from "../trusts.ts";
import { unjudged } from "./bodies.ts";
import { callerToken, enforce, exact } from "./requests.ts";
import { createTrust } from "./schemas.ts";
import { collection, roleView, trustView } from "./views.ts";

export function trustRoutes(identity: Identity): Route[] {
  const { trusts, store } = identity;

  function listTrusts(call: Call): Reply {
    const trustorId = exact(call, "trustor_user_id");
    const trusteeId = exact(call, "trustee_user_id");
    if (trustorId) {
      enforce(call, "identity:list_trusts_for_trustor", { trust: { trustor_user_id: trustorId } });
    } else if (trusteeId) {
      enforce(call, "identity:list_trusts_for_trustee", { trust: { trustee_user_id: trusteeId } });
    } else {
      enforce(call, "identity:list_trusts");
    }
    refuseDelegated(call);
    const shown = trusts
      .list(trustorId ? { trustorId } : trusteeId ? { trusteeId } : {})
      .map((row) => trustView(call, row, null));
    return json(200, collection(call, "trusts", shown));
  }

  function createTrustHandler(call: Call): Reply {
    enforce(call, "identity:create_trust", { trust: unjudged(call, "trust") });
    const { trust } = call.body as { trust: TrustFields };
    const source = callerToken(call, identity)?.trust ?? null;
    refuseDelegated(call);
    if (call.context.userId !== trust.trustor_user_id) {
      throw new ActionForbidden("The authenticated user should match the trustor");
    }
    return json(201, { trust: shown(call, trusts.create(trust, source)) });
  }

  function showTrust(call: Call): Reply {
    const row = target(call, "identity:get_trust");
    refuseDelegated(call);
    refuseStranger(call);
    return json(200, { trust: shown(call, row) });
  }

  function deleteTrust(call: Call): Reply {
    const row = target(call, "identity:delete_trust");
    refuseDelegated(call);
    trusts.delete(row.id);
    return empty(204);
  }

  function listRoles(call: Call): Reply {
    const row = target(call, "identity:list_roles_for_trust");
    refuseStranger(call);
    refuseDelegated(call);
    const { roles, roles_links: links } = shown(call, row);
    return json(200, { roles, links });
  }

  function showRole(call: Call): Reply {
    const row = target(call, "identity:get_role_for_trust");
    refuseStranger(call);
    refuseDelegated(call);
    const roleId = call.param("role_id");
    const role = trusts.roleIds(row.id).includes(roleId) ? store.roles.get(roleId) : null;
    if (!role) throw new EntityNotFound("role", roleId);
    return json(200, { role: roleView(call, role) });
  }

  function shown(call: Call, row: TrustRow) {
    return trustView(call, row, store.rolesWithIds(trusts.roleIds(row.id)));
  }

  /** 404 before 403. */
  function target(call: Call, rule: string): TrustRow {
    const row = trusts.get(call.param("trust_id"));
    enforce(call, rule, { trust: row });
    return row;
  }

  /** The static SERVICE_TOKEN has no part in a trust. */
  function refuseStranger(call: Call): void {
    if (call.context.isServiceToken)
      throw new ActionForbidden("Requested user has no relation to this trust");
  }

  function refuseDelegated(call: Call): void {
    const token = callerToken(call, identity);
    if (token && isDelegated(token.payload.methods)) {
      throw new ActionForbidden("Delegated tokens cannot manage trusts.");
    }
  }

  const all = "/v3/OS-TRUST/trusts";
  const one = `${all}/:trust_id`;
  return [
    {
      method: "GET",
      path: all,
      handler: listTrusts,
      access: {
        handlerAsks: [
          "identity:list_trusts",
          "identity:list_trusts_for_trustor",
          "identity:list_trusts_for_trustee",
        ],
      },
    },
    {
      method: "POST",
      path: all,
      handler: createTrustHandler,
      access: { handlerAsks: ["identity:create_trust"] },
      body: createTrust,
    },
    { method: "GET", path: one, handler: showTrust, access: { handlerAsks: ["identity:get_trust"] } },
    { method: "DELETE", path: one, handler: deleteTrust, access: { handlerAsks: ["identity:delete_trust"] } },
    {
      method: "GET",
      path: `${one}/roles`,
      handler: listRoles,
      access: { handlerAsks: ["identity:list_roles_for_trust"] },
    },
    {
      method: "GET",
      path: `${one}/roles/:role_id`,
      handler: showRole,
      access: { handlerAsks: ["identity:get_role_for_trust"] },
    },
  ];
}
