// Hosts get at volumes, and let go of them. These are calls: whoever asked waits for the answer. Authority: cinder/volume/
// manager.py of Zed.

import type { RequestContext } from "../../core/context.ts";
import { Invalid } from "../../core/errors.ts";
import { isUuidLike } from "../../core/ids.ts";
import {
  AttachmentNotFound,
  InvalidAttachMode,
  InvalidInput,
  InvalidVolume,
  VolumeNotFound,
} from "../errors.ts";
import type { ConnectionInfo } from "../public.ts";
import type { AttachmentRow, VolumeRow } from "../tables.ts";
import type { AttachArgs, ConnectArgs, Connector, DetachArgs, VolumeArgs } from "../topics.ts";
import { endAttachment, noteAttached } from "../volumes/attach-states.ts";
import type { Backend } from "./backend.ts";
import { connectionOptions } from "./connection-options.ts";
import { exportTo, isExported } from "./iscsi.ts";

/** As os-brick takes it: `driver_volume_type` and `data`. */
export interface Connection {
  driver_volume_type: string;
  data: Record<string, unknown>;
}

function volumeOf(backend: Backend, id: string): VolumeRow {
  const volume = backend.volume(id);
  if (!volume) throw new VolumeNotFound(id);
  return volume;
}

/** Hosts of this cloud see the back ends' files and devices as they are; others get at them where they are exported. */
async function connect(
  backend: Backend,
  volume: VolumeRow,
  connector: Connector,
  local: boolean,
): Promise<{ info: ConnectionInfo; connection: Connection }> {
  if (typeof connector["host"] === "string" && connector["host"].length > 255) {
    throw new InvalidInput("Connector host is too long.");
  }
  const readonly = backend.cinder.store.volumes.adminMetadata.of(volume.id)["readonly"] === "True";
  const info = await backend.driver.connect(backend.driverVolume(volume), readonly);
  const exported = local ? null : await exportTo(backend, volume, info, connector);
  if (exported) {
    const data = { ...exported, ...connectionOptions(backend.cinder, volume) };
    return { info, connection: { driver_volume_type: "iscsi", data } };
  }
  const data = {
    ...(info.kind === "none" ? {} : { device_path: info.path, format: info.format }),
    ...connectionOptions(backend.cinder, volume),
  };
  return { info, connection: { driver_volume_type: info.kind === "none" ? "fake" : "local", data } };
}

/** `in-use`, as Nova and users noted it before there were attachments. @throws InvalidVolume, InvalidAttachMode */
export async function attachVolume(
  backend: Backend,
  _context: RequestContext,
  args: AttachArgs,
): Promise<void> {
  const { instanceUuid, hostName, mountpoint, mode } = args;
  const volume = volumeOf(backend, args.volumeId);
  const { cinder } = backend;
  const { store } = cinder;
  const attachments = store.volumes.attachmentsOf(volume.id);
  const admin = store.volumes.adminMetadata.of(volume.id);
  const attachedMode = admin["attached_mode"];
  if (volume.status === "attaching" && attachedMode && attachedMode !== mode) {
    throw new InvalidVolume("being attached by different mode");
  }
  const same = attachments.find((each) =>
    instanceUuid === null ? each.attached_host === hostName : each.instance_uuid === instanceUuid,
  );
  if (same) {
    store.volumes.update(volume.id, { status: "in-use" });
    return;
  }
  if (volume.status === "in-use" && !volume.multiattach && volume.migration_status === null) {
    throw new InvalidVolume("volume is already attached and multiple attachments are not enabled");
  }
  if (!["available", "attaching", "in-use", "downloading"].includes(volume.status)) {
    throw new InvalidVolume("status must be available or downloading");
  }
  if (instanceUuid !== null && !isUuidLike(instanceUuid)) {
    throw new Invalid(`Expected a UUID but received ${instanceUuid}.`);
  }
  if (admin["readonly"] === "True" && mode !== "ro") throw new InvalidAttachMode(mode, volume.id);
  // The driver has to be there.
  await backend.driver.connect(backend.driverVolume(volume), mode === "ro");
  cinder.transaction(() => {
    const attachment = store.volumes.insertAttachment({
      id: cinder.newId(),
      volume_id: volume.id,
      instance_uuid: instanceUuid,
      attach_status: "attaching",
    });
    store.volumes.adminMetadata.set(volume.id, { attached_mode: mode });
    noteAttached(cinder, attachment, { hostName, mountpoint, mode, complete: true });
  });
}

/** @throws InvalidVolume when it is not clear which attachment is meant */
export async function detachVolume(
  backend: Backend,
  context: RequestContext,
  { volumeId, attachmentId }: DetachArgs,
): Promise<void> {
  const volume = volumeOf(backend, volumeId);
  const { cinder } = backend;
  const attachments = cinder.store.volumes.attachmentsOf(volumeId);
  if (attachmentId === null && attachments.length > 1) {
    throw new InvalidVolume("Detach volume failed: More than one attachment, but no attachment_id provided.");
  }
  if (attachmentId === null && attachments.length === 0) {
    cinder.store.volumes.update(volumeId, { status: "available", attach_status: "detached" });
    return;
  }
  const id = attachmentId ?? attachments[0]!.id;
  await release(
    backend,
    volume,
    attachments.filter((each) => each.id !== id),
  );
  endAttachment(cinder, volumeId, id);
  cinder.log.info(context, `Detached volume ${volumeId} successfully.`);
}

/** The data may be put away when nobody has it any more. */
async function release(backend: Backend, volume: VolumeRow, others: readonly AttachmentRow[]): Promise<void> {
  if (others.length > 0) {
    if (!others.some(isExported)) await backend.exports?.end(backend.driverVolume(volume).dataId);
    return;
  }
  const data = backend.driverVolume(volume);
  await backend.exports?.end(data.dataId);
  await backend.driver.disconnect({ ...data, attached: false });
}

export async function initializeConnection(
  backend: Backend,
  _context: RequestContext,
  { volumeId, connector }: ConnectArgs,
): Promise<Connection> {
  return (await connect(backend, volumeOf(backend, volumeId), connector, false)).connection;
}

export async function terminateConnection(
  backend: Backend,
  _context: RequestContext,
  { volumeId }: VolumeArgs,
): Promise<void> {
  const volume = volumeOf(backend, volumeId);
  await release(backend, volume, backend.cinder.store.volumes.attachmentsOf(volumeId));
}

/** The volume is `attaching`, and the attachment says how its data is reached. */
export async function updateAttachment(
  backend: Backend,
  _context: RequestContext,
  { volumeId, connector, attachmentId, local = false }: ConnectArgs,
): Promise<ConnectionInfo> {
  const volume = volumeOf(backend, volumeId);
  const { cinder } = backend;
  const attachment = cinder.store.volumes.attachments.get(attachmentId ?? "");
  if (!attachment) throw new AttachmentNotFound(attachmentId ?? "");
  const text = (name: string) => (typeof connector[name] === "string" ? (connector[name] as string) : null);
  const mode = attachment.attach_mode ?? text("mode") ?? "rw";
  const { info, connection } = await connect(backend, volume, connector, local);
  const readonly = info.readonly || mode === "ro";
  cinder.transaction(() => {
    cinder.store.volumes.updateAttachment(attachment.id, {
      connector,
      connection_info: {
        ...connection.data,
        access_mode: readonly ? "ro" : "rw",
        driver_volume_type: connection.driver_volume_type,
        attachment_id: attachment.id,
      },
    });
    noteAttached(cinder, attachment, {
      hostName: text("host"),
      mountpoint: text("mountpoint") ?? "na",
      mode,
      complete: false,
    });
    cinder.store.volumes.adminMetadata.set(volumeId, { attached_mode: mode });
  });
  return { ...info, readonly };
}

/** The attachment is going to be ended by whoever asked. */
export async function deleteAttachment(
  backend: Backend,
  _context: RequestContext,
  { volumeId, attachmentId }: DetachArgs,
): Promise<void> {
  const volume = volumeOf(backend, volumeId);
  const attachments = backend.cinder.store.volumes.attachmentsOf(volumeId);
  await release(
    backend,
    volume,
    attachments.filter(({ id }) => id !== attachmentId),
  );
}
