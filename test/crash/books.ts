// The books of a cloud as they stand in its state directory: the rows of every service's database and the files beside
// them. Only read, while the cloud runs.

import { Database } from "bun:sqlite";
import { readdirSync } from "node:fs";
import { join } from "node:path";

export interface Instance {
  uuid: string;
  host: string | null;
  vmState: string;
  taskState: string | null;
  vcpus: number;
  memoryMb: number;
  /** The image that a shelved server is to be made from again. */
  shelvedImageId: string | null;
}

export interface Migration {
  uuid: string;
  instanceUuid: string;
  status: string;
  source: string;
  destination: string | null;
}

/** What one consumer holds of one provider. */
export interface Allocation {
  consumerId: string;
  /** The provider's name, which is the host's. */
  host: string;
  vcpus: number;
  memoryMb: number;
}

export interface Port {
  id: string;
  deviceId: string;
  host: string;
  address: string;
}

/** A guest of a simulated hypervisor. */
export interface Guest {
  host: string;
  uuid: string;
  /** The disk of a server that was resized, until that is confirmed or reverted; not a guest. */
  aside: boolean;
  powerState: string;
  rescued: boolean;
  volumeIds: string[];
  vifIds: string[];
}

export interface Volume {
  id: string;
  status: string;
  attachStatus: string;
}

/** A volume at a server, as block storage has it. */
export interface Attachment {
  id: string;
  volumeId: string;
  instanceUuid: string;
  status: string;
}

/** A volume at a server, as compute has it. */
export interface Mapping {
  instanceUuid: string;
  volumeId: string;
  attachmentId: string | null;
}

export interface Image {
  id: string;
  name: string;
  status: string;
  /** It has no data of its own but names snapshots of volumes: true as 1. */
  ofVolumes: number;
}

export interface Books {
  instances: Instance[];
  /** Those under way. */
  migrations: Migration[];
  allocations: Allocation[];
  /** Consumers without an allocation. */
  idleConsumers: string[];
  ports: Port[];
  guests: Guest[];
  volumes: Volume[];
  attachments: Attachment[];
  mappings: Mapping[];
  images: Image[];
  snapshots: { id: string; volumeId: string; status: string }[];
  /** Of operations under way on volumes: what they hold of the quota. */
  reservations: number;
  /** `service method` of what the message bus holds. */
  messages: string[];
  /** Ids of the files that hold a volume, an image. */
  volumeFiles: string[];
  imageFiles: string[];
}

const MIGRATION_ENDED = "'confirmed', 'reverted', 'error', 'completed', 'done', 'cancelled', 'failed'";

export function readBooks(state: string): Books {
  const rows = <T>(database: string, sql: string): T[] => {
    const db = new Database(join(state, database), { readonly: true });
    try {
      return db.query<T, []>(sql).all();
    } finally {
      db.close();
    }
  };
  return {
    instances: rows(
      "nova.db",
      `SELECT i.uuid, host, vm_state AS vmState, task_state AS taskState, vcpus, memory_mb AS memoryMb,
         (SELECT value FROM instance_system_metadata m
          WHERE m.instance_uuid = i.uuid AND m.key = 'shelved_image_id') AS shelvedImageId
       FROM instances i WHERE deleted = 0`,
    ),
    migrations: rows(
      "nova.db",
      `SELECT uuid, instance_uuid AS instanceUuid, status, source_compute AS source, dest_compute AS destination
       FROM migrations WHERE status NOT IN (${MIGRATION_ENDED})`,
    ),
    allocations: rows(
      "placement.db",
      `SELECT consumer_id AS consumerId, p.name AS host,
         sum(CASE c.name WHEN 'VCPU' THEN used ELSE 0 END) AS vcpus,
         sum(CASE c.name WHEN 'MEMORY_MB' THEN used ELSE 0 END) AS memoryMb
       FROM allocations a JOIN resource_providers p ON p.id = a.resource_provider_id
         JOIN resource_classes c ON c.id = a.resource_class_id
       GROUP BY consumer_id, p.id`,
    ),
    idleConsumers: rows<{ uuid: string }>(
      "placement.db",
      "SELECT uuid FROM consumers WHERE uuid NOT IN (SELECT consumer_id FROM allocations)",
    ).map(({ uuid }) => uuid),
    ports: rows(
      "nova.db",
      `SELECT p.id, device_id AS deviceId, binding_host_id AS host, coalesce(f.address, '') AS address
       FROM ports p LEFT JOIN fixed_ips f ON f.port_id = p.id AND f.deleted = 0
       WHERE device_owner LIKE 'compute:%'`,
    ),
    guests: rows<{ host: string; guest: string }>(
      "instances/fake-hypervisors.db",
      "SELECT host, guest FROM guests",
    ).map(guestOf),
    volumes: rows(
      "cinder.db",
      "SELECT id, status, attach_status AS attachStatus FROM volumes WHERE deleted = 0",
    ),
    attachments: rows(
      "cinder.db",
      `SELECT id, volume_id AS volumeId, instance_uuid AS instanceUuid, attach_status AS status
       FROM volume_attachment WHERE deleted = 0`,
    ),
    mappings: rows(
      "nova.db",
      `SELECT instance_uuid AS instanceUuid, volume_id AS volumeId, attachment_id AS attachmentId
       FROM block_device_mapping WHERE deleted = 0 AND destination_type = 'volume'`,
    ),
    images: rows(
      "glance.db",
      `SELECT id, name, status, EXISTS (SELECT 1 FROM image_properties p
         WHERE p.image_id = i.id AND p.name = 'bdm_v2' AND p.deleted = 0) AS ofVolumes
       FROM images i WHERE deleted = 0`,
    ),
    snapshots: rows("cinder.db", "SELECT id, volume_id AS volumeId, status FROM snapshots WHERE deleted = 0"),
    reservations: rows("cinder.db", "SELECT id FROM reservations WHERE deleted = 0").length,
    messages: ["nova", "cinder", "glance"].flatMap((service) =>
      rows<{ method: string }>(`${service}.db`, "SELECT method FROM bus_messages").map(
        ({ method }) => `${service} ${method}`,
      ),
    ),
    volumeFiles: files(join(state, "volumes"), /^volume-([0-9a-f-]{36})$/),
    imageFiles: files(join(state, "images"), /^([0-9a-f-]{36})$/),
  };
}

/** What a driver of simulated hosts keeps of a guest. */
interface FakeGuest {
  uuid: string;
  powerState: string;
  rescued: boolean;
  disks: { volumeId: string }[];
  nics: { vifId: string }[];
}

function guestOf({ host, guest }: { host: string; guest: string }): Guest {
  const { uuid, powerState, rescued, disks, nics } = JSON.parse(guest) as FakeGuest;
  const aside = uuid.startsWith("aside:");
  return {
    host,
    uuid: uuid.replace(/^aside:/, ""),
    aside,
    powerState,
    rescued,
    volumeIds: disks.map(({ volumeId }) => volumeId).sort(),
    vifIds: nics.map(({ vifId }) => vifId).sort(),
  };
}

/** The first group of every file name that matches, in the folder and below it. */
function files(folder: string, name: RegExp): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => name.exec(path.split("/").at(-1)!)?.[1])
    .filter((id) => id !== undefined);
}
