// What is registered at the first start, after the service answers: nothing here delays it.

import { adminContext } from "../../core/context.ts";
import { messageOf } from "../../core/errors.ts";
import type { ServiceContext } from "../../core/service.ts";
import { identityPublic } from "../../identity/public.ts";
import { imageSection } from "../config.ts";
import type { Glance } from "../manager.ts";
import { findGuestFolder, registerGuest } from "./guest.ts";
import { Registrar } from "./registrar.ts";
import { registerUrls } from "./urls.ts";

export interface InitialImages {
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

/** Begins with the next turn of the event loop. */
export function registerInitialImages(context: ServiceContext, glance: Glance): InitialImages {
  const stopping = new AbortController();
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  setImmediate(() => {
    if (stopping.signal.aborted) end();
    else run(context, glance, stopping.signal).then(end, end);
  });
  return {
    stop() {
      stopping.abort(new Error("the service is being stopped"));
      return ended;
    },
  };
}

async function run(context: ServiceContext, glance: Glance, signal: AbortSignal): Promise<void> {
  const { log, ids, peers, paths } = context;
  const config = context.config(imageSection);
  const folder = findGuestFolder(config.GUEST_IMAGE_DIR, paths.root);
  if (folder === null && config.IMAGE_URLS.length === 0) return;
  const identity = peers.find(identityPublic);
  const owner = identity?.projectIds().find((id) => identity.project(id)?.name === "admin") ?? null;
  const registrar = new Registrar({ ...glance, log, context: adminContext(ids.requestId()), owner });
  if (folder !== null) {
    await registerGuest(folder, registrar).catch((error) => {
      if (!signal.aborted)
        log.warning(null, `The guest image in ${folder} is not registered: ${messageOf(error)}`);
    });
  }
  await registerUrls(config.IMAGE_URLS, { registrar, staging: glance.staging, log, signal });
}
