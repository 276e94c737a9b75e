// What a backup remembers of its volume besides the data, and what a restore gives back of it. Authority: cinder/backup/
// driver.py (BackupMetadataAPI, version 2) of Zed.

import type { Cinder } from "../cinder.ts";
import type { Pairs } from "../store/pairs.ts";
import type { VolumeRow } from "../tables.ts";

const VERSION = 2;
const BASE = "volume-base-metadata";
const METADATA = "volume-metadata";
const IMAGE = "volume-glance-metadata";
const AUTO_CREATED = "restore_backup_";

export function describeVolume({ store }: Cinder, volume: VolumeRow): string {
  const metadata = store.volumes.metadata.of(volume.id);
  const image = store.volumes.imageMetadata.of(volume.id);
  const isEmpty = (pairs: Pairs) => Object.keys(pairs).length === 0;
  return JSON.stringify({
    version: VERSION,
    [BASE]: volume,
    ...(isEmpty(metadata) ? {} : { [METADATA]: metadata }),
    ...(isEmpty(image) ? {} : { [IMAGE]: image }),
  });
}

/** Within a transaction. What cannot be read is left: the data are what counts. */
export function restoreDescription({ store, log }: Cinder, volumeId: string, text: string): void {
  let given: Record<string, unknown>;
  try {
    given = JSON.parse(text) as Record<string, unknown>;
  } catch {
    log.warning(null, `volume ${volumeId}: what its backup says of the volume cannot be read`);
    return;
  }
  const volume = store.volumes.get(volumeId);
  if (!volume || typeof given !== "object" || given === null) return;
  const base = pairsOf(given[BASE]);
  const name = base?.["display_name"];
  const auto = !volume.display_name || volume.display_name.startsWith(AUTO_CREATED);
  if (name && auto) {
    store.volumes.update(volumeId, {
      display_name: name,
      display_description: base["display_description"] ?? null,
    });
  }
  const metadata = pairsOf(given[METADATA]);
  if (metadata) store.volumes.metadata.replace(volumeId, metadata);
  const image = pairsOf(given[IMAGE]);
  if (image) {
    store.volumes.imageMetadata.replace(volumeId, image);
    store.volumes.update(volumeId, { bootable: true });
  }
}

/** Its texts; null for what is no object. */
function pairsOf(value: unknown): Pairs | null {
  if (typeof value !== "object" || value === null) return null;
  const texts = Object.entries(value).filter(([, each]) => typeof each === "string");
  return Object.fromEntries(texts) as Pairs;
}
