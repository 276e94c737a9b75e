// What the API shows of volumes. Authority: cinder/api/v2/views/volumes.py, cinder/api/v3/views/volumes.py and the
// volume_*_attribute extensions of cinder/api/contrib.

import type { Call } from "../../http/call.ts";
import { targetOf } from "../access.ts";
import type { Cinder } from "../cinder.ts";
import { LEGACY_TYPE } from "../groups/legacy.ts";
import { shownMoment } from "../moments.ts";
import { shownVolumeStatus } from "../states.ts";
import type { VolumeRecord } from "../store/volumes.ts";
import type { AttachmentRow, VolumeRow } from "../tables.ts";
import type { Json } from "./bodies.ts";
import { resourceLinks } from "./paths.ts";

const VISIBLE_ADMIN_METADATA = ["readonly", "attached_mode"];

export function volumeSummary(call: Call, row: VolumeRow): Json {
  return { id: row.id, name: row.display_name, links: resourceLinks(call, "volumes", row.id) };
}

/** What of a view depends on the caller alone. */
export interface VolumeViewer {
  isAdmin: boolean;
  host: boolean;
  migration: boolean;
}

export function viewerOf(call: Call): VolumeViewer {
  return {
    isAdmin: call.context.isAdmin,
    host: call.allows("volume_extension:volume_host_attribute"),
    migration: call.allows("volume_extension:volume_mig_status_attribute"),
  };
}

export interface VolumeViewOptions {
  /** Answers of `show` and of lists have more than those of `create` and `update`. */
  extended: boolean;
  /** All answers but that of `create` show what the service has set. */
  adminMetadata?: boolean;
  viewer?: VolumeViewer;
}

export function volumeDetail(
  cinder: Cinder,
  call: Call,
  record: VolumeRecord,
  { extended, adminMetadata = extended, viewer = viewerOf(call) }: VolumeViewOptions,
): Json {
  const { row } = record;
  const { isAdmin } = viewer;
  const type = cinder.store.types.get(row.volume_type_id);
  const { minor } = call;
  const view: Json = {
    id: row.id,
    status: shownVolumeStatus(row.status),
    size: row.size,
    availability_zone: row.availability_zone,
    created_at: shownMoment(row.created_at),
    updated_at: shownMoment(row.updated_at),
    name: row.display_name,
    description: row.display_description,
    volume_type: type?.row.name ?? (minor >= 63 ? null : row.volume_type_id),
    snapshot_id: row.snapshot_id,
    source_volid: row.source_volid,
    metadata: adminMetadata ? shownMetadata(record) : record.metadata,
    links: resourceLinks(call, "volumes", row.id),
    user_id: row.user_id,
    bootable: String(row.bootable),
    encrypted: row.encryption_key_id !== null,
    replication_status: row.replication_status,
    consistencygroup_id: legacyGroup(cinder, row.group_id),
    multiattach: row.multiattach,
    attachments: record.attachments
      .filter(({ attach_status }) => attach_status === "attached")
      .map((attachment) => attachmentView(attachment, isAdmin)),
  };
  if (isAdmin) view["migration_status"] = row.migration_status;
  if (minor >= 13) view["group_id"] = row.group_id;
  if (isAdmin && minor >= 21) view["provider_id"] = row.provider_id;
  if (minor >= 48) {
    view["shared_targets"] = row.shared_targets;
    view["service_uuid"] = row.service_uuid;
  }
  if (isAdmin && minor >= 61) view["cluster_name"] = row.cluster_name;
  if (minor >= 63) view["volume_type_id"] = row.volume_type_id;
  if (minor >= 64 && row.encryption_key_id) view["encryption_key_id"] = row.encryption_key_id;
  if (minor >= 65) view["consumes_quota"] = row.use_quota;
  return extended ? { ...view, ...extension(call, record, viewer) } : view;
}

/** A group under its former name, when it is one of those. */
function legacyGroup({ store }: Cinder, groupId: string | null): string | null {
  const group = groupId === null ? null : store.groups.rows.get(groupId);
  const type = group && store.groups.types.get(group.group_type_id);
  return type?.name === LEGACY_TYPE ? groupId : null;
}

function extension(call: Call, { row, imageMetadata }: VolumeRecord, viewer: VolumeViewer): Json {
  const more: Json = {};
  if (call.allows("volume_extension:volume_tenant_attribute", targetOf(row))) {
    more["os-vol-tenant-attr:tenant_id"] = row.project_id;
  }
  if (viewer.host) more["os-vol-host-attr:host"] = row.host;
  if (viewer.migration) {
    more["os-vol-mig-status-attr:migstat"] = row.migration_status;
    more["os-vol-mig-status-attr:name_id"] = row._name_id;
  }
  const shown = call.allows("volume_extension:volume_image_metadata:show", targetOf(row));
  if (shown && Object.keys(imageMetadata).length > 0) more["volume_image_metadata"] = imageMetadata;
  return more;
}

/** The user's, and what of the service's own users may see. */
export function shownMetadata({ metadata, adminMetadata }: VolumeRecord): Json {
  const shown: Json = { ...metadata };
  for (const key of VISIBLE_ADMIN_METADATA) {
    const value = adminMetadata[key];
    if (value !== undefined) shown[key] = value;
  }
  return shown;
}

function attachmentView(attachment: AttachmentRow, isAdmin: boolean): Json {
  return {
    id: attachment.volume_id,
    attachment_id: attachment.id,
    volume_id: attachment.volume_id,
    server_id: attachment.instance_uuid,
    host_name: isAdmin ? attachment.attached_host : null,
    device: attachment.mountpoint,
    attached_at: shownMoment(attachment.attach_time),
  };
}
