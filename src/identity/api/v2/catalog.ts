// /v2.0/OS-KSADM/services and /v2.0/endpoints. Authority: keystone/catalog/controllers.py of Newton.

import type { Route } from "../../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../../http/call.ts";
import type { ServiceFields, Side } from "../../catalog-entries.ts";
import { ValidationFailed } from "../../errors.ts";
import type { Identity } from "../../manager.ts";
import type { EndpointRow } from "../../tables.ts";
import { createEndpoint, createService } from "./schemas.ts";
import { endpointView, serviceView } from "./views.ts";

/** Where an endpoint is when nobody says (python-keystoneclient's default for `endpoint-create`). */
const DEFAULT_REGION = "regionOne";

const SIDES: readonly Side[] = ["public", "internal", "admin"];

interface EndpointBody {
  region?: string | null;
  service_id?: string | null;
  publicurl?: string | null;
  internalurl?: string | null;
  adminurl?: string | null;
}

export function catalogRoutes({ entries }: Identity): Route[] {
  function listServices(call: Call): Reply {
    const filter = {
      type: call.query.get("type") ?? undefined,
      name: call.query.get("name") ?? undefined,
    };
    return json(200, { "OS-KSADM:services": entries.services(filter).map(serviceView) });
  }

  function createServiceHandler(call: Call): Reply {
    const { "OS-KSADM:service": fields } = call.body as {
      "OS-KSADM:service": ServiceFields & { type: string };
    };
    return json(200, { "OS-KSADM:service": serviceView(entries.createService(fields)) });
  }

  function showService(call: Call): Reply {
    return json(200, { "OS-KSADM:service": serviceView(entries.service(call.param("service_id"))) });
  }

  function deleteService(call: Call): Reply {
    entries.deleteService(call.param("service_id"));
    return empty(204);
  }

  function listEndpoints(): Reply {
    return json(200, { endpoints: [...grouped()].map(([id, rows]) => endpointView(id, rows)) });
  }

  /**
   * Three rows of v3 are one endpoint here: those made by v2.0 by the id they share; others by their service and region,
   * under the id of the public one.
   */
  function grouped(): Map<string, EndpointRow[]> {
    const rows = entries.endpoints();
    const byPlace = Map.groupBy(
      rows.filter((row) => row.legacy_endpoint_id === null),
      (row) => `${row.service_id} ${row.region_id}`,
    );
    const groups = new Map<string, EndpointRow[]>();
    for (const row of rows) {
      if (row.legacy_endpoint_id === null) continue;
      groups.set(row.legacy_endpoint_id, [...(groups.get(row.legacy_endpoint_id) ?? []), row]);
    }
    for (const group of byPlace.values()) {
      const publicRow = group.find((row) => row.interface === "public");
      if (publicRow) groups.set(publicRow.id, group);
    }
    return groups;
  }

  function createEndpointHandler(call: Call): Reply {
    const { endpoint } = call.body as { endpoint: EndpointBody };
    for (const name of ["publicurl", "service_id"] as const) {
      if (!endpoint[name]) throw new ValidationFailed(`${name} field is required and cannot be empty`);
    }
    const urls: Partial<Record<Side, string>> = {};
    for (const side of SIDES) {
      const url = endpoint[`${side}url`];
      if (url) urls[side] = url;
    }
    const region = endpoint.region ?? DEFAULT_REGION;
    const service_id = endpoint.service_id ?? "";
    const id = entries.createLegacyEndpoint({ service_id, region, urls });
    const shown = Object.fromEntries(Object.entries(urls).map(([side, url]) => [`${side}url`, url]));
    return json(200, { endpoint: { ...endpoint, ...shown, id, region, service_id } });
  }

  function deleteEndpoint(call: Call): Reply {
    const id = call.param("endpoint_id");
    const rows = grouped().get(id);
    if (rows && rows[0]?.legacy_endpoint_id === null) for (const row of rows) entries.deleteEndpoint(row.id);
    else entries.deleteLegacyEndpoint(id);
    return empty(204);
  }

  const access = "admin_required";
  const services = "/v2.0/OS-KSADM/services";
  return [
    { method: "GET", path: services, handler: listServices, access },
    { method: "POST", path: services, handler: createServiceHandler, access, body: createService },
    { method: "GET", path: `${services}/:service_id`, handler: showService, access },
    { method: "DELETE", path: `${services}/:service_id`, handler: deleteService, access },
    { method: "GET", path: "/v2.0/endpoints", handler: listEndpoints, access },
    { method: "POST", path: "/v2.0/endpoints", handler: createEndpointHandler, access, body: createEndpoint },
    { method: "DELETE", path: "/v2.0/endpoints/:endpoint_id", handler: deleteEndpoint, access },
  ];
}
