// Bodies of server actions and of what hangs on servers, at every microversion. Authority:
// nova/api/openstack/compute/schemas/*.py of Zed; the spelling is the original's.

import type { VersionedSchema } from "../../http/api.ts";
import * as p from "./parameter-types.ts";
import { strict, versions, wrapped } from "./server-schemas.ts";

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
