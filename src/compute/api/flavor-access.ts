// /flavors/{id}/os-flavor-access and the actions that change it. Authority:
// nova/api/openstack/compute/flavor_access.py of Zed.

import { Conflict, Invalid, NotFound } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import type { Flavor, Flavors } from "../flavors.ts";
import { flavorAction } from "./flavors.schemas.ts";
import type { ProjectCheck } from "./project-check.ts";

const CONFLICT_SINCE = 7;

type Tenant = { tenant: string };

export function flavorAccessRoutes(flavors: Flavors, checkProject: ProjectCheck): Route[] {
  function list(call: Call): Reply {
    const flavor = flavors.get(call.context, call.param("id"));
    if (flavor.is_public) throw new NotFound("Access list not available for public flavors.");
    return json(200, view(flavor));
  }

  function act(call: Call): Reply {
    const body = call.body as { addTenantAccess?: Tenant; removeTenantAccess?: Tenant };
    if (body.addTenantAccess) return add(call, body.addTenantAccess.tenant);
    if (body.removeTenantAccess) return remove(call, body.removeTenantAccess.tenant);
    call.enforce("os_compute_api:flavors");
    throw new Invalid(`There is no such action: ${Object.keys(body)[0]}`);
  }

  function add(call: Call, tenant: string): Reply {
    call.enforce("os_compute_api:os-flavor-access:add_tenant_access", {});
    checkProject(tenant);
    const flavor = flavors.get(call.context, call.param("id"));
    if (call.minor >= CONFLICT_SINCE && flavor.is_public)
      throw new Conflict("Can not add access to a public flavor.");
    return json(200, view(flavors.grant(call.context, flavor.flavorid, tenant)));
  }

  /** The project need not exist any more. */
  function remove(call: Call, tenant: string): Reply {
    call.enforce("os_compute_api:os-flavor-access:remove_tenant_access", {});
    return json(200, view(flavors.withdraw(call.context, call.param("id"), tenant)));
  }

  return [
    {
      method: "GET",
      path: "/flavors/:id/os-flavor-access",
      handler: list,
      access: "os_compute_api:os-flavor-access",
    },
    {
      method: "POST",
      path: "/flavors/:id/action",
      handler: act,
      access: {
        handlerAsks: [
          "os_compute_api:os-flavor-access:add_tenant_access",
          "os_compute_api:os-flavor-access:remove_tenant_access",
          "os_compute_api:flavors",
        ],
      },
      body: flavorAction,
    },
  ];
}

function view(flavor: Flavor): Record<string, unknown> {
  return {
    flavor_access: flavor.projects.map((projectId) => ({
      flavor_id: flavor.flavorid,
      tenant_id: projectId,
    })),
  };
}
