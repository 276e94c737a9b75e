// Attaching as it was done until 2017: reserve, connect, note; detach in reverse. Authority: cinder/volume/api.py of Zed.
// The attachments API is in `attachments.ts`.

import { eq } from "drizzle-orm";
import { type Caller, enforce, targetOf } from "../access.ts";
import type { Cinder } from "../cinder.ts";
import { InvalidAttachMode, InvalidVolume } from "../errors.ts";
import { migrationAllows } from "../states.ts";
import { type VolumeRow, volumes } from "../tables.ts";
import type { AttachArgs, ConnectArgs, Connector, DetachArgs } from "../topics.ts";
import { ask } from "./ask.ts";
import { checkDeletionAllowed } from "./attachments.ts";

export function reserveVolume(cinder: Cinder, caller: Caller, volume: VolumeRow): void {
  enforce(caller, "volume_extension:volume_actions:reserve", targetOf(volume));
  const states = volume.multiattach ? ["available", "in-use"] : ["available"];
  const same = eq(volumes.multiattach, volume.multiattach);
  if (cinder.store.volumes.updateFrom(volume.id, states, { status: "attaching" }, same)) return;
  throw new InvalidVolume(
    `Volume status must be ${states.join(" or ")} to reserve, but the status is ${volume.status}.`,
  );
}

/** Nothing to do for a volume that is not reserved. */
export function unreserveVolume(cinder: Cinder, caller: Caller, volume: VolumeRow): void {
  enforce(caller, "volume_extension:volume_actions:unreserve", targetOf(volume));
  const attached = cinder.store.volumes
    .attachmentsOf(volume.id)
    .some(({ attach_status }) => attach_status !== "detached");
  cinder.store.volumes.updateFrom(volume.id, ["attaching"], { status: attached ? "in-use" : "available" });
}

export function beginDetaching(cinder: Cinder, caller: Caller, volume: VolumeRow): void {
  enforce(caller, "volume_extension:volume_actions:begin_detaching", targetOf(volume));
  const changed = migrationAllows(volume.migration_status)
    ? cinder.store.volumes.updateFrom(
        volume.id,
        ["in-use"],
        { status: "detaching" },
        eq(volumes.attach_status, "attached"),
      )
    : null;
  if (changed || !migrationAllows(volume.migration_status)) return;
  throw new InvalidVolume(
    "Unable to detach volume. Volume status must be 'in-use' and attach_status must be 'attached' to detach.",
  );
}

export function rollDetaching(cinder: Cinder, caller: Caller, volume: VolumeRow): void {
  enforce(caller, "volume_extension:volume_actions:roll_detaching", targetOf(volume));
  cinder.store.volumes.updateFrom(volume.id, ["detaching"], { status: "in-use" });
}

/** @throws InvalidVolume, InvalidAttachMode */
export async function attachVolume(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  how: Omit<AttachArgs, "volumeId">,
): Promise<void> {
  enforce(caller, "volume_extension:volume_actions:attach", targetOf(volume));
  refuseMaintenance(volume, "The volume cannot be attached in maintenance mode.");
  const { adminMetadata } = cinder.store.volumes;
  const readonly = adminMetadata.of(volume.id)["readonly"];
  if (readonly === undefined) adminMetadata.set(volume.id, { readonly: "False" });
  if (readonly === "True" && how.mode !== "ro") throw new InvalidAttachMode(how.mode, volume.id);
  const args: AttachArgs = { ...how, volumeId: volume.id };
  await ask(cinder, caller, volume, "attach_volume", args);
}

/** @param attachmentId null: the only one there is */
export async function detachVolume(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  attachmentId: string | null,
): Promise<void> {
  enforce(caller, "volume_extension:volume_actions:detach", targetOf(volume));
  checkDeletionAllowed(cinder, volume, attachmentId);
  refuseMaintenance(volume, "The volume cannot be detached in maintenance mode.");
  const args: DetachArgs = { volumeId: volume.id, attachmentId };
  await ask(cinder, caller, volume, "detach_volume", args);
}

/** How a host reaches the data: `driver_volume_type` and `data`, as os-brick takes them. */
export async function initializeConnection(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  connector: Connector,
): Promise<Record<string, unknown>> {
  enforce(caller, "volume_extension:volume_actions:initialize_connection", targetOf(volume));
  refuseMaintenance(volume, "The volume connection cannot be initialized in maintenance mode.");
  const args: ConnectArgs = { volumeId: volume.id, connector, attachmentId: null };
  return ask(cinder, caller, volume, "initialize_connection", args);
}

export async function terminateConnection(cinder: Cinder, caller: Caller, volume: VolumeRow): Promise<void> {
  enforce(caller, "volume_extension:volume_actions:terminate_connection", targetOf(volume));
  checkDeletionAllowed(cinder, volume, null);
  await ask(cinder, caller, volume, "terminate_connection", { volumeId: volume.id });
  unreserveVolume(cinder, caller, cinder.store.volumes.get(volume.id) ?? volume);
}

/** Administrators: whatever holds it. */
export async function forceDetach(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  attachmentId: string | null,
): Promise<void> {
  enforce(caller, "volume_extension:volume_admin_actions:force_detach", targetOf(volume));
  await terminateConnection(cinder, caller, volume);
  await detachVolume(cinder, caller, volume, attachmentId);
}

function refuseMaintenance(volume: VolumeRow, message: string): void {
  if (volume.status === "maintenance") throw new InvalidVolume(message);
}
