// nova-network: keeps the addresses and plumbs them. It also stands for Neutron's agents on this host.

import { reportProgram } from "../compute/public.ts";
import type { Service, ServiceContext } from "../core/service.ts";
import { identityPublic } from "../identity/public.ts";
import { bootstrap } from "./bootstrap.ts";
import { Engine } from "./engine/engine.ts";
import { makeEngine, whyUnplumbed } from "./engine/make.ts";
import { type NetworkEngine, networkEngine } from "./engine/public.ts";
import { HostTools } from "./engine/tools.ts";
import { unplumbedEngine } from "./engine/unplumbed.ts";
import { makeNetwork, type NetworkParts, networkParts } from "./parts.ts";
import { networkPublic } from "./public.ts";
import { publicOf } from "./publish.ts";
import { healAfterForeignWrite } from "./store/heal.ts";

const HEARTBEAT_MS = 30_000;
/** How soon a statement that somebody gave to the database by hand is noticed. */
const WATCH_MS = 1000;

export function createNovaNetwork(context: ServiceContext): Service {
  let ending: (() => void)[] = [];
  let engine: NetworkEngine = unplumbedEngine("the service has not started");
  const service: Service = {
    async start() {
      const parts = makeNetwork(context);
      const tools = new HostTools();
      const reason = whyUnplumbed(context, tools);
      parts.agents.register();
      firstStart(context, parts);
      parts.dhcpPorts.ensureAll();
      logHealed(context, parts);
      // The host is made ready beside the other services' start; whoever plugs a server in waits for it.
      if (reason === null) engine = startEngine(makeEngine(context, parts.store, tools));
      else {
        engine = unplumbedEngine(reason);
        context.log.warning(null, `Nothing is plumbed: ${reason}`);
      }
      ending = [
        context.clock.every(HEARTBEAT_MS, () => parts.agents.beat()),
        watchDatabase(context, parts, () => engine.changed()),
        context.peers.provide(networkEngine, engine),
        context.peers.provide(networkPublic, publicOf(parts, engine)),
        context.peers.provide(networkParts, parts),
      ];
      // Where there is a Network API nova-network is not one of Nova's services: nobody expects it in the table.
      const { endpoints } = context;
      if (endpoints.base("n-api") !== null && endpoints.base("q-svc") === null) {
        ending.push(await reportProgram(context, "network"));
      }
    },
    async stop() {
      for (const step of ending.splice(0).reverse()) step();
      if (engine instanceof Engine) await engine.stop();
    },
    async check() {
      return engine instanceof Engine ? engine.failure() : null;
    },
    note() {
      const reason = engine.unplumbed();
      return reason === null ? null : `nothing is plumbed: ${reason}`;
    },
  };
  return service;
}

function startEngine(engine: Engine): Engine {
  engine.start();
  return engine;
}

/** Makes the first networks once the identity service can say whose they are. */
export function firstStart(context: ServiceContext, parts: NetworkParts): void {
  const identity = context.peers.get(identityPublic);
  const admin = identity.projectIds().find((id) => identity.project(id)?.name === "admin");
  const made = bootstrap(parts, {
    requestId: context.ids.requestId(),
    adminProjectId: admin ?? "",
  });
  if (made) context.log.info(null, "Created the private and the external network");
}

/** Honours what was written to the tables by hand. */
function watchDatabase(context: ServiceContext, parts: NetworkParts, changed: () => void): () => void {
  let seen = context.db.foreignVersion();
  return context.clock.every(WATCH_MS, () => {
    const now = context.db.foreignVersion();
    if (now === seen) return;
    seen = now;
    logHealed(context, parts);
    changed();
  });
}

function logHealed(context: ServiceContext, parts: NetworkParts): void {
  for (const line of healAfterForeignWrite(parts.store.db)) context.log.warning(null, `Put right: ${line}`);
}
