// Copies of volumes that running servers write to: the hypervisor makes them, asked by way of the compute service, as
// Cinder's drivers of files ask Nova (os-assisted-volume-snapshots).

import { computePublic } from "../../compute/public.ts";
import { adminContext } from "../../core/context.ts";
import { CloudError } from "../../core/errors.ts";
import type { Cinder } from "../cinder.ts";
import type { DataFormat, DriverVolume } from "../drivers/driver.ts";
import { BackendFailed } from "../errors.ts";

/** False when the server has stopped, so that the file itself can be copied. @throws BackendFailed */
export async function liveCopy(
  cinder: Cinder,
  volume: DriverVolume,
  { path, format }: { path: string; format: DataFormat },
): Promise<boolean> {
  const { peers, ids } = cinder.context;
  const servers = cinder.store.volumes
    .attachmentsOf(volume.id)
    .flatMap(({ instance_uuid }) => (instance_uuid === null ? [] : [instance_uuid]));
  const [serverUuid, another] = servers;
  if (serverUuid === undefined) {
    throw new BackendFailed(`Volume ${volume.id} is in use by a host, which alone can copy it consistently`);
  }
  if (another !== undefined) {
    throw new BackendFailed(
      `Volume ${volume.id} is written to by several servers and cannot be copied consistently`,
    );
  }
  const copy = {
    serverUuid,
    volumeId: volume.id,
    path,
    format: format === "qcow2" ? ("qcow2" as const) : ("raw" as const),
  };
  try {
    return await peers.get(computePublic).copyVolume(adminContext(ids.requestId()), copy);
  } catch (cause) {
    if (!(cause instanceof CloudError)) throw cause;
    throw new BackendFailed(`Volume ${volume.id} is written to by a running server: ${cause.message}`, {
      cause,
    });
  }
}
