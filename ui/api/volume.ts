// The Block Storage API v3.

import { projectId } from "../core/session.ts";
import { api } from "./http.ts";

const volume = api(() => `/volume/v3/${projectId()}`, { "openstack-api-version": "volume 3.59" });

export interface Volume {
  id: string;
  name: string | null;
  description: string | null;
  size: number;
  status: string;
  bootable: string;
  volume_type: string | null;
  availability_zone: string;
  snapshot_id: string | null;
  attachments: { server_id: string; device: string }[];
  created_at: string;
  "os-vol-tenant-attr:tenant_id"?: string;
  "os-vol-host-attr:host"?: string | null;
}

async function listAll<T extends { id: string }>(
  path: string,
  name: string,
  allProjects: boolean,
  signal?: AbortSignal,
): Promise<T[]> {
  const found: T[] = [];
  for (let marker: string | undefined; ; ) {
    const query = { all_tenants: allProjects ? 1 : undefined, marker };
    const answer = await volume<Record<string, unknown>>(path, { query, signal });
    const rows = answer[name] as T[];
    found.push(...rows);
    marker = rows.at(-1)?.id;
    if (!answer[`${name}_links`] || marker === undefined) return found;
  }
}

export function listVolumes(allProjects: boolean, signal?: AbortSignal): Promise<Volume[]> {
  return listAll("/volumes/detail", "volumes", allProjects, signal);
}

export interface NewVolume {
  name: string;
  description: string;
  size: number;
  imageRef?: string;
  snapshot_id?: string;
  volume_type?: string;
}

export async function createVolume(fields: NewVolume): Promise<void> {
  await volume("/volumes", { method: "POST", body: { volume: fields } });
}

export async function deleteVolume(id: string): Promise<void> {
  await volume(`/volumes/${id}`, { method: "DELETE" });
}

export async function extendVolume(id: string, size: number): Promise<void> {
  await volume(`/volumes/${id}/action`, { method: "POST", body: { "os-extend": { new_size: size } } });
}

export interface Snapshot {
  id: string;
  name: string | null;
  description: string | null;
  size: number;
  status: string;
  volume_id: string;
  created_at: string;
}

export function listSnapshots(allProjects: boolean, signal?: AbortSignal): Promise<Snapshot[]> {
  return listAll("/snapshots/detail", "snapshots", allProjects, signal);
}

/** @param force also of a volume in use */
export async function createSnapshot(volumeId: string, name: string, force: boolean): Promise<void> {
  await volume("/snapshots", { method: "POST", body: { snapshot: { volume_id: volumeId, name, force } } });
}

export async function deleteSnapshot(id: string): Promise<void> {
  await volume(`/snapshots/${id}`, { method: "DELETE" });
}

export interface VolumeType {
  id: string;
  name: string;
  description: string | null;
  is_public: boolean;
}

export async function listVolumeTypes(signal?: AbortSignal): Promise<VolumeType[]> {
  return (await volume<{ volume_types: VolumeType[] }>("/types", { signal })).volume_types;
}

export interface VolumeLimits {
  maxTotalVolumes: number;
  totalVolumesUsed: number;
  maxTotalVolumeGigabytes: number;
  totalGigabytesUsed: number;
  maxTotalSnapshots: number;
  totalSnapshotsUsed: number;
}

export async function volumeLimits(signal?: AbortSignal): Promise<VolumeLimits> {
  return (await volume<{ limits: { absolute: VolumeLimits } }>("/limits", { signal })).limits.absolute;
}
