// A cloud with the compute API and no hosts, whose parts beside the servers a test may reach into.

import { novaApi } from "../compute/index.ts";
import { makePeriphery, type PeripheryParts } from "../compute/make-periphery.ts";
import { NovaStore } from "../compute/store.ts";
import type { ServiceContext } from "../core/service.ts";
import { keystone } from "../identity/index.ts";
import { placement } from "../placement/index.ts";
import { type TestCloud, type TestCloudOptions, testCloud } from "./cloud.ts";

export interface PeripheryCloud extends TestCloud {
  /** Of the test, over the same database and memory. */
  periphery: PeripheryParts;
  store: NovaStore;
}

export async function peripheryCloud(
  options: Omit<TestCloudOptions, "declarations"> = {},
): Promise<PeripheryCloud> {
  let seen: ServiceContext | null = null;
  const api: typeof novaApi = {
    ...novaApi,
    create(context) {
      seen = context;
      return novaApi.create(context);
    },
  };
  const cloud = await testCloud({ ...options, declarations: [keystone, placement, api] });
  if (!seen) throw new Error("the compute API did not start");
  const context: ServiceContext = seen;
  return Object.assign(cloud, { periphery: makePeriphery(context), store: new NovaStore(context.db) });
}
