// Where an import's data comes from: all but a copy goes through the staging area. Authority:
// glance/async_/flows/_internal_plugins of Zed.

import { existsSync } from "node:fs";
import type { Clock } from "../core/clock.ts";
import { pour } from "./buffers.ts";
import type { ImageData } from "./data.ts";
import type { ExternalAddresses } from "./external.ts";
import type { ImportInput } from "./import-request.ts";
import type { ImageStore } from "./store.ts";
import type { Task } from "./store-tasks.ts";
import type { FilesystemStore } from "./stores/filesystem.ts";

/** Properties that `glance-download` brings along (glance_download_properties). */
const COPIED_PROPERTIES = ["hw_", "trait:", "os_distro", "os_secure_boot", "os_type"];

export interface ImportSourcesParts {
  store: ImageStore;
  data: ImageData;
  staging: FilesystemStore;
  external: ExternalAddresses;
  clock: Clock;
  regionName: string;
}

export class ImportSources {
  #parts: ImportSourcesParts;

  constructor(parts: ImportSourcesParts) {
    this.#parts = parts;
  }

  /** Makes the data available as often as there are stores. */
  async open(
    id: string,
    task: Task,
    input: ImportInput,
    signal: AbortSignal,
  ): Promise<() => { data: AsyncIterable<Uint8Array>; sizeBytes: number }> {
    const { store, data, staging } = this.#parts;
    const method = input.import_req.method.name;
    if (method === "copy-image") {
      const content = data.contentOf(store.image(id)!);
      if (!content) throw new Error(`Image ${id} has no data`);
      return () => ({ data: content.read(0, content.sizeBytes), sizeBytes: content.sizeBytes });
    }
    if (method === "web-download") await this.#download(id, String(input.import_req.method.uri), signal);
    if (method === "glance-download") await this.#downloadImage(id, task, input);
    const path = staging.fileOf(id);
    if (!existsSync(path)) throw new Error(`There is no staged data of image ${id}`);
    const sizeBytes = Bun.file(path).size;
    return () => ({ data: staging.read(staging.urlOf(id), 0, sizeBytes), sizeBytes });
  }

  async #download(id: string, uri: string, signal: AbortSignal): Promise<void> {
    const { external } = this.#parts;
    const remote = await external.open(uri, signal);
    await this.#keep(id, remote.data, remote.sizeBytes);
  }

  /** From an image of this region: whatever another user could copy by hand. */
  async #downloadImage(id: string, task: Task, input: ImportInput): Promise<void> {
    const { store, data, regionName } = this.#parts;
    const { glance_region, glance_image_id, glance_service_interface } = input.import_req.method;
    const known = ["public", "internal", "admin"].includes(String(glance_service_interface ?? "public"));
    if (glance_region !== regionName || !known) {
      throw new Error(
        `${glance_service_interface} glance endpoint not found for region ${String(glance_region)}`,
      );
    }
    const source = store.image(String(glance_image_id));
    const { owner, visibility, status } = source?.row ?? {};
    const readable = owner === task.owner || visibility === "public" || visibility === "community";
    if (!source || !readable) throw new Error("HTTP Error 404: Not Found");
    if (status !== "active") throw new Error(`Source image status should be active instead of ${status}`);
    const content = data.contentOf(source);
    if (!content) throw new Error("HTTP Error 204: No Content");
    await this.#keep(id, content.read(0, content.sizeBytes), content.sizeBytes);
    const copied = Object.entries(source.properties).filter(([name]) =>
      COPIED_PROPERTIES.some((prefix) => name.startsWith(prefix)),
    );
    const { disk_format, container_format } = source.row;
    store.db.transaction(() => {
      store.update(id, { disk_format, container_format }, this.#parts.clock.now(), "importing");
      for (const [name, value] of copied) store.setProperty(id, name, value, this.#parts.clock.now());
    });
  }

  /** Puts data into the staging area. */
  async #keep(id: string, source: AsyncIterable<Uint8Array>, sizeBytes: number | null): Promise<void> {
    const { staging, data, store } = this.#parts;
    const room = data.room(store.image(id)?.row.owner ?? null, id, sizeBytes);
    const deposit = await staging.begin(id);
    let received = 0;
    try {
      const onChunk = (chunk: Uint8Array) => {
        received += chunk.length;
        room.check(received);
      };
      await pour(source, onChunk, ({ bytes }) => deposit.write(bytes));
      if (sizeBytes !== null && received !== sizeBytes) {
        throw new Error(`downloaded data size ${received} is different from expected ${sizeBytes}`);
      }
      await deposit.commit();
    } catch (error) {
      await deposit.abort();
      throw error;
    }
  }
}
