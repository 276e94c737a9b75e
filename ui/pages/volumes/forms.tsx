// The forms behind what is done with volumes and snapshots.

import { listImages } from "../../api/image.ts";
import { attachVolume, detachVolume, listServers } from "../../api/servers.ts";
import {
  createSnapshot,
  createVolume,
  deleteSnapshot,
  deleteVolume,
  extendVolume,
  listVolumeTypes,
  type Snapshot,
  type Volume,
} from "../../api/volume.ts";
import { plural } from "../../core/format.ts";
import { confirm, forEach } from "../../parts/confirm.tsx";
import { numberOf, offering, openForm, textOf } from "../../parts/form.tsx";
import { imageOptions } from "../instances/options.ts";
import { nameOf } from "./names.ts";

export async function create(after: () => void, from?: Snapshot): Promise<void> {
  await offering(Promise.all([listImages(), listVolumeTypes()]), ([images, types]) =>
    openForm({
      title: from ? `Create Volume from ${nameOf(from)}` : "Create Volume",
      button: "Create Volume",
      fields: [
        { name: "name", label: "Volume Name" },
        { name: "description", label: "Description", kind: "textarea", rows: 2 },
        {
          name: "image",
          label: "Image",
          kind: "select",
          options: imageOptions(images),
          none: "None, an empty volume",
          when: () => !from,
        },
        {
          name: "type",
          label: "Type",
          kind: "select",
          options: types.map(({ name }) => ({ value: name, label: name })),
          none: "Default",
        },
        {
          name: "size",
          label: "Size (GiB)",
          kind: "number",
          required: true,
          min: from?.size ?? 1,
          value: String(from?.size ?? 1),
        },
      ],
      submit: (values) =>
        createVolume({
          name: textOf(values, "name"),
          description: textOf(values, "description"),
          size: numberOf(values, "size"),
          ...(textOf(values, "image") ? { imageRef: textOf(values, "image") } : {}),
          ...(textOf(values, "type") ? { volume_type: textOf(values, "type") } : {}),
          ...(from ? { snapshot_id: from.id } : {}),
        }).then(after),
      done: "Creating the volume.",
    }),
  );
}

export async function attach(volume: Volume, after: () => void): Promise<void> {
  await offering(listServers(false), (servers) =>
    openForm({
      title: `Attach ${nameOf(volume)}`,
      button: "Attach Volume",
      fields: [
        {
          name: "server",
          label: "Instance",
          kind: "select",
          required: true,
          options: servers.map(({ id, name }) => ({ value: id, label: name })),
        },
        {
          name: "device",
          label: "Device Name",
          placeholder: "/dev/vdb",
          help: "Left empty, the next free one.",
        },
      ],
      submit: (values) =>
        attachVolume(textOf(values, "server"), volume.id, textOf(values, "device") || undefined).then(after),
      done: "Attaching the volume.",
    }),
  );
}

export function detach(volume: Volume, servers: ReadonlyMap<string, string>, after: () => void): void {
  const { attachments } = volume;
  confirm({
    title: `Detach ${nameOf(volume)}?`,
    text: "Unmount it in the guest first.",
    names: attachments.map(({ server_id, device }) => `${device} on ${servers.get(server_id) ?? server_id}`),
    button: "Detach Volume",
    danger: false,
    work: () => forEach(attachments, ({ server_id }) => detachVolume(server_id, volume.id)).finally(after),
    done: "Detaching the volume.",
  });
}

export function snapshot(volume: Volume, after: () => void): void {
  openForm({
    title: `Create Snapshot of ${nameOf(volume)}`,
    ...(volume.status === "in-use"
      ? { intro: "The volume is in use: what the guest has not written out yet is not in the snapshot." }
      : {}),
    button: "Create Snapshot",
    fields: [{ name: "name", label: "Snapshot Name", required: true }],
    submit: (values) =>
      createSnapshot(volume.id, textOf(values, "name"), volume.status === "in-use").then(after),
    done: "Creating the snapshot.",
  });
}

export function extend(volume: Volume, after: () => void): void {
  openForm({
    title: `Extend ${nameOf(volume)}`,
    button: "Extend Volume",
    fields: [
      {
        name: "size",
        label: "New Size (GiB)",
        kind: "number",
        required: true,
        min: volume.size + 1,
        value: String(volume.size + 1),
      },
    ],
    submit: (values) => extendVolume(volume.id, numberOf(values, "size")).then(after),
    done: "Extending the volume.",
  });
}

export function removeVolumes(volumes: Volume[], after: () => void): void {
  confirm({
    title: `Delete ${plural(volumes.length, "volume")}?`,
    text: "What is on them is lost. This cannot be undone.",
    names: volumes.map(nameOf),
    button: "Delete Volumes",
    work: () => forEach(volumes, ({ id }) => deleteVolume(id)).finally(after),
    done: `Deleting ${plural(volumes.length, "volume")}.`,
  });
}

export function removeSnapshots(snapshots: Snapshot[], after: () => void): void {
  confirm({
    title: `Delete ${plural(snapshots.length, "volume snapshot")}?`,
    text: "This cannot be undone.",
    names: snapshots.map(nameOf),
    button: "Delete Snapshots",
    work: () => forEach(snapshots, ({ id }) => deleteSnapshot(id)).finally(after),
    done: `Deleting ${plural(snapshots.length, "volume snapshot")}.`,
  });
}
