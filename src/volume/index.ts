// The block storage service (cinder): its API. The services behind it are in `scheduler/` and `backend/`.

import type { Service, ServiceContext, ServiceDeclaration } from "../core/service.ts";
import { volumeApi } from "./api/index.ts";
import { Cinder } from "./cinder.ts";
import { volumeSection } from "./config.ts";
import { legacyType } from "./groups/legacy.ts";
import { migrations } from "./migrations/index.ts";
import { policies } from "./policies.ts";
import { volumePublic } from "./public.ts";
import { publishedVolumes } from "./published.ts";
import { volumeMetrics } from "./store-metrics.ts";

export { cinderVolume } from "./backend/index.ts";
export { cinderBackup } from "./backup/index.ts";
export { cinderScheduler } from "./scheduler/index.ts";

export const cinderApi: ServiceDeclaration = {
  window: "c-api",
  program: "cinder-api",
  project: "cinder",
  summary: "Block storage: the API for volumes, snapshots and their types.",
  ports: [8776],
  mount: "/volume",
  catalog: [
    {
      type: "block-storage",
      name: "cinder",
      description: "Cinder Volume Service",
      path: "/v3/$(project_id)s",
    },
    {
      type: "volumev3",
      name: "cinderv3",
      description: "Cinder Volume Service V3",
      path: "/v3/$(project_id)s",
    },
    {
      type: "volumev2",
      name: "cinderv2",
      description: "Cinder Volume Service V2",
      path: "/v2/$(project_id)s",
    },
  ],
  requires: [],
  sections: [volumeSection],
  policies,
  migrations,
  logFile: "cinder/cinder-api.log",
  create,
};

function create(context: ServiceContext): Service {
  let withdraw: (() => void) | null = null;
  const service: Service = {
    async start() {
      const cinder = new Cinder(context);
      cinder.types.prepare();
      legacyType(cinder);
      service.app = volumeApi(context, cinder);
      withdraw = context.peers.provide(volumePublic, publishedVolumes(cinder, context.policy));
    },
    async stop() {
      withdraw?.();
      withdraw = null;
    },
    metrics: () => volumeMetrics(context.db),
  };
  return service;
}
