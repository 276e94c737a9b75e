// `copy_from`: the data of an image is fetched from an address after the call has been answered. The message is durable:
// a copy that was cut short begins again, and one that cannot be made kills the image. Authority: `_upload_and_activate`
// in glance/api/v1/images.py of Ocata.

import type { Bus, Delivery, Subscription } from "../../core/bus.ts";
import type { Clock } from "../../core/clock.ts";
import type { RequestContext } from "../../core/context.ts";
import { messageOf } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import { systemCaller } from "../access.ts";
import type { ImageData } from "../data.ts";
import type { ExternalAddresses } from "../external.ts";
import type { ImageStore } from "../store.ts";

export const COPY_TOPIC = "glance-copy-from";
export const COPY_METHOD = "copy_from";
/** glance.api.common.get_thread_pool: copy_from_eventlet_pool's size */
const CONCURRENCY = 16;

export interface CopyFromParts {
  store: ImageStore;
  data: ImageData;
  external: ExternalAddresses;
  bus: Bus;
  clock: Clock;
  log: Logger;
}

interface CopyArgs {
  imageId: string;
  uri: string;
  store?: string | null;
}

export class CopyFrom {
  #parts: CopyFromParts;
  #subscription: Subscription | null = null;

  constructor(parts: CopyFromParts) {
    this.#parts = parts;
  }

  start(): void {
    const copy = (context: RequestContext, args: CopyArgs, delivery: Delivery) =>
      this.#copy(context, args, delivery);
    this.#subscription = this.#parts.bus.consume(COPY_TOPIC, {
      handlers: { [COPY_METHOD]: copy },
      concurrency: CONCURRENCY,
    });
  }

  /** What is in hand is left as it is, to be taken up again. */
  async stop(): Promise<void> {
    await this.#subscription?.stop(0);
    this.#subscription = null;
  }

  async #copy(context: RequestContext, args: CopyArgs, delivery: Delivery): Promise<void> {
    const { store, data, external, clock, log } = this.#parts;
    const { imageId, uri } = args;
    if (store.image(imageId)?.row.status !== "queued") return; // done, killed or deleted meanwhile
    try {
      const remote = await external.open(uri, delivery.signal);
      const keep = { onFailure: "queued" as const, checksum: null };
      const caller = systemCaller(context);
      await data.upload(caller, imageId, remote.data, remote.sizeBytes, args.store ?? null, keep);
    } catch (error) {
      if (delivery.signal.aborted) return;
      log.error(
        context,
        `Copy from external source '${uri}' failed for image: ${imageId}: ${messageOf(error)}`,
      );
      store.update(imageId, { status: "killed" }, clock.now(), "queued");
    }
  }
}
