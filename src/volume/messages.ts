// User messages: why something ended in error, for those who cannot read the logs. Authority: cinder/message/api.py and
// message_field.py of Zed.

import { and, gt, isNull, or } from "drizzle-orm";
import type { RequestContext } from "../core/context.ts";
import type { ServiceContext } from "../core/service.ts";
import { toMoment } from "./moments.ts";
import type { CinderStore } from "./store/index.ts";
import { messages } from "./tables-more.ts";

export const ACTIONS = {
  scheduleAllocateVolume: ["001", "schedule allocate volume"],
  attachVolume: ["002", "attach volume"],
  copyVolumeToImage: ["003", "copy volume to image"],
  updateAttachment: ["004", "update attachment"],
  copyImageToVolume: ["005", "copy image to volume"],
  unmanageVolume: ["006", "unmanage volume"],
  extendVolume: ["007", "extend volume"],
  createVolumeFromBackend: ["008", "create volume from backend storage"],
  snapshotCreate: ["009", "create snapshot"],
  snapshotDelete: ["010", "delete snapshot"],
  snapshotUpdate: ["011", "update snapshot"],
  snapshotMetadataUpdate: ["012", "update snapshot metadata"],
  backupCreate: ["013", "create backup"],
  backupDelete: ["014", "delete backup"],
  backupRestore: ["015", "restore backup"],
  reimageVolume: ["016", "reimage volume"],
} as const;

export const DETAILS = {
  unknownError: ["001", "An unknown error occurred."],
  driverNotInitialized: ["002", "Driver is not initialized at present."],
  noBackendAvailable: ["003", "Could not find any available weighted backend."],
  failedToUploadVolume: ["004", "Failed to upload volume to image at backend."],
  attachModeInvalid: ["005", "Volume's attach mode is invalid."],
  quotaExceeded: ["006", "Not enough quota resource for operation."],
  notEnoughSpaceForImage: ["007", "Image used for creating volume exceeds available space."],
  notifyComputeFailed: ["009", "Compute service failed to extend volume."],
  driverFailedExtend: ["010", "Volume Driver failed to extend volume."],
  driverFailedCreate: ["012", "Driver failed to create the volume."],
  snapshotCreateError: ["013", "Snapshot failed to create."],
  snapshotDeleteError: ["016", "Snapshot failed to delete."],
  backupServiceDown: ["018", "Backup service is down."],
  backupCreateDriverError: ["020", "Backup driver failed to create backup."],
  attachError: ["021", "Failed to attach volume."],
  backupScheduleError: ["024", "Backup failed to schedule. Service not found for creating backup."],
  backupDeleteDriverError: ["025", "Backup driver failed to delete backup."],
  backupRestoreDriverError: ["026", "Backup driver failed to restore backup."],
  reimageFailed: ["028", "Compute service failed to reimage volume."],
} as const;

export type Action = keyof typeof ACTIONS;
export type Detail = keyof typeof DETAILS;
export type MessageResource = "VOLUME" | "VOLUME_SNAPSHOT" | "VOLUME_BACKUP";

export class Messages {
  #context: ServiceContext;
  #store: CinderStore;
  #ttlSeconds: number;

  constructor(context: ServiceContext, store: CinderStore, ttlSeconds: number) {
    this.#context = context;
    this.#store = store;
    this.#ttlSeconds = ttlSeconds;
  }

  create(
    context: RequestContext,
    resource: { type: MessageResource; uuid: string; projectId: string | null },
    action: Action,
    detail: Detail,
  ): void {
    const { clock, ids } = this.#context;
    const [actionId] = ACTIONS[action];
    const [detailId] = DETAILS[detail];
    this.#store.messages.insert({
      id: ids.uuid(),
      project_id: resource.projectId ?? context.projectId ?? "",
      request_id: context.requestId,
      resource_type: resource.type,
      resource_uuid: resource.uuid,
      action_id: actionId,
      detail_id: detailId,
      message_level: "ERROR",
      event_id: `VOLUME_${resource.type}_${actionId}_${detailId}`,
      expires_at: toMoment(clock.now() + this.#ttlSeconds * 1000),
    });
  }

  /** Condition on messages: not yet expired. */
  current() {
    return and(or(isNull(messages.expires_at), gt(messages.expires_at, toMoment(this.#context.clock.now()))));
  }
}

const ACTION_TEXTS = new Map<string, string>(Object.values(ACTIONS).map(([id, text]) => [id, text]));
const DETAIL_TEXTS = new Map<string, string>(Object.values(DETAILS).map(([id, text]) => [id, text]));

/** `schedule allocate volume:Could not find any available weighted backend.` */
export function messageText(actionId: string | null, detailId: string | null): string {
  const action = ACTION_TEXTS.get(actionId ?? "") ?? "unknown action";
  return `${action}:${DETAIL_TEXTS.get(detailId ?? "") ?? DETAILS.unknownError[1]}`;
}
