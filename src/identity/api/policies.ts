// /v3/policies (deprecated since Queens) and OS-ENDPOINT-POLICY

import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Identity } from "../manager.ts";
import type { PolicyFields, PolicyPlace } from "../policy-blobs.ts";
import { exact } from "./requests.ts";
import { createPolicy, updatePolicy } from "./schemas.ts";
import { collection, endpointView, policyView, selfLink } from "./views.ts";

export function policyRoutes({ policyBlobs, entries, regions, listLimit }: Identity): Route[] {
  function listPolicies(call: Call): Reply {
    const shown = policyBlobs.list({ type: exact(call, "type") }).map((row) => policyView(call, row));
    return json(200, collection(call, "policies", shown, listLimit));
  }

  function createPolicyHandler(call: Call): Reply {
    const { policy } = call.body as { policy: PolicyFields & { type: string; blob: string } };
    return json(201, { policy: policyView(call, policyBlobs.create(policy)) });
  }

  function showPolicy(call: Call): Reply {
    return json(200, { policy: policyView(call, policyBlobs.get(call.param("policy_id"))) });
  }

  function updatePolicyHandler(call: Call): Reply {
    const { policy } = call.body as { policy: PolicyFields };
    return json(200, { policy: policyView(call, policyBlobs.update(call.param("policy_id"), policy)) });
  }

  function deletePolicy(call: Call): Reply {
    policyBlobs.delete(call.param("policy_id"));
    return empty(204);
  }

  /** What the path names must all exist. */
  function association(call: Call): { policyId: string; place: PolicyPlace } {
    const { policy_id = "", endpoint_id, service_id, region_id } = call.params();
    const policyId = policyBlobs.get(policy_id).id;
    const place: PolicyPlace = {};
    if (endpoint_id !== undefined) place.endpointId = entries.endpoint(endpoint_id).id;
    if (service_id !== undefined) place.serviceId = entries.service(service_id).id;
    if (region_id !== undefined) place.regionId = regions.get(region_id).id;
    return { policyId, place };
  }

  function checkAssociation(call: Call): Reply {
    const { policyId, place } = association(call);
    policyBlobs.checkAssociation(policyId, place);
    return empty(204);
  }

  function createAssociation(call: Call): Reply {
    const { policyId, place } = association(call);
    policyBlobs.associate(policyId, place);
    return empty(204);
  }

  function deleteAssociation(call: Call): Reply {
    const { policyId, place } = association(call);
    policyBlobs.dissociate(policyId, place);
    return empty(204);
  }

  function listEndpoints(call: Call): Reply {
    const { id } = policyBlobs.get(call.param("policy_id"));
    const shown = policyBlobs.endpointsOf(id).map((row) => endpointView(call, row));
    return json(200, collection(call, "endpoints", shown));
  }

  function showForEndpoint(call: Call): Reply {
    const row = policyBlobs.forEndpoint(entries.endpoint(call.param("endpoint_id")));
    // Keystone's own slip: the link is one to an endpoint.
    return json(200, { policy: { ...policyView(call, row), links: selfLink(call, "endpoints", row.id) } });
  }

  const one = "/v3/policies/:policy_id";
  const places = [
    [`${one}/OS-ENDPOINT-POLICY/endpoints/:endpoint_id`, "endpoint"],
    [`${one}/OS-ENDPOINT-POLICY/services/:service_id`, "service"],
    [`${one}/OS-ENDPOINT-POLICY/services/:service_id/regions/:region_id`, "region_and_service"],
  ] as const;
  return [
    { method: "GET", path: "/v3/policies", handler: listPolicies, access: "identity:list_policies" },
    {
      method: "POST",
      path: "/v3/policies",
      handler: createPolicyHandler,
      access: "identity:create_policy",
      body: createPolicy,
    },
    { method: "GET", path: one, handler: showPolicy, access: "identity:get_policy" },
    {
      method: "PATCH",
      path: one,
      handler: updatePolicyHandler,
      access: "identity:update_policy",
      body: updatePolicy,
    },
    { method: "DELETE", path: one, handler: deletePolicy, access: "identity:delete_policy" },
    ...places.flatMap(([path, kind]): Route[] => [
      {
        method: "GET",
        path,
        handler: checkAssociation,
        access: `identity:check_policy_association_for_${kind}`,
      },
      {
        method: "PUT",
        path,
        handler: createAssociation,
        access: `identity:create_policy_association_for_${kind}`,
      },
      {
        method: "DELETE",
        path,
        handler: deleteAssociation,
        access: `identity:delete_policy_association_for_${kind}`,
      },
    ]),
    {
      method: "GET",
      path: `${one}/OS-ENDPOINT-POLICY/endpoints`,
      handler: listEndpoints,
      access: "identity:list_endpoints_for_policy",
    },
    {
      method: "GET",
      path: "/v3/endpoints/:endpoint_id/OS-ENDPOINT-POLICY/policy",
      handler: showForEndpoint,
      access: "identity:get_policy_for_endpoint",
    },
  ];
}
