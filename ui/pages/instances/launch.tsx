// Launch Instance, with Horizon's tabs and boot sources.

import { type KeyPair, listKeyPairs, listZones } from "../../api/compute.ts";
import { type Flavor, listFlavors } from "../../api/flavors.ts";
import { messageOf } from "../../api/http.ts";
import { type Image, listImages } from "../../api/image.ts";
import { listSecurityGroups, type Network, type SecurityGroup, usableNetworks } from "../../api/network.ts";
import { type BootDevice, createServer, type NewServer } from "../../api/servers.ts";
import { listSnapshots, listVolumes, type Snapshot, type Volume } from "../../api/volume.ts";
import { NETWORK, offers, VOLUME } from "../../core/catalog.ts";
import { plural } from "../../core/format.ts";
import { session } from "../../core/session.ts";
import {
  type Field,
  listOf,
  numberOf,
  type Option,
  offering,
  openForm,
  textOf,
  type Values,
} from "../../parts/form.tsx";
import { flavorOptions, imageOptions } from "./options.ts";

/** Where the disk comes from: Horizon's five. */
const SOURCES: Option[] = [
  { value: "image", label: "Boot from image" },
  { value: "instance-snapshot", label: "Boot from snapshot" },
  { value: "volume", label: "Boot from volume" },
  { value: "image-volume", label: "Boot from image (creates a new volume)" },
  { value: "volume-snapshot", label: "Boot from volume snapshot (creates a new volume)" },
];
const WITH_VOLUMES = new Set(["volume", "image-volume", "volume-snapshot"]);

interface Offered {
  flavors: Flavor[];
  images: Image[];
  keyPairs: KeyPair[];
  zones: string[];
  groups: SecurityGroup[];
  /** Null: not known. */
  networks: Network[] | null;
  /** Null: nothing can be booted from a volume. */
  volumes: Volume[] | null;
  snapshots: Snapshot[];
  /** Why something is not offered. */
  missing: string[];
}

export function launchInstance(after: () => void): void {
  void offering(load(), (offered) =>
    openForm({
      title: "Launch Instance",
      button: "Launch",
      wide: true,
      ...(offered.missing.length > 0 ? { intro: offered.missing.join(" ") } : {}),
      fields: fieldsOf(offered),
      submit: (values) => createServer(serverOf(values, offered)).then(after),
      done: (values) =>
        numberOf(values, "count") === 1
          ? `Launching ${textOf(values, "name")}.`
          : `Launching ${plural(numberOf(values, "count"), "instance")}.`,
    }),
  );
}

/** @throws ApiError without the compute and image services; what the others have is left out when they do not answer */
async function load(): Promise<Offered> {
  const types = session.get()?.services ?? [];
  const missing = new Set<string>();
  async function from<T>(kind: readonly string[], list: () => Promise<T>): Promise<T | null> {
    if (!offers(types, kind)) return null;
    try {
      return await list();
    } catch (error) {
      missing.add(messageOf(error));
      return null;
    }
  }
  const [flavors, images, keyPairs, zones, groups, networks, volumes, snapshots] = await Promise.all([
    listFlavors(false),
    listImages(),
    listKeyPairs(),
    listZones(),
    from(NETWORK, listSecurityGroups),
    from(NETWORK, usableNetworks),
    from(VOLUME, () => listVolumes(false)),
    from(VOLUME, () => listSnapshots(false)),
  ]);
  return {
    flavors,
    images,
    keyPairs,
    zones,
    groups: groups ?? [],
    networks,
    volumes,
    snapshots: snapshots ?? [],
    missing: [...missing],
  };
}

function fieldsOf(offered: Offered): Field[] {
  const { flavors, images, keyPairs, zones, groups, networks, volumes, snapshots } = offered;
  const isSnapshot = ({ image_type }: Image) => image_type === "snapshot";
  const from =
    (...sources: string[]) =>
    (values: Values) =>
      sources.includes(textOf(values, "source"));
  const details: Field[] = [
    { name: "name", label: "Instance Name", required: true },
    { name: "flavor", label: "Flavor", kind: "select", required: true, options: flavorOptions(flavors) },
    { name: "count", label: "Instance Count", kind: "number", required: true, value: "1", min: 1 },
    {
      name: "source",
      label: "Instance Boot Source",
      kind: "select",
      required: true,
      options: SOURCES.filter(({ value }) => volumes !== null || !WITH_VOLUMES.has(value)),
    },
    {
      name: "image",
      label: "Image",
      kind: "select",
      required: true,
      options: imageOptions(images.filter((image) => !isSnapshot(image))),
      when: from("image", "image-volume"),
    },
    {
      name: "instanceSnapshot",
      label: "Instance Snapshot",
      kind: "select",
      required: true,
      options: imageOptions(images.filter(isSnapshot)),
      when: from("instance-snapshot"),
    },
    {
      name: "volume",
      label: "Volume",
      kind: "select",
      required: true,
      options: (volumes ?? [])
        .filter(({ status, bootable }) => status === "available" && bootable === "true")
        .map(({ id, name, size }) => ({ value: id, label: `${name || id} (${size} GiB)` })),
      when: from("volume"),
    },
    {
      name: "snapshot",
      label: "Volume Snapshot",
      kind: "select",
      required: true,
      options: snapshots
        .filter(({ status }) => status === "available")
        .map(({ id, name, size }) => ({ value: id, label: `${name || id} (${size} GiB)` })),
      when: from("volume-snapshot"),
    },
    {
      name: "size",
      label: "Volume Size (GiB)",
      kind: "number",
      required: true,
      value: "1",
      min: 1,
      when: from("image-volume", "volume-snapshot"),
    },
    {
      name: "deleteVolume",
      label: "Delete the volume with the instance",
      kind: "checkbox",
      when: from("volume", "image-volume", "volume-snapshot"),
    },
    {
      name: "zone",
      label: "Availability Zone",
      kind: "select",
      options: zones.map((name) => ({ value: name, label: name })),
      none: "Any Availability Zone",
    },
  ];
  const access: Field[] = [
    {
      name: "keyPair",
      label: "Key Pair",
      kind: "select",
      options: keyPairs.map(({ name }) => ({ value: name, label: name })),
      none: "None",
      help: "Which public key the guest gets for its first login.",
      ...(keyPairs.length === 1 ? { value: keyPairs[0]!.name } : {}),
    },
    {
      name: "groups",
      label: "Security Groups",
      kind: "choices",
      options: groups.map(({ name }) => ({ value: name, label: name })),
      value: groups.some(({ name }) => name === "default") ? ["default"] : [],
    },
  ];
  const networking: Field[] = [
    {
      name: "networks",
      label: "Networks",
      kind: "choices",
      options: (networks ?? []).map(({ id, name }) => ({ value: id, label: name || id })),
      value: networks?.length === 1 ? [networks[0]!.id] : [],
      help: "None chosen: the project's network, when it has one only.",
    },
  ];
  const postCreation: Field[] = [
    {
      name: "userData",
      label: "Customization Script",
      kind: "textarea",
      rows: 10,
      placeholder: "#!/bin/sh",
      help: "User data: the guest runs it, or cloud-init reads it, at the first start.",
      check: (value) => (String(value ?? "").length > 49_000 ? "It is too long: 64 KiB when encoded." : null),
    },
  ];
  const onTab = (tab: string, fields: Field[]) => fields.map((field) => ({ ...field, tab }));
  return [
    ...onTab("Details", details),
    ...onTab("Access & Security", access),
    ...onTab("Networking", networking),
    ...onTab("Post-Creation", postCreation),
  ];
}

function serverOf(values: Values, { networks }: Offered): NewServer {
  const count = numberOf(values, "count");
  const chosen = listOf(values, "networks");
  const groups = listOf(values, "groups").map((name) => ({ name }));
  const userData = textOf(values, "userData");
  return {
    name: textOf(values, "name"),
    flavorRef: textOf(values, "flavor"),
    min_count: count,
    max_count: count,
    ...sourceOf(values),
    networks: chosen.length > 0 ? chosen.map((uuid) => ({ uuid })) : networks?.length === 0 ? "none" : "auto",
    ...(textOf(values, "keyPair") ? { key_name: textOf(values, "keyPair") } : {}),
    ...(groups.length > 0 ? { security_groups: groups } : {}),
    ...(textOf(values, "zone") ? { availability_zone: textOf(values, "zone") } : {}),
    ...(userData ? { user_data: base64(userData) } : {}),
  };
}

function sourceOf(values: Values): Pick<NewServer, "imageRef" | "block_device_mapping_v2"> {
  const source = textOf(values, "source");
  if (source === "image") return { imageRef: textOf(values, "image") };
  if (source === "instance-snapshot") return { imageRef: textOf(values, "instanceSnapshot") };
  const [kind, field] = (
    {
      volume: ["volume", "volume"],
      "image-volume": ["image", "image"],
      "volume-snapshot": ["snapshot", "snapshot"],
    } as const
  )[source as "volume" | "image-volume" | "volume-snapshot"];
  const device: BootDevice = {
    uuid: textOf(values, field),
    source_type: kind,
    destination_type: "volume",
    boot_index: 0,
    delete_on_termination: values["deleteVolume"] === true,
    ...(kind === "volume" ? {} : { volume_size: numberOf(values, "size") }),
  };
  return { block_device_mapping_v2: [device] };
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
