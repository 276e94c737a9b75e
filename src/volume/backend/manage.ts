// Existing storage becomes a volume or a snapshot, and what there is to be had. Authority: cinder/volume/flows/manager/
// manage_existing.py and cinder/volume/manager.py (get_manageable_volumes) of Zed.

import type { Delivery } from "../../core/bus.ts";
import type { RequestContext } from "../../core/context.ts";
import { pyRepr } from "../../core/python.ts";
import type { ManageableEntry, ManageableSnapshot } from "../drivers/driver.ts";
import { ManageInvalidReference } from "../errors.ts";
import type { ManageArgs, ManageSnapshotArgs } from "../topics.ts";
import type { Backend } from "./backend.ts";

/** `managing` → `available`, with the size the storage has. */
export async function manageExisting(
  backend: Backend,
  context: RequestContext,
  { volumeId, ref }: ManageArgs,
  delivery: Delivery,
): Promise<void> {
  const volume = backend.volume(volumeId);
  if (volume?.status !== "managing") return;
  const { cinder } = backend;
  await backend.attempt(
    context,
    delivery,
    `Volume ${volumeId}: manage ${pyRepr(ref)}`,
    async () => {
      let row = volume;
      // With a format written down, an earlier delivery had got as far as to take the storage.
      if (row.provider_location === null) {
        const { sizeGb, format } = await backend.driver.inspect(ref);
        await refuseManaged(backend, ref);
        row = cinder.transaction(() => {
          const projectId = volume.project_id ?? "";
          const { quotas } = cinder;
          quotas.check(projectId, quotas.volumeDeltas(volume.volume_type_id, 0, sizeGb), {
            resource: "volumes",
            sizeGb,
          });
          const changes = { size: sizeGb, provider_location: format };
          const changed = cinder.store.volumes.update(volumeId, changes) ?? volume;
          quotas.note(projectId);
          return changed;
        });
      }
      await backend.driver.manage(backend.driverVolume(row), ref);
      cinder.store.volumes.updateFrom(volumeId, ["managing"], {
        status: "available",
        launched_at: cinder.store.volumes.rows.now(),
      });
      cinder.log.info(context, `Volume ${volumeId} is managed successfully.`);
    },
    () => cinder.store.volumes.update(volumeId, { status: "error_managing" }),
  );
}

async function refuseManaged(backend: Backend, ref: ManageArgs["ref"]): Promise<void> {
  const found = (await manageableVolumes(backend)).find(({ reference }) => sameReference(reference, ref));
  if (found?.cinder_id) throw new ManageInvalidReference(pyRepr(ref), "It is managed already.");
}

function sameReference(a: Record<string, string>, b: ManageArgs["ref"]): boolean {
  return typeof b === "object" && a["source-name"] === b["source-name"];
}

export async function manageExistingSnapshot(
  backend: Backend,
  context: RequestContext,
  { snapshotId, ref }: ManageSnapshotArgs,
  delivery: Delivery,
): Promise<void> {
  const found = backend.snapshot(snapshotId);
  if (found?.snapshot.status !== "creating") return;
  const { snapshot, volume } = found;
  const { cinder } = backend;
  await backend.attempt(
    context,
    delivery,
    `Snapshot ${snapshotId} of volume ${volume.id}: manage ${pyRepr(ref)}`,
    async () => {
      const facts = await backend.driver.manageSnapshot(backend.driverSnapshot(snapshot, volume), ref);
      cinder.transaction(() => {
        cinder.store.snapshots.updateFrom(snapshotId, ["creating"], {
          status: "available",
          progress: "100%",
          volume_size: facts.sizeGb,
          provider_location: facts.format,
          provider_id: facts.dataId,
        });
        cinder.quotas.note(snapshot.project_id);
      });
    },
    () => cinder.store.snapshots.update(snapshotId, { status: "error" }),
  );
}

/** As the API shows it. */
export interface Manageable {
  reference: Record<string, string>;
  size: number;
  safe_to_manage: boolean;
  reason_not_safe: string | null;
  cinder_id: string | null;
  extra_info: null;
  source_reference?: Record<string, string>;
}

export async function manageableVolumes(backend: Backend): Promise<Manageable[]> {
  const owners = new Map(
    backend.cinder.store.volumes.onBackend(backend.host).map((row) => [row._name_id ?? row.id, row.id]),
  );
  return (await backend.driver.manageableVolumes()).map((entry) => shown(entry, owners));
}

export async function manageableSnapshots(backend: Backend): Promise<Manageable[]> {
  const { store } = backend.cinder;
  const owners = new Map(
    store.volumes
      .onBackend(backend.host)
      .flatMap((volume) => store.snapshots.ofVolume(volume.id))
      .map((row) => [row.provider_id ?? row.id, row.id]),
  );
  return (await backend.driver.manageableSnapshots()).map((entry: ManageableSnapshot) => ({
    ...shown(entry, owners),
    source_reference: entry.sourceReference,
  }));
}

function shown(entry: ManageableEntry, owners: ReadonlyMap<string, string>): Manageable {
  const owner = entry.dataId === null ? null : (owners.get(entry.dataId) ?? null);
  return {
    reference: entry.reference,
    size: entry.sizeGb,
    safe_to_manage: owner === null,
    reason_not_safe: owner === null ? null : "already managed",
    cinder_id: owner,
    extra_info: null,
  };
}
