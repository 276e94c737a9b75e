// /v2.0/flavors, /v2.0/service_profiles and /v2.0/service-providers

import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { HTTPBadRequest } from "../errors/common.ts";
import * as t from "../tables.ts";
import { attribute, common, type Fields, given } from "./attributes.ts";
import { toBoolean, unlessNone } from "./converters.ts";
import { onlyFields, readFields } from "./query.ts";
import { type Resource, readJson } from "./resource.ts";
import type { ApiParts } from "./resources.ts";
import { orNone, string, uuidList } from "./validators.ts";

const enabled = attribute("CUvfs", { default: true, convert: unlessNone(toBoolean) });
const project = {
  tenant_id: attribute("C", { validate: string(255) }),
  project_id: attribute("C", { validate: string(255) }),
};

const flavorAttributes = {
  id: common.id,
  name: common.name,
  description: attribute("CUvfs", { default: "", validate: orNone(string(1024)) }),
  service_type: attribute("Cvfs", { validate: string(255) }),
  ...project,
  service_profiles: attribute("CUv", { default: [], validate: uuidList }),
  enabled,
};

export function flavorResource({ parts }: ApiParts): Resource<t.NetworkFlavorRow> {
  const { flavors, store } = parts;
  return {
    name: "flavor",
    collection: "flavors",
    path: "flavors",
    attributes: flavorAttributes,
    source: {
      rows: store.flavors as never,
      visible: () => undefined,
      columns: {
        id: t.networkFlavors.id,
        name: t.networkFlavors.name,
        description: t.networkFlavors.description,
        service_type: t.networkFlavors.service_type,
        enabled: t.networkFlavors.enabled,
      },
    },
    view: (_context, rows) =>
      rows.map((row) => ({ ...row, service_profiles: store.bindings.profilesOf(row.id) })),
    get: (_context, id) => flavors.flavor(id),
    create: (_context, fields) =>
      flavors.createFlavor({ ...flavorChanges(fields), service_type: fields["service_type"] as string }),
    update: (_context, id, fields) => flavors.updateFlavor(id, present(flavorChanges(fields))),
    remove: (_context, id) => flavors.deleteFlavor(id),
    transaction: (work) => store.transaction(work),
    maxLimit: parts.base.config.PAGINATION_MAX_LIMIT,
  };
}

function flavorChanges(fields: Fields) {
  return {
    name: given<string>(fields["name"]),
    description: given<string | null>(fields["description"]) ?? undefined,
    enabled: given<boolean | null>(fields["enabled"]) ?? undefined,
  };
}

function present<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

const profileAttributes = {
  id: common.id,
  description: attribute("CUvfs", { default: "", validate: orNone(string(1024)) }),
  driver: attribute("CUvfs", { default: "", validate: string(1024) }),
  metainfo: attribute("CUvs", { default: "" }),
  ...project,
  enabled,
};

export function serviceProfileResource({ parts }: ApiParts): Resource<t.ServiceProfileRow> {
  const { flavors, store } = parts;
  return {
    name: "service_profile",
    collection: "service_profiles",
    path: "service_profiles",
    attributes: profileAttributes,
    source: {
      rows: store.profiles as never,
      visible: () => undefined,
      columns: {
        id: t.serviceProfiles.id,
        description: t.serviceProfiles.description,
        driver: t.serviceProfiles.driver,
        metainfo: t.serviceProfiles.metainfo,
        enabled: t.serviceProfiles.enabled,
      },
    },
    view: (_context, rows) => rows.map((row): Fields => ({ ...row })),
    get: (_context, id) => flavors.profile(id),
    create: (_context, fields) => flavors.createProfile(profileChanges(fields)),
    update: (_context, id, fields) => flavors.updateProfile(id, present(profileChanges(fields))),
    remove: (_context, id) => flavors.deleteProfile(id),
    transaction: (work) => store.transaction(work),
    maxLimit: parts.base.config.PAGINATION_MAX_LIMIT,
  };
}

function profileChanges(fields: Fields) {
  const metainfo = given<unknown>(fields["metainfo"]);
  return {
    description: given<string | null>(fields["description"]) ?? undefined,
    driver: given<string>(fields["driver"]),
    metainfo: metainfo === undefined || typeof metainfo === "string" ? metainfo : JSON.stringify(metainfo),
    enabled: given<boolean | null>(fields["enabled"]) ?? undefined,
  };
}

/** /v2.0/flavors/ID/service_profiles: which profiles a flavor has. */
export function flavorProfileRoutes(prefix: string, { parts }: ApiParts): Route[] {
  const path = `${prefix}/flavors/:id/service_profiles`;

  async function bind(call: Call): Promise<Reply> {
    const profile = ((await readJson(call)) as { service_profile?: Fields } | null)?.service_profile;
    const id = profile?.["id"];
    if (typeof id !== "string") throw new HTTPBadRequest("Unable to find 'service_profile' in request body");
    parts.flavors.bind(call.param("id"), id);
    return json(201, { service_profile: { id } });
  }

  function unbind(call: Call): Reply {
    parts.flavors.unbind(call.param("id"), call.param("profile_id"));
    return empty(204);
  }

  return [
    { method: "POST", path, handler: bind, access: "create_flavor_service_profile" },
    {
      method: "DELETE",
      path: `${path}/:profile_id`,
      handler: unbind,
      access: "delete_flavor_service_profile",
    },
  ];
}

export function serviceProviderRoutes(prefix: string): Route[] {
  const providers = [{ service_type: "L3_ROUTER_NAT", name: "single_node", default: true }];
  function listProviders(call: Call): Reply {
    const fields = readFields(call);
    return json(200, { service_providers: providers.map((provider) => onlyFields(provider, fields)) });
  }
  return [
    {
      method: "GET",
      path: `${prefix}/service-providers`,
      handler: listProviders,
      access: "get_service_provider",
    },
  ];
}
