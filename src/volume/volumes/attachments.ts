// The attachments API: reserve, connect, complete, delete (3.27, 3.44). Authority: cinder/volume/api.py of Zed
// (attachment_create, attachment_update, attachment_delete) and cinder/api/v3/attachments.py.

import { and, eq, isNotNull, ne, or } from "drizzle-orm";
import { computePublic } from "../../compute/public.ts";
import { type Caller, enforce, sees, targetOf } from "../access.ts";
import type { Cinder } from "../cinder.ts";
import { AttachmentNotFound, InvalidInput, InvalidVolume, NovaUsesAttachment } from "../errors.ts";
import type { ConnectionInfo } from "../public.ts";
import { type AttachmentRow, type VolumeRow, volumes } from "../tables.ts";
import { type ConnectArgs, type Connector, type DetachArgs, volumeTopic } from "../topics.ts";
import { isMultiattach } from "../volume-types.ts";
import { ask } from "./ask.ts";
import { endAttachment } from "./attach-states.ts";

/** @throws AttachmentNotFound, also for one of a volume the caller may not see */
export function findAttachment(
  cinder: Cinder,
  caller: Caller,
  id: string,
): { attachment: AttachmentRow; volume: VolumeRow } {
  const attachment = cinder.store.volumes.attachments.get(id);
  const volume = attachment ? cinder.store.volumes.get(attachment.volume_id) : null;
  if (!attachment || !volume || !sees(caller.context, volume)) throw new AttachmentNotFound(id);
  return { attachment, volume };
}

/** The volume is `reserved`. @throws InvalidVolume */
export function reserveAttachment(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  instanceUuid: string | null,
  mode: string | null,
): AttachmentRow {
  enforce(caller, "volume:attachment_create", targetOf(volume));
  if (volume.status.includes("error")) {
    throw new InvalidVolume(
      `Volume attachments can not be created if the volume is in an error state. The Volume ${volume.id} currently has a status of: ${volume.status} `,
    );
  }
  if (volume.multiattach && volume.status === "in-use" && volume.bootable) {
    enforce(caller, "volume:multiattach_bootable_volume", targetOf(volume));
  }
  return cinder.transaction(() => {
    const states = volume.multiattach ? ["available", "in-use", "downloading"] : ["available", "downloading"];
    // An image may be on its way into a volume that exists, but not into one that is being made.
    const whole = or(ne(volumes.status, "downloading"), isNotNull(volumes.launched_at));
    const same = and(eq(volumes.multiattach, volume.multiattach), whole);
    if (!cinder.store.volumes.updateFrom(volume.id, states, { status: "reserved" }, same)) {
      const current = cinder.store.volumes.get(volume.id)?.status ?? "deleted";
      const again = cinder.store.volumes
        .attachmentsOf(volume.id)
        .some(({ instance_uuid }) => instanceUuid !== null && instance_uuid === instanceUuid);
      // The same server may have it twice: while it moves to another host.
      if (!again || !["in-use", "reserved"].includes(current)) {
        throw new InvalidVolume(
          `Volume ${volume.id} status must be ${states.join(" or ")} to reserve, but the current status is ${current}.`,
        );
      }
    }
    const readonly = cinder.store.volumes.adminMetadata.of(volume.id)["readonly"] === "True";
    return cinder.store.volumes.insertAttachment({
      id: cinder.newId(),
      volume_id: volume.id,
      instance_uuid: instanceUuid,
      attach_status: "reserved",
      attach_mode: readonly ? "ro" : mode,
    });
  });
}

/** The volume is `attaching`; the answer's `connection_info` says how a host reaches the data. */
export async function connectAttachment(
  cinder: Cinder,
  caller: Caller,
  attachment: AttachmentRow,
  connector: Connector,
  { local = false } = {},
): Promise<{ attachment: AttachmentRow; connection: ConnectionInfo }> {
  const volume = cinder.store.volumes.get(attachment.volume_id);
  if (!volume) throw new AttachmentNotFound(attachment.id);
  enforce(caller, "volume:attachment_update", targetOf(volume));
  if (volume.status.includes("error")) {
    throw new InvalidVolume(
      `Volume attachments can not be updated if the volume is in an error state. The Volume ${volume.id} currently has a status of: ${volume.status} `,
    );
  }
  refuseOtherConnections(cinder, volume, attachment);
  const args: ConnectArgs = { volumeId: volume.id, connector, attachmentId: attachment.id, local };
  const connection = await ask<ConnectionInfo>(cinder, caller, volume, "attachment_update", args);
  return { attachment: cinder.store.volumes.attachments.get(attachment.id) ?? attachment, connection };
}

/** Only a volume for several servers is connected more than once; but a server that moves is on two hosts. */
function refuseOtherConnections(cinder: Cinder, volume: VolumeRow, attachment: AttachmentRow): void {
  const extraSpecs = cinder.store.types.get(volume.volume_type_id)?.extraSpecs ?? {};
  if (volume.multiattach || isMultiattach(extraSpecs)) return;
  const others = cinder.store.volumes
    .attachmentsOf(volume.id)
    .filter(({ id, connection_info }) => id !== attachment.id && connection_info !== null);
  if (others.some(({ instance_uuid }) => instance_uuid !== attachment.instance_uuid)) {
    throw new InvalidVolume(`duplicate connectors detected on volume ${volume.id}`);
  }
}

/** Since 3.44: the guest has it. */
export function completeAttachment(cinder: Cinder, caller: Caller, attachment: AttachmentRow): void {
  const volume = cinder.store.volumes.get(attachment.volume_id);
  if (!volume) throw new AttachmentNotFound(attachment.id);
  enforce(caller, "volume:attachment_complete", targetOf(volume));
  cinder.transaction(() => {
    cinder.store.volumes.updateAttachment(attachment.id, { attach_status: "attached" });
    cinder.store.volumes.update(volume.id, { status: "in-use", attach_status: "attached" });
    cinder.store.volumes.noteAttachments(volume.id);
  });
}

/** Ends it, whatever its state. @param fromService not from a user: Nova knows what it does */
export async function deleteAttachment(
  cinder: Cinder,
  caller: Caller,
  attachment: AttachmentRow,
  fromService: boolean,
): Promise<AttachmentRow[]> {
  const volume = cinder.store.volumes.get(attachment.volume_id);
  if (!volume) throw new AttachmentNotFound(attachment.id);
  enforce(caller, "volume:attachment_delete", targetOf(volume));
  if (!fromService) checkDeletionAllowed(cinder, volume, attachment.id);
  if (attachment.attach_status !== "reserved") await disconnect(cinder, caller, volume, attachment);
  endAttachment(cinder, volume.id, attachment.id);
  return cinder.store.volumes.attachmentsOf(volume.id);
}

/** A back end that does not answer keeps nobody from letting go. */
async function disconnect(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  attachment: AttachmentRow,
): Promise<void> {
  if (volume.host === null || !cinder.context.bus.hasConsumer(volumeTopic(volume.host))) return;
  const args: DetachArgs = { volumeId: volume.id, attachmentId: attachment.id };
  await ask(cinder, caller, volume, "attachment_delete", args).catch((error) =>
    cinder.log.warning(
      caller.context,
      `Failed to detach volume ${volume.id} on the backend, ignoring failure ${(error as Error).message}`,
    ),
  );
}

/**
 * Users must not take a volume from under a running server (bug 2004555).
 * @param attachmentId null: the only one there is
 * @throws NovaUsesAttachment
 */
export function checkDeletionAllowed(cinder: Cinder, volume: VolumeRow, attachmentId: string | null): void {
  const all = cinder.store.volumes.attachmentsOf(volume.id);
  if (attachmentId === null && all.length === 0) return;
  const attachment =
    attachmentId === null
      ? all.length === 1
        ? all[0]
        : undefined
      : (cinder.store.volumes.attachments.get(attachmentId) ?? undefined);
  if (attachmentId !== null && attachment === undefined) return;
  if (attachment === undefined) throw new NovaUsesAttachment("");
  if (attachment.volume_id !== volume.id) throw new InvalidInput("Mismatched volume and attachment");
  const server = attachment.instance_uuid;
  if (server === null || attachment.connection_info === null) return;
  const { peers, endpoints } = cinder.context;
  if (endpoints.base("n-api") === null) return;
  if (peers.get(computePublic).instance(server) !== null) throw new NovaUsesAttachment(server);
}
