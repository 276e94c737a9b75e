// What may be asked of an import, and when. Authority: `import_image` in glance/api/v2/images.py of Zed.

import { Conflict, Invalid } from "../core/errors.ts";
import { isUuidLike } from "../core/ids.ts";
import { UnknownStore } from "./errors.ts";
import { type ImageRecord, storesOf } from "./records.ts";
import type { Stores } from "./stores/registry.ts";

export const IMPORT_METHODS = ["glance-direct", "web-download", "copy-image", "glance-download"] as const;
export type ImportMethod = (typeof IMPORT_METHODS)[number];

export interface ImportRequest {
  method: { name: ImportMethod; uri?: unknown; [more: string]: unknown };
  all_stores?: boolean;
  all_stores_must_succeed?: boolean;
  stores?: string[];
  [more: string]: unknown;
}

export interface ImportInput {
  image_id: string;
  import_req: ImportRequest;
  /** Names of the stores the data goes to. */
  backend: string[];
}

/**
 * Names of the stores the data goes to.
 * @param headerStore `X-Image-Meta-Store`
 * @throws Conflict, Invalid
 */
export function importTargets(
  stores: Stores,
  image: ImageRecord,
  request: ImportRequest,
  headerStore: string | null,
): string[] {
  const present = storesOf(image);
  const copying = request.method.name === "copy-image";
  if (request.all_stores) {
    if (request.stores !== undefined || headerStore !== null) {
      throw new Invalid(
        "All_stores parameter can't be used with x-image-meta-store header or stores parameter",
      );
    }
    return stores
      .writable()
      .map(({ id }) => id)
      .filter((id) => !(copying && present.includes(id)));
  }
  if (request.stores !== undefined && headerStore !== null) {
    throw new Invalid("Stores parameter and x-image-meta-store header can't be both specified");
  }
  const wanted = request.stores ?? [headerStore ?? stores.defaultStore.id];
  for (const id of wanted) {
    try {
      stores.forUpload(id);
    } catch (error) {
      throw error instanceof UnknownStore ? new Conflict(error.message) : error;
    }
  }
  const already = copying ? wanted.find((id) => present.includes(id)) : undefined;
  if (already !== undefined) throw new Invalid(`Image is already present at store '${already}'`);
  return [...new Set(wanted)];
}

/** @throws Conflict when the image is in no state for this method; Invalid */
export function requireReady({ row }: ImageRecord, request: ImportRequest): void {
  const method = request.method.name;
  const { status } = row;
  if (status === "active" && method !== "copy-image") {
    throw new Conflict("Image with status active cannot be target for import");
  }
  if (status !== "active" && method === "copy-image") {
    throw new Conflict("Only images with status active can be targeted for copying");
  }
  if (status !== "queued" && (method === "web-download" || method === "glance-download")) {
    throw new Conflict(`Image needs to be in 'queued' state to use '${method}' method`);
  }
  if (status !== "uploading" && method === "glance-direct") {
    throw new Conflict("Image needs to be staged before 'glance-direct' method can be used");
  }
  if (!row.container_format) throw new Conflict("'container_format' needs to be set before import");
  if (!row.disk_format) throw new Conflict("'disk_format' needs to be set before import");
  if (method === "glance-download") requireSource(request.method);
}

function requireSource(method: ImportRequest["method"]): void {
  for (const name of ["glance_region", "glance_image_id"]) {
    if (!(name in method)) throw new Invalid(`'${name}' needs to be set for glance-download import method`);
  }
  if (!isUuidLike(method["glance_image_id"])) {
    throw new Invalid(`Remote image id does not look like a UUID: ${method["glance_image_id"]}`);
  }
}
