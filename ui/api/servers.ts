// The Compute API: servers and what is done with them. Wire forms end here.

import { compute } from "./compute-api.ts";

export interface Address {
  network: string;
  address: string;
  floating: boolean;
}

export interface Server {
  id: string;
  name: string;
  description: string | null;
  status: string;
  taskState: string | null;
  powerState: number;
  created: string;
  updated: string;
  projectId: string;
  userId: string;
  keyName: string | null;
  flavor: { name: string; vcpus: number; ramMb: number; diskGb: number };
  imageId: string | null;
  addresses: Address[];
  volumeIds: string[];
  securityGroups: string[];
  zone: string;
  /** Null for those who may not see it. */
  host: string | null;
  locked: boolean;
  metadata: Record<string, string>;
  fault: { message: string; code: number; details?: string } | null;
}

interface WireServer {
  id: string;
  name: string;
  description?: string | null;
  status: string;
  created: string;
  updated: string;
  tenant_id: string;
  user_id: string;
  key_name: string | null;
  flavor: { original_name: string; vcpus: number; ram: number; disk: number };
  image: "" | { id: string };
  addresses: Record<string, { addr: string; "OS-EXT-IPS:type": string }[]>;
  security_groups?: { name: string }[];
  metadata: Record<string, string>;
  locked: boolean;
  fault?: { message: string; code: number; details?: string };
  "OS-EXT-STS:task_state": string | null;
  "OS-EXT-STS:power_state": number;
  "OS-EXT-AZ:availability_zone": string;
  "OS-EXT-SRV-ATTR:host"?: string | null;
  "os-extended-volumes:volumes_attached": { id: string }[];
}

function serverOf(wire: WireServer): Server {
  const { flavor } = wire;
  return {
    id: wire.id,
    name: wire.name,
    description: wire.description ?? null,
    status: wire.status,
    taskState: wire["OS-EXT-STS:task_state"],
    powerState: wire["OS-EXT-STS:power_state"],
    created: wire.created,
    updated: wire.updated,
    projectId: wire.tenant_id,
    userId: wire.user_id,
    keyName: wire.key_name,
    flavor: { name: flavor.original_name, vcpus: flavor.vcpus, ramMb: flavor.ram, diskGb: flavor.disk },
    imageId: wire.image === "" ? null : wire.image.id,
    addresses: Object.entries(wire.addresses ?? {}).flatMap(([network, list]) =>
      list.map((one) => ({ network, address: one.addr, floating: one["OS-EXT-IPS:type"] === "floating" })),
    ),
    volumeIds: wire["os-extended-volumes:volumes_attached"].map(({ id }) => id),
    securityGroups: [...new Set((wire.security_groups ?? []).map(({ name }) => name))],
    zone: wire["OS-EXT-AZ:availability_zone"],
    host: wire["OS-EXT-SRV-ATTR:host"] ?? null,
    locked: wire.locked,
    metadata: wire.metadata,
    fault: wire.fault ?? null,
  };
}

export async function listServers(allProjects: boolean, signal?: AbortSignal): Promise<Server[]> {
  const found: Server[] = [];
  for (let marker: string | undefined; ; ) {
    const query = { all_tenants: allProjects ? true : undefined, marker };
    const { servers, servers_links } = await compute<{ servers: WireServer[]; servers_links?: unknown[] }>(
      "/servers/detail",
      { query, signal },
    );
    found.push(...servers.map(serverOf));
    marker = servers.at(-1)?.id;
    if (!servers_links || marker === undefined) return found;
  }
}

export async function getServer(id: string, signal?: AbortSignal): Promise<Server> {
  return serverOf((await compute<{ server: WireServer }>(`/servers/${id}`, { signal })).server);
}

export interface BootDevice {
  uuid: string;
  source_type: "image" | "volume" | "snapshot";
  destination_type: "volume";
  volume_size?: number;
  delete_on_termination: boolean;
  boot_index: 0;
}

export interface NewServer {
  name: string;
  flavorRef: string;
  imageRef?: string;
  block_device_mapping_v2?: BootDevice[];
  min_count: number;
  max_count: number;
  key_name?: string;
  security_groups?: { name: string }[];
  /** Networks by id, or `auto`: the project's one network. */
  networks: { uuid: string }[] | "auto" | "none";
  availability_zone?: string;
  /** Base64. */
  user_data?: string;
}

export async function createServer(server: NewServer): Promise<void> {
  await compute("/servers", { method: "POST", body: { server } });
}

export async function updateServer(
  id: string,
  changes: { name?: string; description?: string },
): Promise<void> {
  await compute(`/servers/${id}`, { method: "PUT", body: { server: changes } });
}

export async function deleteServer(id: string): Promise<void> {
  await compute(`/servers/${id}`, { method: "DELETE" });
}

/** `{"os-stop": null}` and the like. */
export async function actOnServer(id: string, action: Record<string, unknown>): Promise<void> {
  await compute(`/servers/${id}/action`, { method: "POST", body: action });
}

/** @param length how many of the last lines; null for all */
export async function consoleOutput(
  id: string,
  length: number | null,
  signal?: AbortSignal,
): Promise<string> {
  const body = { "os-getConsoleOutput": length === null ? {} : { length } };
  return (await compute<{ output: string }>(`/servers/${id}/action`, { method: "POST", body, signal }))
    .output;
}

/** The address of a page with the server's screen, good for ten minutes. */
export async function screenUrl(id: string): Promise<string> {
  const body = { remote_console: { protocol: "vnc", type: "novnc" } };
  type Made = { remote_console: { url: string } };
  return (await compute<Made>(`/servers/${id}/remote-consoles`, { method: "POST", body })).remote_console.url;
}

export interface ServerEvent {
  action: string;
  requestId: string;
  userId: string;
  startTime: string;
  message: string | null;
}

export async function serverEvents(id: string, signal?: AbortSignal): Promise<ServerEvent[]> {
  const { instanceActions } = await compute<{
    instanceActions: {
      action: string;
      request_id: string;
      user_id: string;
      start_time: string;
      message: string | null;
    }[];
  }>(`/servers/${id}/os-instance-actions`, { signal });
  return instanceActions.map((one) => ({
    action: one.action,
    requestId: one.request_id,
    userId: one.user_id,
    startTime: one.start_time,
    message: one.message,
  }));
}

export async function attachVolume(serverId: string, volumeId: string, device?: string): Promise<void> {
  const volumeAttachment = { volumeId, ...(device ? { device } : {}) };
  await compute(`/servers/${serverId}/os-volume_attachments`, { method: "POST", body: { volumeAttachment } });
}

export async function detachVolume(serverId: string, volumeId: string): Promise<void> {
  await compute(`/servers/${serverId}/os-volume_attachments/${volumeId}`, { method: "DELETE" });
}
