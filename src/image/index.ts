// The image service (glance): disk images and what is said of them.

import type { Service, ServiceContext, ServiceDeclaration } from "../core/service.ts";
import { glanceApi } from "./api/index.ts";
import { imageSection } from "./config.ts";
import { type InitialImages, registerInitialImages } from "./initial/index.ts";
import { type Glance, makeGlance } from "./manager.ts";
import { migrations } from "./migrations/index.ts";
import { policies } from "./policies.ts";
import { imagePublic } from "./public.ts";
import { publishedImages } from "./published.ts";
import { imageMetrics } from "./store-metrics.ts";

export const glanceApiService: ServiceDeclaration = {
  window: "g-api",
  program: "glance-api",
  project: "glance",
  summary: "Images: registration, upload, download, sharing, import.",
  ports: [9292],
  mount: "/image",
  catalog: [{ type: "image", name: "glance", description: "OpenStack Image", path: "" }],
  requires: ["key"],
  sections: [imageSection],
  policies,
  migrations,
  logFile: "glance/api.log",
  create,
};

function create(context: ServiceContext): Service {
  let glance: Glance | null = null;
  let initial: InitialImages | null = null;
  let withdraw: (() => void) | null = null;
  const service: Service = {
    metrics: () => imageMetrics(context.db),
    async start() {
      glance = makeGlance(context);
      glance.data.recover();
      const { store, data, cache } = glance;
      cache.start((id) => {
        const image = store.image(id);
        return image?.row.status === "active" ? data.storedContentOf(image) : null;
      });
      glance.imports.start();
      glance.legacyImport.start();
      glance.legacy?.copyFrom.start();
      service.app = glanceApi(context, glance);
      withdraw = context.peers.provide(imagePublic, publishedImages(glance, context.policy));
      initial = registerInitialImages(context, glance);
    },
    async stop() {
      withdraw?.();
      withdraw = null;
      const registering = initial?.stop();
      await Promise.all([
        glance?.imports.stop(),
        glance?.legacyImport.stop(),
        glance?.legacy?.copyFrom.stop(),
      ]);
      await glance?.data.stop();
      await glance?.cache.stop();
      await Promise.all(glance?.stores.writable().map((target) => target.settle?.()) ?? []);
      await registering;
      for (const worker of glance?.hashWorkers ?? []) worker.stop();
    },
  };
  return service;
}
