// A volume's data moves: to another back end, or to another format on the same one; and a volume's type changes. The copy is
// made under an id of its own that the message brings, so that a repeat finds it and a failure removes it. Authority: cinder/
// volume/manager.py (retype, migrate_volume) of Zed.

import type { Delivery } from "../../core/bus.ts";
import type { RequestContext } from "../../core/context.ts";
import type { DriverVolume } from "../drivers/driver.ts";
import { BackendFailed } from "../errors.ts";
import type { VolumeRow } from "../tables.ts";
import {
  backendOf,
  type DeleteDataArgs,
  type MigrateOnBackendArgs,
  type RetypeOnBackendArgs,
  volumeTopic,
} from "../topics.ts";
import { isMultiattach } from "../volume-types.ts";
import type { Backend } from "./backend.ts";
import { moveUnderServer, noteMoved } from "./move-attached.ts";

/** Finds the back end of a pool: `HOST@BACKEND#POOL`. */
export type BackendFinder = (host: string) => Backend | null;

interface Move {
  target: Backend;
  dataId: string;
  multiattach: boolean;
}

export async function retype(
  backend: Backend,
  find: BackendFinder,
  context: RequestContext,
  args: RetypeOnBackendArgs,
  delivery: Delivery,
): Promise<void> {
  const { volumeId, newTypeId, reservations, migrationPolicy } = args;
  const volume = backend.volume(volumeId);
  if (volume?.status !== "retyping") return;
  const { cinder } = backend;
  const before = volume.previous_status ?? "available";
  const release = () => {
    cinder.quotas.release(reservations);
    cinder.quotas.note(volume.project_id);
  };
  await backend.attempt(
    context,
    delivery,
    `Volume ${volumeId}: retype`,
    async () => {
      const multiattach = isMultiattach(cinder.store.types.get(newTypeId)?.extraSpecs ?? {});
      const stays = backendOf(args.host) === backend.host;
      const changes = () => ({
        volume_type_id: newTypeId,
        multiattach,
        ...statusAfter(backend, volumeId, before),
      });
      if (stays && backend.driver.accepts(volume.provider_location, { multiattach })) {
        cinder.transaction(() => {
          cinder.store.volumes.updateFrom(volumeId, ["retyping"], changes());
          release();
        });
      } else {
        if (migrationPolicy === "never" && !stays) {
          throw new BackendFailed("Retype requires migration but is not allowed.");
        }
        const move = { target: targetOf(find, args.host), dataId: args.dataId, multiattach };
        await moveData(backend, context, volume, move, delivery.signal, (where) => {
          cinder.store.volumes.updateFrom(volumeId, ["retyping"], {
            ...changes(),
            ...where,
            migration_status: "success",
          });
          release();
        });
      }
      cinder.log.info(context, `Retyped volume ${volumeId} successfully.`);
    },
    () => {
      cinder.store.volumes.updateFrom(volumeId, ["retyping"], statusAfter(backend, volumeId, before));
      release();
    },
  );
}

export async function migrateVolume(
  backend: Backend,
  find: BackendFinder,
  context: RequestContext,
  { volumeId, host, dataId }: MigrateOnBackendArgs,
  delivery: Delivery,
): Promise<void> {
  const volume = backend.volume(volumeId);
  if (!volume || !["starting", "migrating"].includes(volume.migration_status ?? "")) return;
  const { cinder } = backend;
  const { previous_status } = volume;
  const unlocked = () =>
    volume.status === "maintenance"
      ? { status: previous_status ?? "available" }
      : volume.attach_status === "detached"
        ? {}
        : statusAfter(backend, volumeId, cinder.store.volumes.get(volumeId)?.status ?? "in-use");
  await backend.attempt(
    context,
    delivery,
    `Volume ${volumeId}: migrate to ${host}`,
    async () => {
      cinder.store.volumes.update(volumeId, { migration_status: "migrating" });
      const move = { target: targetOf(find, host), dataId, multiattach: volume.multiattach };
      await moveData(backend, context, volume, move, delivery.signal, (where) =>
        cinder.store.volumes.update(volumeId, { ...where, ...unlocked(), migration_status: "success" }),
      );
      cinder.log.info(context, `Migrated volume ${volumeId} to ${host} successfully.`);
    },
    () => cinder.store.volumes.update(volumeId, { ...unlocked(), migration_status: "error" }),
  );
}

function targetOf(find: BackendFinder, host: string): Backend {
  const target = find(host);
  if (!target) throw new BackendFailed(`The back end ${host} is not one of this host.`);
  return target;
}

/** Its server may have let go of it while it moved; nobody has noted that then. */
function statusAfter(
  { cinder }: Backend,
  volumeId: string,
  before: string,
): { status: string; attach_status?: string } {
  const isLetGo = ["in-use", "detaching"].includes(before);
  if (!isLetGo || cinder.store.volumes.attachmentsOf(volumeId).length > 0) return { status: before };
  return { status: "available", attach_status: "detached" };
}

/**
 * Copies, and writes down in one transaction where the data is now; the old data goes by a message of its own.
 * What a server has is copied under it by its hypervisor. @throws BackendFailed
 */
async function moveData(
  backend: Backend,
  context: RequestContext,
  volume: VolumeRow,
  { target, dataId, multiattach }: Move,
  signal: AbortSignal,
  write: (where: {
    host: string;
    _name_id: string;
    provider_location: string;
    service_uuid: string | null;
  }) => void,
): Promise<void> {
  const { cinder } = backend;
  if (cinder.store.snapshots.countOfVolume(volume.id) > 0) {
    throw new BackendFailed(`Volume ${volume.id} has snapshots, which cannot be copied with it.`);
  }
  const old = backend.driverVolume(volume);
  const copy: DriverVolume = {
    ...old,
    dataId,
    multiattach,
    format: target.driver.formatFor({ multiattach }),
  };
  const connection =
    volume.attach_status === "detached"
      ? null
      : await moveUnderServer(backend, context, volume, { target, copy, signal });
  if (!connection) {
    try {
      await backend.copies.run(async () => {
        const source = await backend.driver.source(old);
        if (source) await target.driver.createFromData(copy, source, signal);
        else await target.driver.create(copy);
      });
    } catch (error) {
      if (!signal.aborted) await target.driver.delete(copy);
      throw error;
    }
  }
  const service = cinder.services.volumeService(target.host);
  cinder.transaction(() => {
    if (connection) noteMoved(cinder, volume.id, connection);
    write({
      host: target.pool,
      _name_id: dataId,
      provider_location: copy.format ?? "raw",
      service_uuid: service.uuid,
    });
    const args: DeleteDataArgs = {
      volumeId: volume.id,
      dataId: old.dataId,
      sizeGb: old.sizeGb,
      format: old.format,
      multiattach: old.multiattach,
    };
    cinder.context.bus.cast(context, volumeTopic(backend.host), "delete_data", args);
  });
}

/** Of a volume whose data lies elsewhere now. */
export async function deleteData(
  backend: Backend,
  context: RequestContext,
  { volumeId, ...data }: DeleteDataArgs,
  delivery: Delivery,
): Promise<void> {
  await backend.attempt(
    context,
    delivery,
    `Volume ${volumeId}: delete its former data ${data.dataId}`,
    async () => {
      await backend.exports?.end(data.dataId);
      await backend.driver.delete({ ...data, id: volumeId, attached: false });
    },
    () => {},
  );
}
