// The part of the random user that concerns volumes: made, attached, detached, deleted, booted from.

import type { ServerBody, VolumeBody } from "./api.ts";
import type { Play } from "./operations.ts";

const VOLUMES_AT_LEAST = 10;
/** Those that servers were not booted from. */
const NAME = "fv";

/** A server whose root disk is a volume, which goes with it. */
export const volumeServer = (imageId: string) => ({
  name: "bfv",
  flavorRef: "1",
  networks: "none",
  block_device_mapping_v2: [
    {
      boot_index: 0,
      uuid: imageId,
      source_type: "image",
      destination_type: "volume",
      volume_size: 1,
      delete_on_termination: true,
    },
  ],
});

export async function deleteOrAttach(play: Play, server: ServerBody): Promise<void> {
  const { cloud, random } = play;
  const volumes = (await cloud.listVolumes()).filter(({ name }) => name === NAME);
  if (volumes.length < VOLUMES_AT_LEAST) return create(play);
  const volume = random.pick(volumes)!;
  if (volume.status === "in-use") return detach(play, volume);
  if (volume.status !== "available") return;
  if (random.chance(0.1)) return remove(play, volume);
  return attach(play, server, volume);
}

async function create({ cloud, ledger }: Play): Promise<void> {
  const volume = { size: 1, name: NAME };
  const answer = await cloud.ask("POST", `${cloud.volumes}/volumes`, { volume });
  if (!(await ledger.answered("create volume", answer))) return;
  ledger.volumes.add(((await answer.json()) as { volume: { id: string } }).volume.id);
}

async function remove({ cloud, ledger }: Play, { id }: VolumeBody): Promise<void> {
  ledger.mayGo.add(id);
  const answer = await cloud.ask("DELETE", `${cloud.volumes}/volumes/${id}`);
  if (await ledger.answered("delete volume", answer)) ledger.mustGo.add(id);
}

async function attach(
  { cloud, ledger, random }: Play,
  server: ServerBody,
  { id }: VolumeBody,
): Promise<void> {
  const goesWithServer = random.chance(0.3);
  if (goesWithServer) ledger.mayGo.add(id);
  const answer = await cloud.ask("POST", `/compute/v2.1/servers/${server.id}/os-volume_attachments`, {
    volumeAttachment: { volumeId: id, delete_on_termination: goesWithServer },
  });
  await ledger.answered("attach", answer);
}

async function detach({ cloud, ledger }: Play, { id, attachments }: VolumeBody): Promise<void> {
  const server = attachments[0]?.server_id;
  if (!server) return;
  const path = `/compute/v2.1/servers/${server}/os-volume_attachments/${id}`;
  await ledger.answered("detach", await cloud.ask("DELETE", path));
}
