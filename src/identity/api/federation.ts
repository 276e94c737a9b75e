// /v3/OS-FEDERATION: identity providers, their protocols, mappings, service providers. Authority:
// keystone/api/os_federation.py.

import type { TSchema } from "typebox";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { firstViolation } from "../../http/validate.ts";
import { ValidationFailed } from "../errors.ts";
import type {
  IdentityProvider,
  IdentityProviderFields,
  ProtocolFields,
  ServiceProviderFields,
} from "../federation.ts";
import type { Identity } from "../manager.ts";
import type { MappingRow, ProtocolRow, ServiceProviderRow } from "../tables.ts";
import {
  createProtocol,
  createProvider,
  createServiceProvider,
  mapping,
  mappingRules,
  updateProtocol,
  updateProvider,
  updateServiceProvider,
} from "./federation-schemas.ts";
import { exact, exactBool } from "./requests.ts";
import { collection, type View, v3Url } from "./views.ts";

const PREFIX = "OS-FEDERATION";

export function federationRoutes({ federation }: Identity): Route[] {
  const filter = (call: Call) => ({ id: exact(call, "id"), enabled: exactBool(call, "enabled") });

  function listProviders(call: Call): Reply {
    const shown = federation.providers(filter(call)).map((row) => providerView(call, row));
    return json(200, collection(call, "identity_providers", shown));
  }

  function showProvider(call: Call): Reply {
    return json(200, { identity_provider: providerView(call, federation.provider(call.param("idp_id"))) });
  }

  function createProviderHandler(call: Call): Reply {
    const { identity_provider: fields } = call.body as { identity_provider: IdentityProviderFields };
    const row = federation.createProvider(call.param("idp_id"), fields);
    return json(201, { identity_provider: providerView(call, row) });
  }

  function updateProviderHandler(call: Call): Reply {
    const { identity_provider: fields } = call.body as { identity_provider: IdentityProviderFields };
    const row = federation.updateProvider(call.param("idp_id"), fields);
    return json(200, { identity_provider: providerView(call, row) });
  }

  function deleteProvider(call: Call): Reply {
    federation.deleteProvider(call.param("idp_id"));
    return empty(204);
  }

  function listProtocols(call: Call): Reply {
    const shown = federation.protocols(call.param("idp_id")).map((row) => ({
      ...protocolView(call, row),
      idp_id: row.idp_id,
      remote_id_attribute: row.remote_id_attribute,
    }));
    return json(200, collection(call, "protocols", shown));
  }

  function showProtocol(call: Call): Reply {
    const row = federation.protocol(call.param("idp_id"), call.param("protocol_id"));
    return json(200, { protocol: protocolView(call, row) });
  }

  function createProtocolHandler(call: Call): Reply {
    const { protocol } = call.body as { protocol: ProtocolFields & { mapping_id: string } };
    const row = federation.createProtocol(call.param("idp_id"), call.param("protocol_id"), protocol);
    return json(201, { protocol: protocolView(call, row) });
  }

  function updateProtocolHandler(call: Call): Reply {
    const { protocol } = call.body as { protocol: ProtocolFields };
    const row = federation.updateProtocol(call.param("idp_id"), call.param("protocol_id"), protocol);
    return json(200, { protocol: protocolView(call, row) });
  }

  function deleteProtocol(call: Call): Reply {
    federation.deleteProtocol(call.param("idp_id"), call.param("protocol_id"));
    return empty(204);
  }

  function authenticate(call: Call): Reply {
    return federation.authenticate(call.param("idp_id"), call.param("protocol_id"));
  }

  function listMappings(call: Call): Reply {
    const shown = federation.mappings().map((row) => mappingView(call, row));
    return json(200, collection(call, "mappings", shown));
  }

  function showMapping(call: Call): Reply {
    return json(200, { mapping: mappingView(call, federation.mapping(call.param("mapping_id"))) });
  }

  function createMapping(call: Call): Reply {
    const row = federation.createMapping(call.param("mapping_id"), rulesOf(call));
    return json(201, { mapping: mappingView(call, row) });
  }

  function updateMapping(call: Call): Reply {
    const row = federation.updateMapping(call.param("mapping_id"), rulesOf(call));
    return json(200, { mapping: mappingView(call, row) });
  }

  function deleteMapping(call: Call): Reply {
    federation.deleteMapping(call.param("mapping_id"));
    return empty(204);
  }

  function listServiceProviders(call: Call): Reply {
    const shown = federation.serviceProviders(filter(call)).map((row) => serviceProviderView(call, row));
    return json(200, collection(call, "service_providers", shown));
  }

  function showServiceProvider(call: Call): Reply {
    const row = federation.serviceProvider(call.param("sp_id"));
    return json(200, { service_provider: serviceProviderView(call, row) });
  }

  function createServiceProviderHandler(call: Call): Reply {
    const { service_provider: fields } = call.body as {
      service_provider: ServiceProviderFields & { auth_url: string; sp_url: string };
    };
    const row = federation.createServiceProvider(call.param("sp_id"), fields);
    return json(201, { service_provider: serviceProviderView(call, row) });
  }

  function updateServiceProviderHandler(call: Call): Reply {
    const { service_provider: fields } = call.body as { service_provider: ServiceProviderFields };
    const row = federation.updateServiceProvider(call.param("sp_id"), fields);
    return json(200, { service_provider: serviceProviderView(call, row) });
  }

  function deleteServiceProvider(call: Call): Reply {
    federation.deleteServiceProvider(call.param("sp_id"));
    return empty(204);
  }

  const providers = `/v3/${PREFIX}/identity_providers`;
  const provider = `${providers}/:idp_id`;
  const protocol = `${provider}/protocols/:protocol_id`;
  const mappings = `/v3/${PREFIX}/mappings`;
  const services = `/v3/${PREFIX}/service_providers`;
  const route = (
    method: Route["method"],
    path: string,
    rule: string,
    handler: Route["handler"],
    body?: TSchema,
  ): Route => ({ method, path, handler, access: `identity:${rule}`, ...(body ? { body } : {}) });
  return [
    route("GET", providers, "list_identity_providers", listProviders),
    route("GET", provider, "get_identity_provider", showProvider),
    route("PUT", provider, "create_identity_provider", createProviderHandler, createProvider),
    route("PATCH", provider, "update_identity_provider", updateProviderHandler, updateProvider),
    route("DELETE", provider, "delete_identity_provider", deleteProvider),
    route("GET", `${provider}/protocols`, "list_protocols", listProtocols),
    route("GET", protocol, "get_protocol", showProtocol),
    route("PUT", protocol, "create_protocol", createProtocolHandler, createProtocol),
    route("PATCH", protocol, "update_protocol", updateProtocolHandler, updateProtocol),
    route("DELETE", protocol, "delete_protocol", deleteProtocol),
    { method: "GET", path: `${protocol}/auth`, handler: authenticate, access: "public" },
    { method: "POST", path: `${protocol}/auth`, handler: authenticate, access: "public" },
    route("GET", mappings, "list_mappings", listMappings),
    route("GET", `${mappings}/:mapping_id`, "get_mapping", showMapping),
    route("PUT", `${mappings}/:mapping_id`, "create_mapping", createMapping, mapping),
    route("PATCH", `${mappings}/:mapping_id`, "update_mapping", updateMapping, mapping),
    route("DELETE", `${mappings}/:mapping_id`, "delete_mapping", deleteMapping),
    route("GET", services, "list_service_providers", listServiceProviders),
    route("GET", `${services}/:sp_id`, "get_service_provider", showServiceProvider),
    route(
      "PUT",
      `${services}/:sp_id`,
      "create_service_provider",
      createServiceProviderHandler,
      createServiceProvider,
    ),
    route(
      "PATCH",
      `${services}/:sp_id`,
      "update_service_provider",
      updateServiceProviderHandler,
      updateServiceProvider,
    ),
    route("DELETE", `${services}/:sp_id`, "delete_service_provider", deleteServiceProvider),
  ];
}

/** @throws ValidationFailed in the form of this part of Keystone, which names no field */
function rulesOf(call: Call): unknown[] {
  const { mapping: given } = call.body as { mapping: { rules: unknown[] } };
  const violation = firstViolation(mappingRules as unknown as TSchema, given, "schema");
  if (violation) throw new ValidationFailed(`${violation.message}\n`);
  return given.rules;
}

function providerView(call: Call, row: IdentityProvider): View {
  const self = v3Url(call, PREFIX, "identity_providers", row.id);
  const { id, domain_id, enabled, description, remote_ids, authorization_ttl } = row;
  const links = { self, protocols: `${self}/protocols` };
  return { id, domain_id, enabled, description, remote_ids, authorization_ttl, links };
}

function protocolView(call: Call, { id, idp_id, mapping_id }: ProtocolRow): View {
  const self = v3Url(call, PREFIX, "identity_providers", idp_id, "protocols", id);
  // Keystone's second link leaves out the path to the identity providers.
  return { id, mapping_id, links: { self, identity_provider: v3Url(call, idp_id) } };
}

function mappingView(call: Call, { id, rules }: MappingRow): View {
  return { id, rules, links: { self: v3Url(call, PREFIX, "mappings", id) } };
}

function serviceProviderView(call: Call, row: ServiceProviderRow): View {
  return { ...row, links: { self: v3Url(call, PREFIX, "service_providers", row.id) } };
}
