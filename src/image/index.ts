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
    async start() {
      glance = makeGlance(context);
      glance.data.recover();
      glance.imports.start();
      service.app = glanceApi(context, glance);
      withdraw = context.peers.provide(imagePublic, publishedImages(glance, context.policy));
      initial = registerInitialImages(context, glance);
    },
    async stop() {
      withdraw?.();
      withdraw = null;
      const registering = initial?.stop();
      await glance?.imports.stop();
      await glance?.data.stop();
      await registering;
      for (const worker of glance?.hashWorkers ?? []) worker.stop();
    },
  };
  return service;
}
