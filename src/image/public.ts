// What other services may ask the image service.

import type { RequestContext } from "../core/context.ts";
import { peerKey } from "../core/peers.ts";

export interface ImageInfo {
  id: string;
  name: string | null;
  /** `queued`, `saving`, `active`, `deactivated`, ... */
  status: string;
  visibility: "public" | "private" | "shared" | "community";
  owner: string | null;
  diskFormat: string | null;
  containerFormat: string | null;
  sizeBytes: number | null;
  virtualSizeBytes: number | null;
  /** MD5 of the data, hex. */
  checksum: string | null;
  minDiskGb: number;
  minRamMb: number;
  protected: boolean;
  tags: string[];
  /** Everything that is no base attribute: `kernel_id`, `hw_disk_bus`, `image_type`, ... */
  properties: Record<string, string>;
  createdAtMs: number;
  updatedAtMs: number;
}

export interface NewImage {
  name: string;
  diskFormat: string;
  containerFormat: string;
  visibility?: ImageInfo["visibility"];
  minDiskGb?: number;
  minRamMb?: number;
  properties?: Record<string, string>;
}

/** Visibility and policy are the caller's: an image it may not see does not exist. */
export interface ImagePublic {
  /** @throws ImageNotFound */
  show(context: RequestContext, id: string): ImageInfo;
  /** @param filter only those of one of these statuses */
  list(context: RequestContext, filter?: { statuses: readonly string[] }): ImageInfo[];
  /**
   * The file that holds the image's data; it never changes and is only unlinked, so an open descriptor stays good.
   * @throws ImageNotFound; Conflict when the image has no data or is deactivated
   */
  dataPath(context: RequestContext, id: string): string;
  /**
   * The same, after bringing the data onto this host when it lies elsewhere: in the object store, on the web.
   * @throws as dataPath, Unavailable when it cannot be fetched
   */
  fetch(context: RequestContext, id: string): Promise<string>;
  /** A queued image. @throws OverQuota, Forbidden */
  create(context: RequestContext, image: NewImage): ImageInfo;
  /** Data for a queued image: inspected, hashed, synced; the image is active afterwards or queued as before. */
  upload(context: RequestContext, id: string, data: AsyncIterable<Uint8Array>): Promise<ImageInfo>;
  /** Sets these custom properties, removes those that are null; the others stay. */
  setProperties(context: RequestContext, id: string, properties: Record<string, string | null>): ImageInfo;
  delete(context: RequestContext, id: string): void;
}

export const imagePublic = peerKey<ImagePublic>("g-api");
