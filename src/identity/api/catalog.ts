// /v3/regions, /v3/services, /v3/endpoints

import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { EndpointFields, ServiceFields, Side } from "../catalog-entries.ts";
import { ValidationFailed } from "../errors.ts";
import type { Identity } from "../manager.ts";
import type { RegionFields } from "../regions.ts";
import { exact, matchesInexactly, requireSameId } from "./requests.ts";
import {
  createEndpoint,
  createRegion,
  createService,
  updateEndpoint,
  updateRegion,
  updateService,
} from "./schemas.ts";
import { collection, endpointView, regionView, serviceView } from "./views.ts";

export function regionRoutes({ regions, listLimit }: Identity): Route[] {
  function listRegions(call: Call): Reply {
    const rows = regions
      .list({ parent_region_id: exact(call, "parent_region_id") })
      .filter((row) => matchesInexactly(call, row, ["parent_region_id"]));
    const shown = rows.map((row) => regionView(call, row));
    return json(200, collection(call, "regions", shown, listLimit));
  }

  function createRegionHandler(call: Call): Reply {
    const { region } = call.body as { region: RegionFields };
    return json(201, { region: regionView(call, regions.create(region)) });
  }

  /** The id in the path is the new region's. */
  function putRegion(call: Call): Reply {
    const { region } = call.body as { region: RegionFields };
    const id = call.param("region_id");
    if (region.id !== undefined && region.id !== id) {
      throw new ValidationFailed(`Conflicting region IDs specified: "${id}" != "${region.id}"`);
    }
    return json(201, { region: regionView(call, regions.create({ ...region, id })) });
  }

  function showRegion(call: Call): Reply {
    return json(200, { region: regionView(call, regions.get(call.param("region_id"))) });
  }

  function updateRegionHandler(call: Call): Reply {
    const { region } = call.body as { region: RegionFields };
    const id = call.param("region_id");
    requireSameId(region, id);
    return json(200, { region: regionView(call, regions.update(id, region)) });
  }

  function deleteRegion(call: Call): Reply {
    regions.delete(call.param("region_id"));
    return empty(204);
  }

  const one = "/v3/regions/:region_id";
  return [
    { method: "GET", path: "/v3/regions", handler: listRegions, access: "identity:list_regions" },
    {
      method: "POST",
      path: "/v3/regions",
      handler: createRegionHandler,
      access: "identity:create_region",
      body: createRegion,
    },
    { method: "GET", path: one, handler: showRegion, access: "identity:get_region" },
    { method: "PUT", path: one, handler: putRegion, access: "identity:create_region", body: createRegion },
    {
      method: "PATCH",
      path: one,
      handler: updateRegionHandler,
      access: "identity:update_region",
      body: updateRegion,
    },
    { method: "DELETE", path: one, handler: deleteRegion, access: "identity:delete_region" },
  ];
}

export function serviceRoutes({ entries, listLimit }: Identity): Route[] {
  function listServices(call: Call): Reply {
    const rows = entries
      .services({ type: exact(call, "type"), name: exact(call, "name") })
      .filter((row) => matchesInexactly(call, row, ["type", "name"]));
    const shown = rows.map((row) => serviceView(call, row));
    return json(200, collection(call, "services", shown, listLimit));
  }

  function createServiceHandler(call: Call): Reply {
    const { service } = call.body as { service: ServiceFields & { type: string } };
    return json(201, { service: serviceView(call, entries.createService(service)) });
  }

  function showService(call: Call): Reply {
    return json(200, { service: serviceView(call, entries.service(call.param("service_id"))) });
  }

  function updateServiceHandler(call: Call): Reply {
    const { service } = call.body as { service: ServiceFields };
    const id = call.param("service_id");
    requireSameId(service, id);
    return json(200, { service: serviceView(call, entries.updateService(id, service)) });
  }

  function deleteService(call: Call): Reply {
    entries.deleteService(call.param("service_id"));
    return empty(204);
  }

  const one = "/v3/services/:service_id";
  return [
    { method: "GET", path: "/v3/services", handler: listServices, access: "identity:list_services" },
    {
      method: "POST",
      path: "/v3/services",
      handler: createServiceHandler,
      access: "identity:create_service",
      body: createService,
    },
    { method: "GET", path: one, handler: showService, access: "identity:get_service" },
    {
      method: "PATCH",
      path: one,
      handler: updateServiceHandler,
      access: "identity:update_service",
      body: updateService,
    },
    { method: "DELETE", path: one, handler: deleteService, access: "identity:delete_service" },
  ];
}

export function endpointRoutes({ entries, listLimit }: Identity): Route[] {
  function listEndpoints(call: Call): Reply {
    const rows = entries
      .endpoints({
        interface: exact(call, "interface") as Side | undefined,
        service_id: exact(call, "service_id"),
        region_id: exact(call, "region_id"),
      })
      .filter((row) => matchesInexactly(call, row, ["interface", "service_id", "region_id"]));
    const shown = rows.map((row) => endpointView(call, row));
    return json(200, collection(call, "endpoints", shown, listLimit));
  }

  function createEndpointHandler(call: Call): Reply {
    const { endpoint } = call.body as {
      endpoint: EndpointFields & { interface: Side; service_id: string; url: string };
    };
    return json(201, { endpoint: endpointView(call, entries.createEndpoint(endpoint)) });
  }

  function showEndpoint(call: Call): Reply {
    return json(200, { endpoint: endpointView(call, entries.endpoint(call.param("endpoint_id"))) });
  }

  function updateEndpointHandler(call: Call): Reply {
    const { endpoint } = call.body as { endpoint: EndpointFields };
    const id = call.param("endpoint_id");
    requireSameId(endpoint, id);
    return json(200, { endpoint: endpointView(call, entries.updateEndpoint(id, endpoint)) });
  }

  function deleteEndpoint(call: Call): Reply {
    entries.deleteEndpoint(call.param("endpoint_id"));
    return empty(204);
  }

  const one = "/v3/endpoints/:endpoint_id";
  return [
    { method: "GET", path: "/v3/endpoints", handler: listEndpoints, access: "identity:list_endpoints" },
    {
      method: "POST",
      path: "/v3/endpoints",
      handler: createEndpointHandler,
      access: "identity:create_endpoint",
      body: createEndpoint,
    },
    { method: "GET", path: one, handler: showEndpoint, access: "identity:get_endpoint" },
    {
      method: "PATCH",
      path: one,
      handler: updateEndpointHandler,
      access: "identity:update_endpoint",
      body: updateEndpoint,
    },
    { method: "DELETE", path: one, handler: deleteEndpoint, access: "identity:delete_endpoint" },
  ];
}
