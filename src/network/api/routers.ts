// /v2.0/routers and their actions.

import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import { HTTPBadRequest } from "../errors/common.ts";
import type { InterfaceDone, InterfaceWanted } from "../rules/router-interfaces.ts";
import type { GatewayWanted } from "../rules/routers.ts";
import * as t from "../tables.ts";
import { attribute, common, type Fields, given, standard, tagged, UNSPECIFIED } from "./attributes.ts";
import { noneToList, toBoolean, unlessNone } from "./converters.ts";
import { enforceRule } from "./policy.ts";
import { enforceOrHide, type Resource, readObject, viewOf } from "./resource.ts";
import { type ApiParts, owner, projectColumns, tagFilters } from "./resources.ts";
import { boolean, dictOrNoData, fixedIps, hostRoutes, orNone, uuid, zoneHints } from "./validators.ts";

const GATEWAY_KEYS = ["network_id", "enable_snat", "external_fixed_ips"];

const attributes = {
  id: common.id,
  name: common.name,
  admin_state_up: common.flag("CUvfs", true),
  status: attribute("vs"),
  ...common.project,
  external_gateway_info: attribute("CUvE", {
    default: null,
    validate: dictOrNoData({
      network_id: { validate: uuid, required: true },
      enable_snat: { validate: boolean },
      external_fixed_ips: { validate: fixedIps },
    }),
    subAttributes: GATEWAY_KEYS,
  }),
  distributed: attribute("CUvE", { default: UNSPECIFIED, convert: unlessNone(toBoolean) }),
  routes: attribute("Uv", { default: UNSPECIFIED, convert: noneToList, validate: hostRoutes }),
  ha: attribute("CUvE", { default: UNSPECIFIED, convert: unlessNone(toBoolean) }),
  flavor_id: attribute("CvsE", { default: UNSPECIFIED, validate: orNone(uuid) }),
  availability_zones: attribute("v"),
  availability_zone_hints: attribute("Cv", { default: [], validate: zoneHints }),
  ...standard,
  ...tagged,
};

export function routerResource({ parts, views }: ApiParts): Resource<t.RouterRow> {
  const { routers, store, access } = parts;
  return {
    name: "router",
    collection: "routers",
    path: "routers",
    attributes,
    source: {
      rows: store.routers as never,
      visible: (context) => access.own(context, t.routers.project_id),
      columns: {
        id: t.routers.id,
        name: t.routers.name,
        admin_state_up: t.routers.admin_state_up,
        status: t.routers.status,
        ...projectColumns(t.routers.project_id),
        flavor_id: t.routers.flavor_id,
        description: t.routers.description,
        revision_number: t.routers.revision_number,
      },
      filters: tagFilters(t.routers.tags),
    },
    view: (context, rows) => views.routers(context, rows),
    get: (context, id) => routers.get(context, id),
    create: (context, fields) => {
      const flavorId = given<string | null>(fields["flavor_id"]);
      if (flavorId) parts.flavors.flavor(flavorId);
      return routers.create(context, owner(fields), {
        ...changes(fields),
        flavor_id: flavorId,
        availability_zone_hints: given<string[]>(fields["availability_zone_hints"]),
      });
    },
    update: (context, id, fields) => routers.update(context, id, changes(fields)),
    remove: (context, id) => routers.delete(context, id),
    transaction: (work) => store.transaction(work),
    maxLimit: parts.base.config.PAGINATION_MAX_LIMIT,
  };
}

function changes(fields: Fields) {
  const gateway = given<Record<string, unknown> | null>(fields["external_gateway_info"]);
  return {
    name: given<string>(fields["name"]),
    admin_state_up: given<boolean>(fields["admin_state_up"]),
    description: given<string>(fields["description"]),
    distributed: given<boolean | null>(fields["distributed"]) ?? undefined,
    ha: given<boolean | null>(fields["ha"]) ?? undefined,
    routes: given<t.HostRoute[]>(fields["routes"]),
    gateway: gateway === undefined ? undefined : gatewayOf(gateway),
  };
}

function gatewayOf(value: Record<string, unknown> | null): GatewayWanted | null {
  if (!value || Object.keys(value).length === 0) return null;
  return {
    network_id: value["network_id"] as string,
    ...("enable_snat" in value ? { enable_snat: toBoolean(value["enable_snat"]) as boolean } : {}),
    external_fixed_ips: value["external_fixed_ips"] as GatewayWanted["external_fixed_ips"],
  };
}

/** PUT /v2.0/routers/ID/ACTION; the body is not wrapped, except for routes. */
export function routerActionRoutes(prefix: string, api: ApiParts): Route[] {
  const { parts } = api;
  const resource = routerResource(api);

  async function wanted(call: Call, rule: string): Promise<Fields> {
    const body = await readObject(call);
    const before = viewOf(resource, call, parts.routers.get(call.context, call.param("id")));
    enforceOrHide({ ...resource, name: "router" }, call, "get", before, {});
    enforceRule(call, rule, before);
    return body;
  }

  async function addInterface(call: Call): Promise<Reply> {
    const body = (await wanted(call, "add_router_interface")) as InterfaceWanted;
    return json(200, interfaceView(parts.interfaces.add(call.context, call.param("id"), body)));
  }

  async function removeInterface(call: Call): Promise<Reply> {
    const body = (await wanted(call, "remove_router_interface")) as InterfaceWanted;
    return json(200, interfaceView(parts.interfaces.remove(call.context, call.param("id"), body)));
  }

  async function changeRoutes(call: Call, add: boolean): Promise<Reply> {
    const body = await wanted(call, add ? "add_extraroutes" : "remove_extraroutes");
    const router = body["router"] as Fields | undefined;
    const routes = router?.["routes"];
    const wrong = hostRoutes(routes ?? null);
    if (wrong !== null) throw new HTTPBadRequest(`Invalid input for routes. Reason: ${wrong}.`);
    const row = parts.routers.changeRoutes(call.context, call.param("id"), routes as t.HostRoute[], add);
    return json(200, { router: viewOf(resource, call, row) });
  }

  const action = (name: string, handler: Route["handler"]): Route => ({
    method: "PUT",
    path: `${prefix}/routers/:id/${name}`,
    handler,
    access: { handlerAsks: [name] },
  });
  return [
    action("add_router_interface", addInterface),
    action("remove_router_interface", removeInterface),
    action("add_extraroutes", (call) => changeRoutes(call, true)),
    action("remove_extraroutes", (call) => changeRoutes(call, false)),
  ];
}

function interfaceView({ router, port, subnetIds }: InterfaceDone): Fields {
  return {
    id: router.id,
    tenant_id: port.project_id,
    project_id: port.project_id,
    port_id: port.id,
    network_id: port.network_id,
    subnet_id: subnetIds.at(-1) ?? null,
    subnet_ids: subnetIds,
  };
}
