// The part of the audit that concerns volumes and images.

import type { Books, Image } from "./books.ts";
import type { Ledger } from "./ledger.ts";

const text = (value: unknown) => JSON.stringify(value);

/** Block storage and compute name the same attachments, every volume's state says so, and each has its file. */
export function auditVolumes(
  { volumes, attachments, mappings, instances, snapshots, reservations, volumeFiles }: Books,
  ledger: Ledger,
): string[] {
  const problems: string[] = [];
  const ids = new Set(volumes.map(({ id }) => id));
  for (const id of ledger.volumes) {
    if (!ids.has(id) && !ledger.mayGo.has(id)) problems.push(`acknowledged volume lost: ${id}`);
  }
  const attached = new Set(attachments.map(({ volumeId }) => volumeId));
  for (const volume of volumes) {
    const wanted = attached.has(volume.id) ? ["in-use", "attached"] : ["available", "detached"];
    if (ledger.mustGo.has(volume.id)) problems.push(`deleted volume lives: ${text(volume)}`);
    if (volume.status !== wanted[0] || volume.attachStatus !== wanted[1])
      problems.push(`volume in a wrong state: ${text(volume)}, not ${wanted}`);
    if (!volumeFiles.includes(volume.id)) problems.push(`volume without its file: ${text(volume)}`);
  }
  for (const id of volumeFiles) if (!ids.has(id)) problems.push(`volume's file left: ${id}`);
  for (const snapshot of snapshots) {
    if (snapshot.status !== "available" || !ids.has(snapshot.volumeId))
      problems.push(`snapshot in a wrong state: ${text(snapshot)}`);
  }
  if (reservations > 0) problems.push(`${reservations} reservations of volume quotas left`);

  const servers = new Set(instances.map(({ uuid }) => uuid));
  for (const attachment of attachments) {
    const { id, volumeId, instanceUuid, status } = attachment;
    const known = mappings.filter(
      (each) => each.volumeId === volumeId && each.instanceUuid === instanceUuid && each.attachmentId === id,
    );
    if (!servers.has(instanceUuid)) problems.push(`attachment leaked: ${text(attachment)}`);
    else if (known.length !== 1)
      problems.push(`attachment with ${known.length} mappings: ${text(attachment)}`);
    else if (status !== "attached" && !inNoGuest(instances, instanceUuid))
      problems.push(`attachment in a wrong state: ${text(attachment)}`);
  }
  for (const mapping of mappings) {
    const { instanceUuid, attachmentId } = mapping;
    if (!servers.has(instanceUuid)) problems.push(`mapping leaked: ${text(mapping)}`);
    else if (!attachments.some(({ id }) => id === attachmentId) && !inError(instances, instanceUuid))
      problems.push(`mapping without an attachment: ${text(mapping)}`);
  }
  return problems;
}

const stateOf = (instances: Books["instances"], id: string) =>
  instances.find(({ uuid }) => uuid === id)?.vmState ?? "";
const inError = (instances: Books["instances"], id: string) => stateOf(instances, id) === "error";
/** A server without a guest keeps its volumes, and nothing is connected. */
const inNoGuest = (instances: Books["instances"], id: string) =>
  ["shelved_offloaded", "error"].includes(stateOf(instances, id));

/**
 * The kill came before the answer to a createImage of a server on a volume. Its image is queued, as any image that no data
 * has been sent to; nobody can tell the two apart.
 */
export const neverPromised = ({ id, status, ofVolumes }: Image, ledger: Ledger) =>
  status === "queued" && ofVolumes === 1 && !ledger.snapshots.has(id);

/** Images of servers are whole or gone, those of shelved servers go with the shelving, and each has its file. */
export function auditImages({ images, imageFiles, instances }: Books, ledger: Ledger): string[] {
  const problems: string[] = [];
  const byId = new Map(images.map((image) => [image.id, image]));
  const shelved = new Set(instances.map(({ shelvedImageId }) => shelvedImageId));
  for (const image of images) {
    if (image.status !== "active" && !neverPromised(image, ledger))
      problems.push(`image in a wrong state: ${text(image)}`);
    if (image.name?.endsWith("-shelved") && !shelved.has(image.id))
      problems.push(`image of a server that is not shelved: ${text(image)}`);
  }
  for (const { uuid, shelvedImageId: id } of instances) {
    if (id && !byId.has(id) && !ledger.mayGo.has(uuid))
      problems.push(`image of a shelved server lost: ${id} of ${uuid}`);
  }
  for (const id of imageFiles) if (!byId.has(id)) problems.push(`image's file left: ${id}`);
  for (const [imageId, serverId] of ledger.snapshots) {
    if (!byId.has(imageId) && !ledger.mayGo.has(serverId))
      problems.push(`acknowledged image of a server lost: ${imageId} of ${serverId}`);
  }
  return problems;
}
