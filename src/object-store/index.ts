// The object store (swift): accounts, containers, objects.

import { cloudSection } from "../config/cloud.ts";
import type { Service, ServiceContext, ServiceDeclaration } from "../core/service.ts";
import { objectStoreApp } from "./app.ts";
import { IdleWatch } from "./body.ts";
import { objectStoreSection } from "./config.ts";
import { ContainerSync } from "./container-sync.ts";
import { expireObjects } from "./expirer.ts";
import { builtinFilters } from "./filters.ts";
import { makeObjectStore } from "./manager.ts";
import { migrations } from "./migrations/index.ts";
import { buildPipeline } from "./pipeline/build.ts";
import { proxyServer } from "./proxy/server.ts";
import { proxySettings } from "./proxy/settings.ts";
import { objectStorePublic } from "./public.ts";
import { publishedObjects } from "./published.ts";
import { reapAccounts } from "./reaper.ts";
import { Rounds } from "./rounds.ts";
import { objectMetrics } from "./store/metrics.ts";
import { readRealms } from "./sync-realms.ts";

export const swift: ServiceDeclaration = {
  window: "swift",
  program: "swift-proxy-server",
  project: "swift",
  summary: "Object store: accounts, containers and objects, over Swift's API.",
  ports: [8080],
  mount: "/object-store",
  foreignContent: true,
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
  const stopping: (() => Promise<void>)[] = [];
  const service: Service = {
    metrics: () => objectMetrics(context.db),
    async start() {
      const log = context.log.child("proxy-server");
      const settings = context.config(objectStoreSection);
      const made = makeObjectStore(context, log, settings);
      const { platform, commits, changes, strays, auditor, settled } = made;
      const { objects } = platform;
      stopping.push(async () => made.stopWatch());
      const pipeline = await buildPipeline({
        platform,
        builtins: builtinFilters,
        names: settings.SWIFT_PIPELINE.split(/[\s,]+/).filter((name) => name !== ""),
        proxy: proxyServer,
        pluginFolder: context.paths.at("plugins"),
        hostAddress: context.config(cloudSection).HOST_IP,
      });
      stopping.push(async () => pipeline.stop());
      log.info(null, `Pipeline is "${pipeline.names.join(" ")}"`);
      const conf = new Map(platform.options("proxy-server.conf").get("app:proxy-server") ?? []);
      const idle = new IdleWatch({
        nowMs: () => context.clock.now(),
        limitSeconds: proxySettings(conf).clientTimeout,
      });
      idle.start((ms, task) => context.clock.every(ms, task));
      const sync = new ContainerSync({
        clock: context.clock,
        ids: context.ids,
        log: log.child("container-sync"),
        realms: readRealms(platform.options("container-sync-realms.conf")),
        objects,
        changes,
        commits,
      });
      const reaperParts = { containers: platform.containers, objects, log: log.child("account-reaper") };
      const expirerLog = log.child("object-expirer");
      const every = (seconds: number, round: (signal: AbortSignal) => Promise<unknown>) =>
        new Rounds(context.clock, seconds, round);
      const background = [
        every(settings.SWIFT_EXPIRER_INTERVAL, (signal) => expireObjects(objects, expirerLog, signal)),
        every(settings.SWIFT_SYNC_INTERVAL, (signal) => sync.run(signal)),
        every(settings.SWIFT_REAPER_INTERVAL, (signal) => reapAccounts(reaperParts, signal)),
        every(settings.SWIFT_AUDIT_INTERVAL, (signal) => auditor.pass(signal)),
      ];
      const sweep = objects
        .sweep(strays)
        .catch((error) => log.error(null, "removing stray files failed", error));
      stopping.push(
        async () => idle.stop(),
        ...background.map((rounds) => () => rounds.stop()),
        () => sweep,
        settled,
      );
      service.app = objectStoreApp({
        pipeline: pipeline.app,
        idle,
        nowMs: () => context.clock.now(),
        onError: (error) => log.error(null, "sending an answer failed", error),
        onAnswer: (method, status, seconds) => context.countAnswer(method, status, seconds),
      });
      const withdraw = context.peers.provide(objectStorePublic, publishedObjects(platform));
      stopping.unshift(async () => withdraw());
    },
    async stop() {
      for (const step of stopping.splice(0)) await step();
    },
  };
  return service;
}
