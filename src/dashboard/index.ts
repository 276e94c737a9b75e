// The dashboard (horizon): the cloud in a browser, on the cloud's web port.

import type { LogFollower } from "../core/log-follow.ts";
import type { Service, ServiceContext, ServiceDeclaration } from "../core/service.ts";
import { dashboardApp } from "./api/app.ts";
import { IdentityClient } from "./identity-client.ts";
import { policies } from "./policies.ts";
import { Sessions } from "./sessions.ts";
import { SignIn } from "./sign-in.ts";
import { MOUNT } from "./wire.ts";

export const horizon: ServiceDeclaration = {
  window: "horizon",
  program: "openstack-dashboard",
  project: "horizon",
  summary: "Dashboard: the cloud in a browser.",
  mount: MOUNT,
  requires: ["key"],
  sections: [],
  policies,
  logFile: "horizon/horizon.log",
  create,
};

const SECRET_BYTES = 32;

function create(context: ServiceContext): Service {
  const followers = new Set<LogFollower>();
  const service: Service = {
    async start() {
      service.app = dashboardApp({
        context,
        sessions: new Sessions(context.secrets.named("horizon", SECRET_BYTES), MOUNT),
        signing: new SignIn(new IdentityClient(context.peers)),
        followers,
      });
    },
    async stop() {
      for (const follower of followers) follower.end();
    },
  };
  return service;
}
