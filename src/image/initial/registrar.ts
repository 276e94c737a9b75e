// Images that the cloud registers by itself: the guest that was built for it and what IMAGE_URLS names. Public, owned by
// project admin. Each is noted with its image before its data comes in, so that a crash in between leaves one image to
// finish and not two, and an image that an administrator deleted stays deleted.

import type { RequestContext } from "../../core/context.ts";
import type { Logger } from "../../core/log.ts";
import { systemCaller } from "../access.ts";
import type { ImageData } from "../data.ts";
import type { Images } from "../images.ts";
import type { ImageStore } from "../store.ts";

export interface InitialImage {
  /** What tells it from every other one, for ever. */
  source: string;
  name: string;
  diskFormat: string;
  containerFormat: string;
  minRamMb?: number;
  minDiskGb?: number;
  properties?: Record<string, string>;
  sizeBytes: number;
  /** MD5 in hex, when it is known what it has to be. */
  md5?: string;
  /** Opened when it is needed. */
  data(): AsyncIterable<Uint8Array>;
}

export interface RegistrarParts {
  store: ImageStore;
  images: Images;
  data: ImageData;
  log: Logger;
  context: RequestContext;
  /** Project admin's id; null: nobody's. */
  owner: string | null;
}

export class Registrar {
  #parts: RegistrarParts;

  constructor(parts: RegistrarParts) {
    this.#parts = parts;
  }

  /** True when the image is there, or was and is not wanted any more. */
  isDone(source: string): boolean {
    const { store } = this.#parts;
    const id = store.registeredFrom(source);
    return id !== null && store.image(id)?.row.status !== "queued";
  }

  /**
   * Registers the image unless that was done before.
   * @returns its id; null when it was deleted since
   * @throws Error when its data cannot be read or is not what it has to be
   */
  async register(image: InitialImage): Promise<string | null> {
    const { store, data, log, context } = this.#parts;
    const caller = systemCaller(context);
    const id = store.registeredFrom(image.source) ?? this.#create(image);
    const found = store.image(id);
    if (found?.row.status !== "queued") return found ? id : null;
    const active = await data.upload(caller, id, image.data(), image.sizeBytes, null);
    if (image.md5 !== undefined && active.row.checksum !== image.md5) {
      this.#parts.images.delete(caller, id);
      throw new Error(`${image.name} has MD5 ${active.row.checksum}, not ${image.md5}`);
    }
    log.info(null, `Registered image ${image.name} as ${id}`);
    return id;
  }

  #create(image: InitialImage): string {
    const { store, images, context, owner } = this.#parts;
    return store.db.transaction(() => {
      const { row } = images.create(
        systemCaller(context),
        {
          name: image.name,
          visibility: "public",
          disk_format: image.diskFormat,
          container_format: image.containerFormat,
          min_ram: image.minRamMb ?? 0,
          min_disk: image.minDiskGb ?? 0,
          owner,
        },
        image.properties ?? {},
        [],
      );
      store.noteRegistered(image.source, row.id);
      return row.id;
    });
  }
}
