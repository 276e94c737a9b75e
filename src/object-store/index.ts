// The object store (swift): accounts, containers, objects.

import { cloudSection } from "../config/cloud.ts";
import type { Service, ServiceContext, ServiceDeclaration } from "../core/service.ts";
import { objectStoreApp } from "./app.ts";
import { IdleWatch } from "./body.ts";
import { objectStoreSection } from "./config.ts";
import { ContainerSync } from "./container-sync.ts";
import { Expirer } from "./expirer.ts";
import { builtinFilters } from "./filters.ts";
import { makeObjectStore } from "./manager.ts";
import { migrations } from "./migrations/index.ts";
import { buildPipeline } from "./pipeline/build.ts";
import { proxyServer } from "./proxy/server.ts";
import { proxySettings } from "./proxy/settings.ts";
import { readRealms } from "./sync-realms.ts";

export const swift: ServiceDeclaration = {
  window: "swift",
  program: "swift-proxy-server",
  project: "swift",
  summary: "Object store: accounts, containers and objects, over Swift's API.",
  ports: [8080],
  mount: "/object-store",
  catalog: [
    {
      type: "object-store",
      name: "swift",
      description: "OpenStack Object Storage",
      path: "/v1/AUTH_$(project_id)s",
    },
  ],
  requires: ["key"],
  sections: [objectStoreSection],
  migrations,
  logFile: "swift/proxy.log",
  create,
};

function create(context: ServiceContext): Service {
  let stopping: (() => Promise<void>)[] = [];
  const service: Service = {
    async start() {
      const log = context.log.child("proxy-server");
      const settings = context.config(objectStoreSection);
      const { platform, commits, changes, strays, stopWatch } = makeObjectStore(context, log, settings);
      const pipeline = await buildPipeline({
        platform,
        builtins: builtinFilters,
        names: settings.SWIFT_PIPELINE.split(/[\s,]+/).filter((name) => name !== ""),
        proxy: proxyServer,
        pluginFolder: context.paths.at("plugins"),
        hostAddress: context.config(cloudSection).HOST_IP,
      });
      log.info(null, `Pipeline is "${pipeline.names.join(" ")}"`);
      const conf = new Map(platform.options("proxy-server.conf").get("app:proxy-server") ?? []);
      const idle = new IdleWatch({
        nowMs: () => context.clock.now(),
        limitSeconds: proxySettings(conf).clientTimeout,
      });
      idle.start((ms, task) => context.clock.every(ms, task));
      const expirer = new Expirer(platform.objects, log.child("object-expirer"));
      expirer.start(context.clock, settings.SWIFT_EXPIRER_INTERVAL);
      const sync = new ContainerSync({
        clock: context.clock,
        ids: context.ids,
        log: log.child("container-sync"),
        realms: readRealms(platform.options("container-sync-realms.conf")),
        objects: platform.objects,
        changes,
        commits,
      });
      sync.start(settings.SWIFT_SYNC_INTERVAL);
      const sweep = platform.objects
        .sweep(strays)
        .catch((error) => log.error(null, "removing stray files failed", error));
      stopping = [
        async () => idle.stop(),
        async () => stopWatch(),
        () => expirer.stop(),
        () => sync.stop(),
        () => sweep,
        () => commits.settled(),
      ];
      service.app = objectStoreApp({
        pipeline: pipeline.app,
        idle,
        nowMs: () => context.clock.now(),
        onError: (error) => log.error(null, "sending an answer failed", error),
      });
    },
    async stop() {
      for (const step of stopping.splice(0)) await step();
    },
  };
  return service;
}
