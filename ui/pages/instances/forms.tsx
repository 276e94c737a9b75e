// The forms behind a server's actions.

import { listFlavors } from "../../api/flavors.ts";
import { listImages } from "../../api/image.ts";
import { associateFloatingIp, listFloatingIps, listPorts } from "../../api/network.ts";
import { actOnServer, attachVolume, detachVolume, type Server, updateServer } from "../../api/servers.ts";
import { listVolumes } from "../../api/volume.ts";
import { offering, openForm, textOf } from "../../parts/form.tsx";
import { flavorOptions, imageOptions } from "./options.ts";

export function edit({ id, name, description }: Server, after: () => void): void {
  openForm({
    title: "Edit Instance",
    button: "Save",
    fields: [
      { name: "name", label: "Name", value: name, required: true },
      { name: "description", label: "Description", value: description ?? "" },
    ],
    submit: (values) =>
      updateServer(id, { name: textOf(values, "name"), description: textOf(values, "description") }).then(
        after,
      ),
    done: "Saved.",
  });
}

export function snapshot({ id, name }: Server, after: () => void): void {
  openForm({
    title: `Create Snapshot of ${name}`,
    intro: "An image of the instance's disk as it is now. New instances can be launched from it.",
    button: "Create Snapshot",
    fields: [{ name: "name", label: "Snapshot Name", required: true, value: `${name}-snapshot` }],
    submit: (values) => actOnServer(id, { createImage: { name: textOf(values, "name") } }).then(after),
    done: (values) => `Creating the image ${textOf(values, "name")}.`,
  });
}

export async function resize({ id, name, flavor }: Server, after: () => void): Promise<void> {
  await offering(listFlavors(false), (flavors) =>
    openForm({
      title: `Resize ${name}`,
      intro: `It has the flavor ${flavor.name}. When the new size is there, confirm or revert it.`,
      button: "Resize",
      fields: [
        {
          name: "flavor",
          label: "New Flavor",
          kind: "select",
          required: true,
          options: flavorOptions(flavors.filter((one) => one.name !== flavor.name)),
        },
      ],
      submit: (values) => actOnServer(id, { resize: { flavorRef: textOf(values, "flavor") } }).then(after),
      done: `Resizing ${name}.`,
    }),
  );
}

export async function rebuild({ id, name, imageId }: Server, after: () => void): Promise<void> {
  await offering(listImages(), (images) =>
    openForm({
      title: `Rebuild ${name}`,
      intro: "The disk is made anew from an image; what is on it is lost. Addresses and volumes stay.",
      button: "Rebuild",
      fields: [
        {
          name: "image",
          label: "Image",
          kind: "select",
          required: true,
          options: imageOptions(images),
          ...(imageId ? { value: imageId } : {}),
        },
      ],
      submit: (values) => actOnServer(id, { rebuild: { imageRef: textOf(values, "image") } }).then(after),
      done: `Rebuilding ${name}.`,
    }),
  );
}

export async function attach({ id, name }: Server, after: () => void): Promise<void> {
  await offering(listVolumes(false), (volumes) =>
    openForm({
      title: `Attach a Volume to ${name}`,
      button: "Attach",
      fields: [
        {
          name: "volume",
          label: "Volume",
          kind: "select",
          required: true,
          options: volumes
            .filter(({ status }) => status === "available")
            .map((one) => ({ value: one.id, label: `${one.name || one.id} (${one.size} GiB)` })),
        },
        {
          name: "device",
          label: "Device Name",
          help: "Left empty, the next free one.",
          placeholder: "/dev/vdb",
        },
      ],
      submit: (values) =>
        attachVolume(id, textOf(values, "volume"), textOf(values, "device") || undefined).then(after),
      done: "Attaching the volume.",
    }),
  );
}

export async function detach({ id, name, volumeIds }: Server, after: () => void): Promise<void> {
  await offering(listVolumes(false), (volumes) =>
    openForm({
      title: `Detach a Volume from ${name}`,
      button: "Detach",
      fields: [
        {
          name: "volume",
          label: "Volume",
          kind: "select",
          required: true,
          options: volumeIds.map((volumeId) => ({
            value: volumeId,
            label: volumes.find((one) => one.id === volumeId)?.name || volumeId,
          })),
        },
      ],
      submit: (values) => detachVolume(id, textOf(values, "volume")).then(after),
      done: "Detaching the volume.",
    }),
  );
}

export async function associate({ id, name }: Server, after: () => void): Promise<void> {
  const wanted = Promise.all([listFloatingIps(), listPorts({ device_id: id })]);
  await offering(wanted, ([floating, ports]) =>
    openForm({
      title: `Associate a Floating IP with ${name}`,
      button: "Associate",
      fields: [
        {
          name: "address",
          label: "IP Address",
          kind: "select",
          required: true,
          help: "Those of the project that are free. More are allocated on the page of floating IPs.",
          options: floating
            .filter((one) => one.port_id === null)
            .map((one) => ({ value: one.id, label: one.floating_ip_address })),
        },
        {
          name: "port",
          label: "Port to be associated",
          kind: "select",
          required: true,
          options: ports.map((port) => ({
            value: port.id,
            label: port.fixed_ips.map((ip) => ip.ip_address).join(", "),
          })),
        },
      ],
      submit: (values) => associateFloatingIp(textOf(values, "address"), textOf(values, "port")).then(after),
      done: "Associated.",
    }),
  );
}
