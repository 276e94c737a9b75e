// The facts of a server from nova.db and from the network service.

import type { ServiceContext } from "../../core/service.ts";
import { Nova } from "../nova.ts";
import type { KeypairFacts } from "../periphery.ts";
import { securityGroupsOf, vifsOfOne } from "../servers/network-info.ts";
import type { BlockDeviceRow, InstanceRow } from "../tables.ts";
import type { MetadataInstance, MetadataSource } from "./facts.ts";
import { Ec2Ids, ec2Id } from "./store.ts";

const PASSWORD_KEY = "password_";
const PASSWORD_CHUNKS = 4;
const PASSWORD_CHUNK_LENGTH = 255;

/** Bytes a guest's password may have. Authority: nova/api/metadata/password.py of Zed. */
export const MAX_PASSWORD_BYTES = PASSWORD_CHUNKS * PASSWORD_CHUNK_LENGTH;

export class NovaMetadata implements MetadataSource {
  #nova: Nova;
  #ec2Ids: Ec2Ids;

  constructor(context: ServiceContext) {
    this.#nova = new Nova(context);
    this.#ec2Ids = new Ec2Ids(context.db);
  }

  instance(uuid: string): MetadataInstance | null {
    const { store, zones } = this.#nova;
    const row = store.instance(uuid);
    if (!row) return null;
    const extra = store.extra.first({ instance_uuid: uuid });
    const [keypair] = (extra?.keypairs ?? []) as KeypairFacts[];
    const disks = store.blockDevicesOf(uuid);
    const { name: flavorName = "" } = extra?.flavor.cur ?? {};
    return {
      uuid,
      projectId: row.project_id ?? "",
      displayName: row.display_name,
      hostname: row.hostname ?? "",
      launchIndex: row.launch_index ?? 0,
      reservationId: row.reservation_id,
      availabilityZone: row.host ? zones.zoneOf(row.host) : row.availability_zone,
      flavorName,
      ec2: {
        instanceId: ec2Id("i", row.id),
        imageId: this.#ec2Ids.ofImage(row.image_ref, "ami"),
        kernelId: this.#ec2Ids.ofImage(row.kernel_id, "aki"),
        ramdiskId: this.#ec2Ids.ofImage(row.ramdisk_id, "ari"),
      },
      keyName: row.key_name,
      keyData: row.key_data,
      keypair: keypair ?? null,
      userData: row.user_data === null ? null : Buffer.from(row.user_data, "base64"),
      metadata: store.metadataOf(uuid),
      password: passwordOf(store.systemMetadataOf(uuid)),
      securityGroups: securityGroupsOf(this.#nova, uuid).map(({ name }) => name),
      vifs: vifsOfOne(this.#nova, uuid),
      blockDeviceMapping: mappingOf(row, disks),
      taggedDisks: disks.flatMap(({ tag, volume_id, disk_bus }) =>
        tag === null ? [] : [{ tag, volumeId: volume_id, bus: disk_bus }],
      ),
    };
  }

  savePassword(uuid: string, password: string): "saved" | "taken" | "gone" {
    const { store, context } = this.#nova;
    return context.db.transaction(() => {
      if (!store.instance(uuid)) return "gone";
      if (passwordOf(store.systemMetadataOf(uuid)) !== null) return "taken";
      const chunks: Record<string, string> = {};
      for (let i = 0; i < PASSWORD_CHUNKS; i++) {
        const start = i * PASSWORD_CHUNK_LENGTH;
        chunks[`${PASSWORD_KEY}${i}`] = password.slice(start, start + PASSWORD_CHUNK_LENGTH);
      }
      store.mergeSystemMetadata(uuid, chunks);
      return "saved";
    });
  }
}

function passwordOf(systemMetadata: Record<string, string>): string | null {
  const text = Object.keys(systemMetadata)
    .filter((key) => key.startsWith(PASSWORD_KEY))
    .sort()
    .map((key) => systemMetadata[key])
    .join("");
  return text === "" ? null : text;
}

/** nova/block_device.py, `instance_block_mapping`. */
function mappingOf(row: InstanceRow, disks: readonly BlockDeviceRow[]): Record<string, string | null> {
  if (row.root_device_name === null) {
    return { ami: "sda1", ephemeral0: "sda2", root: "/dev/sda1", swap: "sda3" };
  }
  const mapping: Record<string, string | null> = {
    ami: row.root_device_name.replace(/^\/dev\//, ""),
    root: row.root_device_name,
  };
  if (row.default_ephemeral_device) mapping["ephemeral0"] = row.default_ephemeral_device;
  if (row.default_swap_device) mapping["swap"] = row.default_swap_device;
  const volumes = disks.filter((disk) => disk.destination_type === "volume").map((disk) => disk.device_name);
  for (const [i, name] of volumes.sort(nullFirst).entries()) mapping[`ebs${i}`] = name;
  const blank = disks.filter((disk) => disk.destination_type !== "volume" && disk.source_type === "blank");
  const swap = blank.findLast((disk) => disk.guest_format === "swap");
  if (swap) mapping["swap"] = swap.device_name;
  for (const [i, disk] of blank.filter((each) => each.guest_format !== "swap").entries()) {
    mapping[`ephemeral${i}`] = disk.device_name;
  }
  return mapping;
}

function nullFirst(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return a < b ? -1 : Number(a > b);
}
