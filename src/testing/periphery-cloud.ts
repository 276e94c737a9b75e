// A cloud whose compute API has only the routes beside the servers: for tests of these routes that need no host.

import { fault } from "../compute/api/faults.ts";
import { withoutVersion } from "../compute/api/links.ts";
import { peripheryRoutes } from "../compute/api/periphery.ts";
import { novaSection } from "../compute/config.ts";
import { flavorSection, metadataSection, quotaSection, serviceSection } from "../compute/config-periphery.ts";
import { makePeriphery, type PeripheryParts } from "../compute/make-periphery.ts";
import { migrations } from "../compute/migrations/index.ts";
import { peripheryPolicies } from "../compute/policies-periphery.ts";
import { NovaStore } from "../compute/store.ts";
import type { Service, ServiceDeclaration } from "../core/service.ts";
import { createApi } from "../http/api.ts";
import { keystone } from "../identity/index.ts";
import { placement } from "../placement/index.ts";
import type { PolicyRule } from "../policy/enforcer.ts";
import { type TestCloud, type TestCloudOptions, testCloud } from "./cloud.ts";

const BASE: readonly PolicyRule[] = [
  ["context_is_admin", "role:admin"],
  ["project_reader_or_admin", "rule:context_is_admin or project_id:%(project_id)s"],
  ["project_member_or_admin", "rule:context_is_admin or project_id:%(project_id)s"],
].map(([name = "", check = ""]) => ({ name, check, description: "" }));

export interface PeripheryCloud extends TestCloud {
  periphery: PeripheryParts;
  store: NovaStore;
}

export async function peripheryCloud(
  options: Omit<TestCloudOptions, "declarations"> = {},
): Promise<PeripheryCloud> {
  let periphery: PeripheryParts | null = null;
  let store: NovaStore | null = null;
  const api: ServiceDeclaration = {
    window: "n-api",
    program: "nova-api",
    project: "nova",
    summary: "",
    catalog: [],
    requires: ["key"],
    sections: [novaSection, flavorSection, quotaSection, serviceSection, metadataSection],
    policies: [...BASE, ...peripheryPolicies],
    migrations,
    logFile: "nova/nova-api.log",
    create(context) {
      const service: Service = {
        async start() {
          // The bus's table must be there before the server's statements are prepared.
          void context.bus;
          periphery = makePeriphery(context);
          store = new NovaStore(context.db);
          periphery.prepare();
          service.app = createApi({
            context,
            routes: peripheryRoutes(context, periphery),
            fault,
            rewrite: withoutVersion,
            requestIdHeaders: ["x-openstack-request-id", "x-compute-request-id"],
            microversions: {
              service: "compute",
              legacyHeader: "x-openstack-nova-api-version",
              major: 2,
              min: 1,
              max: 93,
            },
          });
        },
        async stop() {},
      };
      return service;
    },
  };
  const cloud = await testCloud({ ...options, declarations: [keystone, placement, api] });
  if (!periphery || !store) throw new Error("the compute API did not start");
  return Object.assign(cloud, { periphery, store });
}
