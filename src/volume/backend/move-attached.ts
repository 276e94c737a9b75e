// Data that moves while a server has the volume. Its hypervisor copies it, asked by way of the compute service, as Cinder asks
// Nova to swap the volume for another (cinder/volume/manager.py, _migrate_volume_generic, of Zed).

import { computePublic } from "../../compute/public.ts";
import { type RequestContext, withoutToken } from "../../core/context.ts";
import { messageOf } from "../../core/errors.ts";
import type { Cinder } from "../cinder.ts";
import type { DriverVolume } from "../drivers/driver.ts";
import { isOpen } from "../drivers/file/open-files.ts";
import { BackendFailed } from "../errors.ts";
import type { ConnectionInfo } from "../public.ts";
import type { VolumeRow } from "../tables.ts";
import type { Backend } from "./backend.ts";

/**
 * The server has the data on `copy`, of another back end. Null when no host has the server any more: the data is nobody's, and
 * nothing was made. @throws BackendFailed when it cannot be moved; the server has it as before
 */
export async function moveUnderServer(
  backend: Backend,
  context: RequestContext,
  volume: VolumeRow,
  { target, copy, signal }: { target: Backend; copy: DriverVolume; signal: AbortSignal },
): Promise<ConnectionInfo | null> {
  const { peers } = backend.cinder.context;
  const serverUuid = serverOf(backend, volume);
  const compute = peers.find(computePublic);
  if (!compute)
    throw new BackendFailed(`Volume ${volume.id} is attached, and the compute service is not there`);
  await target.driver.create(copy);
  const connection = await target.driver.connect(copy, false);
  try {
    const move = { serverUuid, volumeId: volume.id, connection };
    const moved = await compute.moveVolume(withoutToken(context), move);
    // Stopped meanwhile: the message comes again, and finds what has been done.
    signal.throwIfAborted();
    if (moved) return connection;
  } catch (cause) {
    if (signal.aborted) throw cause;
    await dispose(target, copy, connection);
    throw new BackendFailed(`Volume ${volume.id} could not be moved under its server: ${messageOf(cause)}`, {
      cause,
    });
  }
  await target.driver.delete(copy);
  return null;
}

/** @throws BackendFailed for a volume that is not one server's */
function serverOf({ cinder }: Backend, { id }: VolumeRow): string {
  const [attachment, another] = cinder.store.volumes.attachmentsOf(id);
  if (another !== undefined) {
    throw new BackendFailed(`Volume ${id} is attached to several servers and cannot be moved under them.`);
  }
  if (!attachment?.instance_uuid) {
    throw new BackendFailed(`Volume ${id} is in use by a host, which alone could move its data.`);
  }
  return attachment.instance_uuid;
}

/** Unless a hypervisor has it open after all: data a guest writes to is never removed. */
async function dispose(target: Backend, copy: DriverVolume, { kind, path }: ConnectionInfo): Promise<void> {
  if (kind === "file" && (await isOpen(path))) {
    target.cinder.log.warning(null, `the data ${copy.dataId} of volume ${copy.id} is still open and stays`);
  } else await target.driver.delete(copy);
}

/** Its attachments say how it is reached now. Within a transaction. */
export function noteMoved({ store }: Cinder, volumeId: string, { kind, path, format }: ConnectionInfo): void {
  if (kind === "none") return;
  for (const { id, connection_info } of store.volumes.attachmentsOf(volumeId)) {
    if (!connection_info) continue;
    store.volumes.updateAttachment(id, {
      connection_info: { ...connection_info, driver_volume_type: "local", device_path: path, format },
    });
  }
}
