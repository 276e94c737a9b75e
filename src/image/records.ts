// An image as the service works with it: its row with properties, tags and locations.

import type { ImageRow } from "./tables.ts";

export interface ImageLocation {
  /** Null while it is not stored yet. */
  id: number | null;
  url: string;
  metadata: Record<string, unknown>;
  status: string;
}

/** Never changed in place: records are shared by everyone who asks, as long as the database stays as it is. */
export interface ImageRecord {
  readonly row: Readonly<ImageRow>;
  readonly properties: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  /** Active ones, in order. */
  readonly locations: readonly ImageLocation[];
}

/** Names that Glance keeps for itself: `os_glance_import_task`, `os_glance_failed_import`, ... (glance/api/common.py) */
export const RESERVED_NAMESPACE = "os_glance";

export function storesOf(record: ImageRecord): string[] {
  return record.locations
    .map((location) => location.metadata["store"])
    .filter((name) => typeof name === "string");
}
