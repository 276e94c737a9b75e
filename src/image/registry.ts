// The registry's window (`g-reg`): until 2018 a process of its own held the images' rows, and the API asked it. Here the
// API reads them itself; for version 1 the window says what the registry would have said, and while it is stopped
// version 1 answers 503. Authority: glance/registry/api/v1 of Ocata.

import type { LogContext } from "../core/log.ts";
import { type PeerKey, peerKey } from "../core/peers.ts";
import type { Service, ServiceContext, ServiceDeclaration } from "../core/service.ts";
import { imageSection } from "./config.ts";

export interface Registry {
  say(context: LogContext | null, text: string): void;
}

const registry: PeerKey<Registry> = peerKey("g-reg");

export const glanceRegistryService: ServiceDeclaration = {
  window: "g-reg",
  program: "glance-registry",
  project: "glance",
  summary: "The registry of images of old, for version 1 of the Image API.",
  requires: ["key"],
  sections: [imageSection],
  enabledByDefault: (config) => config(imageSection).GLANCE_V1,
  logFile: "glance/registry.log",
  create,
};

function create(context: ServiceContext): Service {
  let withdraw: (() => void) | null = null;
  return {
    async start() {
      const log = context.log.child("glance.registry.api.v1.images");
      withdraw = context.peers.provide(registry, { say: (caller, text) => log.info(caller, text) });
    },
    async stop() {
      withdraw?.();
      withdraw = null;
    },
  };
}

/**
 * Finds the registry for each request of version 1. A cloud that was started without one does without.
 * @throws PeerUnavailable when it has been stopped
 */
export function registryFinder({ peers }: ServiceContext): () => Registry | null {
  const enabled = peers.find(registry) !== null;
  return () => (enabled ? peers.get(registry) : peers.find(registry));
}
