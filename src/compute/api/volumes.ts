// /os-volumes and /os-snapshots: the block storage service through the old compute API, until 2.35. Authority:
// nova/api/openstack/compute/volumes.py of Zed.

import { Invalid } from "../../core/errors.ts";
import { boolFromString, pyStr } from "../../core/python.ts";
import { isoMicros } from "../../core/times.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { NewVolume, SnapshotInfo, VolumeInfo } from "../../volume/public.ts";
import type { Nova } from "../nova.ts";
import * as p from "./parameter-types.ts";
import { limitOf } from "./server-queries.ts";

const rule = (name: string) => `os_compute_api:os-volumes:${name}`;
const until = 35;

const text = { type: "string" } as const;

const listQuery = {
  type: "object",
  properties: { limit: p.multi(p.nonNegativeInteger), offset: p.multi(p.nonNegativeInteger) },
};

const newVolume = {
  type: "object",
  properties: {
    volume: {
      type: "object",
      properties: {
        volume_type: text,
        metadata: { type: "object" },
        snapshot_id: text,
        size: { type: ["integer", "string"], pattern: "^[0-9]+$", minimum: 1 },
        availability_zone: text,
        display_name: text,
        display_description: text,
      },
      required: ["size"],
      additionalProperties: false,
    },
  },
  required: ["volume"],
  additionalProperties: false,
};

const newSnapshot = {
  type: "object",
  properties: {
    snapshot: {
      type: "object",
      properties: { volume_id: text, force: p.boolean, display_name: text, display_description: text },
      required: ["volume_id"],
      additionalProperties: false,
    },
  },
  required: ["snapshot"],
  additionalProperties: false,
};

export function volumeRoutes(nova: Nova): Route[] {
  const listVolumes = (call: Call): Reply =>
    json(200, { volumes: limited(nova, call, nova.volumes.list(call.context)).map(volumeView) });

  const showVolume = (call: Call): Reply =>
    json(200, { volume: volumeView(nova.volumes.show(call.context, call.param("id"))) });

  function createVolume(call: Call): Reply {
    const given = (call.body as { volume: Record<string, unknown> }).volume;
    const snapshotId = given["snapshot_id"] as string | undefined;
    const wanted: NewVolume = {
      sizeGb: Number(given["size"]),
      name: (given["display_name"] as string | undefined) ?? null,
      description: (given["display_description"] as string | undefined) ?? null,
      volumeType: (given["volume_type"] as string | undefined) ?? null,
      availabilityZone: (given["availability_zone"] as string | undefined) ?? null,
      metadata: textValues(given["metadata"]),
    };
    if (snapshotId !== undefined) {
      wanted.snapshotId = nova.volumes.showSnapshot(call.context, snapshotId).id;
    }
    const made = nova.volumes.create(call.context, wanted);
    return json(
      200,
      { volume: volumeView(made) },
      { location: `${call.baseUrl}${call.path.replace(/\/$/, "")}/${made.id}` },
    );
  }

  function deleteVolume(call: Call): Reply {
    nova.volumes.delete(call.context, call.param("id"));
    return empty(202);
  }

  const path = "/os-volumes";
  return [
    { method: "GET", path, handler: listVolumes, access: rule("list"), query: listQuery, until },
    { method: "POST", path, handler: createVolume, access: rule("create"), body: newVolume, until },
    {
      method: "GET",
      path: `${path}/detail`,
      handler: listVolumes,
      access: rule("detail"),
      query: listQuery,
      until,
    },
    { method: "GET", path: `${path}/:id`, handler: showVolume, access: rule("show"), until },
    { method: "DELETE", path: `${path}/:id`, handler: deleteVolume, access: rule("delete"), until },
  ];
}

export function volumeSnapshotRoutes(nova: Nova): Route[] {
  const listSnapshots = (call: Call): Reply =>
    json(200, { snapshots: limited(nova, call, nova.volumes.listSnapshots(call.context)).map(snapshotView) });

  const showSnapshot = (call: Call): Reply =>
    json(200, { snapshot: snapshotView(nova.volumes.showSnapshot(call.context, call.param("id"))) });

  function createSnapshot(call: Call): Reply {
    const given = (call.body as { snapshot: Record<string, unknown> }).snapshot;
    const description = given["display_description"] as string | undefined;
    const made = nova.volumes.createSnapshot(call.context, given["volume_id"] as string, {
      name: (given["display_name"] as string | undefined) ?? "",
      ...(description === undefined ? {} : { description }),
      force: boolFromString(given["force"] ?? false) === true,
    });
    return json(200, { snapshot: snapshotView(made) });
  }

  function deleteSnapshot(call: Call): Reply {
    nova.volumes.deleteSnapshot(call.context, call.param("id"));
    return empty(202);
  }

  const of = (name: string) => rule(`snapshots:${name}`);
  const path = "/os-snapshots";
  return [
    { method: "GET", path, handler: listSnapshots, access: of("list"), query: listQuery, until },
    { method: "POST", path, handler: createSnapshot, access: of("create"), body: newSnapshot, until },
    {
      method: "GET",
      path: `${path}/detail`,
      handler: listSnapshots,
      access: of("detail"),
      query: listQuery,
      until,
    },
    { method: "GET", path: `${path}/:id`, handler: showSnapshot, access: of("show"), until },
    { method: "DELETE", path: `${path}/:id`, handler: deleteSnapshot, access: of("delete"), until },
  ];
}

function limited<T>(nova: Nova, call: Call, items: readonly T[]): T[] {
  const offset = Number(call.query.get("offset") ?? 0);
  return items.slice(offset, offset + (limitOf(nova, call) || nova.settings.API_MAX_LIMIT));
}

/** @throws Invalid as the block storage service does */
function textValues(metadata: unknown): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [key, value] of Object.entries((metadata as object | undefined) ?? {})) {
    if (typeof value !== "string") {
      throw new Invalid(
        `Invalid input for field/attribute ${key}. Value: ${pyStr(value)}. ${pyStr(value)} is not of type 'string'`,
      );
    }
    found[key] = value;
  }
  return found;
}

function volumeView(volume: VolumeInfo) {
  const attached = volume.attachments.find(({ instanceUuid }) => instanceUuid !== null);
  return {
    id: volume.id,
    status: volume.status,
    size: volume.sizeGb,
    availabilityZone: volume.availabilityZone,
    createdAt: isoMicros(volume.createdAtMs),
    attachments: [
      attached
        ? {
            id: volume.id,
            volumeId: volume.id,
            serverId: attached.instanceUuid,
            ...(attached.mountpoint ? { device: attached.mountpoint } : {}),
          }
        : {},
    ],
    displayName: volume.name,
    displayDescription: volume.description,
    volumeType: volume.volumeType,
    snapshotId: volume.snapshotId,
    metadata: volume.metadata,
  };
}

const snapshotView = (snapshot: SnapshotInfo) => ({
  id: snapshot.id,
  volumeId: snapshot.volumeId,
  status: snapshot.status,
  size: snapshot.sizeGb,
  createdAt: isoMicros(snapshot.createdAtMs),
  displayName: snapshot.name,
  displayDescription: snapshot.description,
});
