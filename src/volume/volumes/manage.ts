// Existing storage of a back end is taken in as a volume, or as a snapshot of one. Authority: cinder/volume/api.py
// (manage_existing, manage_existing_snapshot, get_manageable_volumes) and cinder/volume/flows/api/manage_existing.py of Zed.

import type { Caller } from "../access.ts";
import type { Manageable } from "../backend/manage.ts";
import type { Cinder } from "../cinder.ts";
import { InvalidInput, InvalidVolume, ServiceNotFound, ServiceNotReady } from "../errors.ts";
import { InvalidVolumeType } from "../errors-types.ts";
import { checkMetadata } from "../metadata-rules.ts";
import { insertSnapshot } from "../snapshots.ts";
import type { VolumeTypeRecord } from "../store/types.ts";
import type { ServiceRow, SnapshotRow, VolumeRow } from "../tables.ts";
import {
  backendOf,
  type ManageArgs,
  type ManageSnapshotArgs,
  SCHEDULER_TOPIC,
  VOLUME_BINARY,
} from "../topics.ts";
import { askBackend } from "./ask.ts";

const OUR_NAME = /^volume-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** @throws ServiceNotFound; InvalidInput when it is disabled or down */
function serviceOf(cinder: Cinder, host: string): ServiceRow {
  const service = cinder.services.store.find(VOLUME_BINARY, backendOf(host));
  if (!service) throw new ServiceNotFound(VOLUME_BINARY, backendOf(host));
  if (service.disabled) {
    cinder.log.error(null, `Unable to manage existing volume on a disabled service: ${host}`);
    throw new ServiceNotReady();
  }
  if (!cinder.services.isUp(service)) throw new ServiceNotReady();
  return service;
}

export interface ManageRequest {
  host: string;
  ref: Record<string, unknown> | string;
  name: string | null;
  description: string | null;
  type: VolumeTypeRecord;
  metadata: Record<string, string>;
  availabilityZone: string | null;
  bootable: boolean;
}

/** The volume is `managing`, and `creating` for whoever looks. */
export function manageVolume(cinder: Cinder, { context }: Caller, request: ManageRequest): VolumeRow {
  const { host, ref, type } = request;
  const name = typeof ref === "object" ? ref["source-name"] : undefined;
  const id = typeof name === "string" ? OUR_NAME.exec(name)?.[1] : undefined;
  if (id !== undefined && cinder.store.volumes.formatOfData(id) !== null) {
    throw new InvalidVolume("Unable to manage existing volume. The volume is already managed");
  }
  if (cinder.store.types.encryption(type.row.id)) {
    throw new InvalidVolumeType("Managing to an encrypted volume type is not supported.");
  }
  checkMetadata(request.metadata);
  const service = serviceOf(cinder, host);
  return cinder.transaction(() => {
    const projectId = context.projectId ?? "";
    // Its size is known once the back end has looked.
    cinder.quotas.check(projectId, cinder.quotas.volumeDeltas(type.row.id, 1, 0), {
      resource: "volumes",
      sizeGb: 0,
    });
    const row = cinder.store.volumes.insert(
      {
        id: cinder.newId(),
        user_id: context.userId,
        project_id: projectId,
        size: 0,
        status: "managing",
        attach_status: "detached",
        display_name: request.name,
        display_description: request.description,
        volume_type_id: type.row.id,
        availability_zone: request.availabilityZone ?? service.availability_zone,
        bootable: request.bootable,
        host,
      },
      request.metadata,
    );
    cinder.quotas.note(projectId);
    const args: ManageArgs = { volumeId: row.id, ref };
    cinder.context.bus.cast(context, SCHEDULER_TOPIC, "manage_existing", args);
    cinder.log.info(context, `Manage volume request issued successfully: volume ${row.id}`);
    return row;
  });
}

export function manageSnapshot(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  ref: Record<string, unknown> | string,
  facts: { name: string | null; description: string | null; metadata: Record<string, string> },
): SnapshotRow {
  serviceOf(cinder, volume.host ?? "");
  return cinder.transaction(() => {
    const row = insertSnapshot(cinder, caller, volume, { ...facts, force: true });
    const args: ManageSnapshotArgs = { snapshotId: row.id, ref };
    cinder.context.bus.cast(caller.context, SCHEDULER_TOPIC, "manage_existing_snapshot", args);
    return row;
  });
}

export interface ManageablePage {
  /** A reference as the API shows it. */
  marker: Record<string, string> | null;
  limit: number;
  offset: number;
  by: "reference" | "size";
  descending: boolean;
}

/** What a back end has, sorted and cut (cinder/volume/volume_utils.py, paginate_entries_list). */
export async function listManageable(
  cinder: Cinder,
  caller: Caller,
  host: string,
  what: "volumes" | "snapshots",
  page: ManageablePage,
): Promise<Manageable[]> {
  const service = serviceOf(cinder, host);
  const method = `get_manageable_${what}`;
  const found = await askBackend<Manageable[]>(cinder, caller, service.host, method, {});
  const key = (entry: Manageable) =>
    page.by === "size" ? entry.size : (entry.reference["source-name"] ?? "");
  const sign = page.descending ? -1 : 1;
  const sorted = found.sort((a, b) => (key(a) < key(b) ? -sign : key(a) > key(b) ? sign : 0));
  let start = 0;
  if (page.marker !== null) {
    const name = page.marker["source-name"];
    start = sorted.findIndex(({ reference }) => reference["source-name"] === name) + 1;
    if (start === 0) throw new InvalidInput(`marker not found: ${JSON.stringify(page.marker)}`);
  }
  return sorted.slice(start + page.offset, start + page.offset + page.limit);
}
