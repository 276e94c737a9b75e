// Request bodies and queries of servers, at every microversion. Authority: nova/api/openstack/compute/schemas/*.py of
// Zed; the spelling is the original's.

import type { VersionedSchema } from "../../http/api.ts";
import * as p from "./parameter-types.ts";

type Properties = Record<string, unknown>;

const strict = (properties: Properties, required: readonly string[] = []) => ({
  type: "object",
  properties,
  required: [...required],
  additionalProperties: false,
});

const wrapped = (key: string, inner: unknown) => strict({ [key]: inner }, [key]);

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

const versions = (from: readonly number[], make: (minor: number) => unknown): VersionedSchema =>
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

export const resize = wrapped(
  "resize",
  strict({ flavorRef: p.flavorRef, "OS-DCF:diskConfig": p.diskConfig }, ["flavorRef"]),
);
export const createImage = wrapped("createImage", strict({ name: p.name, metadata: p.metadata }, ["name"]));
export const reboot = wrapped(
  "reboot",
  strict({ type: { type: "string", enum: ["HARD", "Hard", "hard", "SOFT", "Soft", "soft"] } }, ["type"]),
);
export const triggerCrashDump = wrapped("trigger_crash_dump", { type: "null" });
export const changePassword = wrapped(
  "changePassword",
  strict({ adminPass: p.adminPassword }, ["adminPass"]),
);
export const getConsoleOutput = wrapped(
  "os-getConsoleOutput",
  strict({ length: { type: ["integer", "string", "null"], pattern: "^-?[0-9]+$", minimum: -1 } }),
);
export const createBackup = wrapped(
  "createBackup",
  strict(
    { name: p.name, backup_type: { type: "string" }, rotation: p.nonNegativeInteger, metadata: p.metadata },
    ["name", "backup_type", "rotation"],
  ),
);
export const evacuate = versions([1, 14, 29, 68], (minor) =>
  wrapped(
    "evacuate",
    minor < 14
      ? strict({ host: p.fqdn, onSharedStorage: p.boolean, adminPass: p.adminPassword }, ["onSharedStorage"])
      : strict({
          host: p.fqdn,
          adminPass: p.adminPassword,
          ...(minor === 29 ? { force: p.boolean } : {}),
        }),
  ),
);
/** Anything before 2.73. */
export const lock = [
  [1, {}],
  [
    73,
    wrapped("lock", {
      ...strict({ locked_reason: { type: "string", minLength: 1, maxLength: 255 } }),
      type: ["object", "null"],
    }),
  ],
] as unknown as VersionedSchema;

const hostOrNull = { ...p.fqdn, type: ["string", "null"] };

export const migrate = [
  [1, {}],
  [56, wrapped("migrate", { ...strict({ host: hostOrNull }), type: ["object", "null"] })],
] as unknown as VersionedSchema;

export const migrateLive = versions([1, 25, 30, 68], (minor) =>
  wrapped(
    "os-migrateLive",
    minor < 25
      ? strict({ block_migration: p.boolean, disk_over_commit: p.boolean, host: hostOrNull }, [
          "block_migration",
          "disk_over_commit",
          "host",
        ])
      : strict(
          {
            block_migration: p.blockMigration,
            host: hostOrNull,
            ...(minor === 30 ? { force: p.boolean } : {}),
          },
          ["block_migration", "host"],
        ),
  ),
);

const consoleBody = (key: string, types: readonly string[]) =>
  wrapped(key, strict({ type: { type: "string", enum: types } }, ["type"]));
export const getVncConsole = consoleBody("os-getVNCConsole", ["novnc", "xvpvnc"]);
export const getSpiceConsole = consoleBody("os-getSPICEConsole", ["spice-html5"]);
export const getRdpConsole = consoleBody("os-getRDPConsole", ["rdp-html5"]);
export const getSerialConsole = consoleBody("os-getSerialConsole", ["serial"]);
export const remoteConsole = versions([6, 8], (minor) =>
  wrapped(
    "remote_console",
    strict(
      {
        protocol: { type: "string", enum: ["vnc", "spice", "rdp", "serial", ...(minor >= 8 ? ["mks"] : [])] },
        type: {
          type: "string",
          enum: ["novnc", "xvpvnc", "rdp-html5", "spice-html5", "serial", ...(minor >= 8 ? ["webmks"] : [])],
        },
      },
      ["protocol", "type"],
    ),
  ),
);

export const rescue = wrapped("rescue", {
  ...strict({ adminPass: p.adminPassword, rescue_image_ref: p.uuid }),
  type: ["object", "null"],
});
export const resetState = wrapped(
  "os-resetState",
  strict({ state: { type: "string", enum: ["active", "error"] } }, ["state"]),
);
export const unshelve = [
  [1, {}],
  [
    77,
    wrapped("unshelve", {
      ...strict({ availability_zone: p.name }, ["availability_zone"]),
      type: ["object", "null"],
    }),
  ],
  [
    91,
    wrapped("unshelve", {
      oneOf: [
        strict({
          availability_zone: { oneOf: [{ type: "null" }, { type: "string" }] },
          host: { type: "string" },
        }),
        { type: "null" },
      ],
    }),
  ],
] as unknown as VersionedSchema;

export const addSecurityGroup = wrapped(
  "addSecurityGroup",
  strict({ name: { type: "string", minLength: 1, maxLength: 255 } }, ["name"]),
);
export const removeSecurityGroup = wrapped(
  "removeSecurityGroup",
  strict({ name: { type: "string", minLength: 1, maxLength: 255 } }, ["name"]),
);
export const addFixedIp = wrapped(
  "addFixedIp",
  strict({ networkId: { type: ["string", "number"], minLength: 1, maxLength: 36 } }, ["networkId"]),
);
export const removeFixedIp = wrapped("removeFixedIp", strict({ address: p.ipAddress }, ["address"]));
export const addFloatingIp = wrapped(
  "addFloatingIp",
  strict({ address: p.ipAddress, fixed_address: p.ipAddress }, ["address"]),
);
export const removeFloatingIp = wrapped("removeFloatingIp", strict({ address: p.ipAddress }, ["address"]));

export const setMetadata = wrapped("metadata", p.metadata);
export const setMetadataItem = wrapped("meta", { ...p.metadata, minProperties: 1, maxProperties: 1 });
export const setTags = wrapped("tags", { type: "array", items: p.tag, maxItems: 50 });

const device = { type: ["string", "null"], pattern: "(^/dev/x{0,1}[a-z]{0,1}d{0,1})([a-z]+)[0-9]*$" };

export const attachVolume = versions([1, 49, 79], (minor) =>
  wrapped(
    "volumeAttachment",
    strict(
      {
        volumeId: p.uuid,
        device,
        ...(minor >= 49 ? { tag: p.tag } : {}),
        ...(minor >= 79 ? { delete_on_termination: p.boolean } : {}),
      },
      ["volumeId"],
    ),
  ),
);
export const updateAttachment = versions([1, 85], (minor) =>
  wrapped(
    "volumeAttachment",
    strict(
      minor < 85
        ? { volumeId: p.uuid }
        : {
            volumeId: p.uuid,
            device,
            tag: p.tag,
            delete_on_termination: p.boolean,
            serverId: p.uuid,
            id: p.uuid,
          },
      ["volumeId"],
    ),
  ),
);

export const attachInterface = versions([1, 49], (minor) => ({
  type: "object",
  properties: {
    interfaceAttachment: strict({
      net_id: p.uuid,
      port_id: p.uuid,
      fixed_ips: {
        type: "array",
        minItems: 1,
        maxItems: 1,
        items: strict({ ip_address: p.ipAddress }, ["ip_address"]),
      },
      ...(minor >= 49 ? { tag: p.tag } : {}),
    }),
  },
  additionalProperties: false,
}));

export const forceComplete = wrapped("force_complete", { type: "null" });

export const externalEvents = versions([1, 51, 76, 82, 93], (minor) =>
  wrapped("events", {
    type: "array",
    minItems: 1,
    items: strict(
      {
        server_uuid: p.uuid,
        name: {
          type: "string",
          enum: [
            "network-changed",
            "network-vif-plugged",
            "network-vif-unplugged",
            "network-vif-deleted",
            ...(minor >= 51 ? ["volume-extended"] : []),
            ...(minor >= 76 ? ["power-update"] : []),
            ...(minor >= 82 ? ["accelerator-request-bound"] : []),
            ...(minor >= 93 ? ["volume-reimaged"] : []),
          ],
        },
        status: { type: "string", enum: ["failed", "completed", "in-progress"] },
        tag: { type: "string", maxLength: 255 },
      },
      ["server_uuid", "name"],
    ),
  }),
);
