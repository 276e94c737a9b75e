// Request bodies and queries of servers, at every microversion. Authority: nova/api/openstack/compute/schemas/*.py of
// Zed; the spelling is the original's.

import type { VersionedSchema } from "../../http/api.ts";
import * as p from "./parameter-types.ts";

export type Properties = Record<string, unknown>;

export const strict = (properties: Properties, required: readonly string[] = []) => ({
  type: "object",
  properties,
  required: [...required],
  additionalProperties: false,
});

export const wrapped = (key: string, inner: unknown) => strict({ [key]: inner }, [key]);

const bdmV1 = {
  virtual_name: { type: "string", maxLength: 255 },
  volume_id: p.uuid,
  snapshot_id: p.uuid,
  volume_size: p.volumeSize,
  device_name: { type: "string", minLength: 1, maxLength: 255, pattern: "^[a-zA-Z0-9._/-]*$" },
  delete_on_termination: p.boolean,
  no_device: {},
  connection_info: { type: "string", maxLength: 16_777_215 },
};

const bdmV2 = {
  ...bdmV1,
  source_type: { type: "string", enum: ["volume", "image", "snapshot", "blank"] },
  uuid: { type: "string", minLength: 1, maxLength: 255, pattern: "^[a-zA-Z0-9._-]*$" },
  image_id: p.uuid,
  destination_type: { type: "string", enum: ["local", "volume"] },
  guest_format: { type: "string", maxLength: 255 },
  device_type: { type: "string", maxLength: 255 },
  disk_bus: { type: "string", maxLength: 255 },
  boot_index: { type: ["integer", "string", "null"], pattern: "^-?[0-9]+$" },
};

const hints = {
  type: "object",
  properties: {
    group: { type: "string", format: "uuid" },
    different_host: {
      oneOf: [
        { type: "string", format: "uuid" },
        { type: "array", items: p.uuid },
      ],
    },
    same_host: { type: ["string", "array"], items: p.uuid },
    query: { type: ["string", "object"] },
    target_cell: p.name,
    different_cell: { type: ["string", "array"], items: { type: "string" } },
    build_near_host_ip: p.ipAddress,
    cidr: { type: "string", pattern: "^/[0-9a-f.:]+$" },
  },
  additionalProperties: true,
};

const port = { oneOf: [{ type: "string", format: "uuid" }, { type: "null" }] };

/** What one network of a request may say, by version. */
function networkItem(minor: number): Properties {
  return strict({
    fixed_ip: p.ipAddress,
    port,
    uuid: minor >= 37 ? { type: "string", format: "uuid" } : { type: "string" },
    // The tag was forgotten from 2.37 to 2.41.
    ...((minor >= 32 && minor < 37) || minor >= 42 ? { tag: p.tag } : {}),
  });
}

function createBody(minor: number) {
  const networks = { type: "array", items: networkItem(minor) };
  const tagged = minor === 32 || minor >= 42;
  const server = strict(
    {
      name: p.name,
      imageRef: p.imageIdOrEmpty,
      flavorRef: p.flavorRef,
      adminPass: p.adminPassword,
      metadata: p.metadata,
      networks: minor >= 37 ? { oneOf: [networks, { type: "string", enum: ["none", "auto"] }] } : networks,
      "OS-DCF:diskConfig": p.diskConfig,
      accessIPv4: p.accessIPv4,
      accessIPv6: p.accessIPv6,
      ...(minor < 57 ? { personality: p.personality } : {}),
      availability_zone: p.name,
      block_device_mapping: { type: "array", items: strict(bdmV1) },
      block_device_mapping_v2: {
        type: "array",
        items: strict({
          ...bdmV2,
          ...(tagged ? { tag: p.tag } : {}),
          ...(minor >= 67 ? { volume_type: p.volumeType } : {}),
        }),
      },
      config_drive: p.boolean,
      key_name: p.name,
      min_count: p.positiveInteger,
      max_count: p.positiveInteger,
      return_reservation_id: p.boolean,
      security_groups: { type: "array", items: strict({ name: p.name }) },
      user_data: { type: "string", format: "base64", maxLength: 65_535 },
      ...(minor >= 19 ? { description: p.description } : {}),
      ...(minor >= 52 ? { tags: { type: "array", items: p.tag, maxItems: 50 } } : {}),
      ...(minor >= 63 ? { trusted_image_certificates: p.trustedCerts } : {}),
      ...(minor >= 74 ? { host: p.fqdn, hypervisor_hostname: p.fqdn } : {}),
      ...(minor >= 90 ? { hostname: p.hostname } : {}),
    },
    minor >= 37 ? ["name", "flavorRef", "networks"] : ["name", "flavorRef"],
  );
  return {
    type: "object",
    properties: { server, "os:scheduler_hints": hints, "OS-SCH-HNT:scheduler_hints": hints },
    required: ["server"],
    additionalProperties: false,
  };
}

export const versions = (from: readonly number[], make: (minor: number) => unknown): VersionedSchema =>
  from.map((minor) => [minor, make(minor)] as const) as unknown as VersionedSchema;

export const createServer = versions([1, 19, 32, 33, 37, 42, 52, 57, 63, 67, 74, 90], createBody);

export const updateServer = versions([1, 19, 90], (minor) =>
  wrapped(
    "server",
    strict({
      name: p.name,
      "OS-DCF:diskConfig": p.diskConfig,
      accessIPv4: p.accessIPv4,
      accessIPv6: p.accessIPv6,
      ...(minor >= 19 ? { description: p.description } : {}),
      ...(minor >= 90 ? { hostname: p.hostname } : {}),
    }),
  ),
);

export const rebuild = versions([1, 19, 54, 57, 63, 90], (minor) =>
  wrapped(
    "rebuild",
    strict(
      {
        name: p.name,
        imageRef: p.uuid,
        adminPass: p.adminPassword,
        metadata: p.metadata,
        preserve_ephemeral: p.boolean,
        "OS-DCF:diskConfig": p.diskConfig,
        accessIPv4: p.accessIPv4,
        accessIPv6: p.accessIPv6,
        ...(minor < 57 ? { personality: p.personality } : {}),
        ...(minor >= 19 ? { description: p.description } : {}),
        ...(minor >= 54 ? { key_name: p.nameOrNone } : {}),
        ...(minor >= 57
          ? {
              user_data: {
                oneOf: [{ type: "string", format: "base64", maxLength: 65_535 }, { type: "null" }],
              },
            }
          : {}),
        ...(minor >= 63 ? { trusted_image_certificates: p.trustedCerts } : {}),
        ...(minor >= 90 ? { hostname: p.hostname } : {}),
      },
      ["imageRef"],
    ),
  ),
);
