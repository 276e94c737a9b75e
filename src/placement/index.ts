// The placement service: what every host has, what is taken of it, and which hosts have room.

import type { Service, ServiceContext, ServiceDeclaration } from "../core/service.ts";
import { placementApi } from "./api/index.ts";
import { placementSection } from "./config.ts";
import { placementInside } from "./inside.ts";
import { makePlacement } from "./manager.ts";
import { migrations } from "./migrations/index.ts";
import { policies } from "./policies.ts";
import { placementPublic } from "./public.ts";

export const placement: ServiceDeclaration = {
  window: "placement-api",
  program: "placement-api",
  project: "placement",
  summary: "Placement: inventories, allocations and allocation candidates.",
  ports: [8778],
  mount: "/placement",
  catalog: [{ type: "placement", name: "placement", description: "OpenStack Placement", path: "" }],
  requires: ["key"],
  sections: [placementSection],
  policies,
  migrations,
  logFile: "placement/placement-api.log",
  create,
};

function create(context: ServiceContext): Service {
  let withdraw: (() => void) | null = null;
  const service: Service = {
    async start() {
      const parts = makePlacement(context);
      parts.names.ensureStandards();
      service.app = placementApi(context, parts);
      withdraw = context.peers.provide(placementPublic, placementInside(parts));
    },
    async stop() {
      withdraw?.();
      withdraw = null;
    },
  };
  return service;
}
