// boot: the flags of Folsom to Icehouse (novaclient/v1_1/shell.py _boot, v1_1/base.py _boot, 2.17).

import { readFileSync } from "node:fs";
import { ClientError } from "../errors.ts";
import type { Arguments, OptionSpec } from "../options.ts";
import type { ComputeClient, Entity } from "./client.ts";
import { pollServer } from "./poll.ts";
import { serverTable } from "./servers.ts";
import type { Row } from "./tables.ts";
import { argument, both, integer, option, POLL, pairs, type Verb } from "./verb.ts";

const repeated = { kind: "append" as const };

const OPTIONS: readonly OptionSpec[] = [
  option("flavor", "<flavor>", "Name or ID of flavor (see 'nova flavor-list')."),
  option("image", "<image>", "Name or ID of image (see 'nova image-list')."),
  option("image-with", "<key=value>", "Image metadata property (see 'nova image-show').", repeated),
  option("boot-volume", "<volume_id>", "Volume ID to boot from."),
  option("snapshot", "<snapshot_id>", "Snapshot ID to boot from (will create a volume)."),
  option("num-instances", "<number>", "boot multiple servers at a time (limited by quota).", {
    parse: integer,
  }),
  option(
    "meta",
    "<key=value>",
    "Record arbitrary key/value metadata to /meta.js on the new server. Can be specified multiple times.",
    repeated,
  ),
  option(
    "file",
    "<dst-path=src-path>",
    "Store arbitrary files from <src-path> locally to <dst-path> on the new server. You may store up to 5 files.",
    { ...repeated, dest: "files" },
  ),
  ...both(
    "key-name",
    "<key-name>",
    "Key name of keypair that should be created earlier with the command keypair-add",
  ),
  ...both("user-data", "<user-data>", "user data file to pass to be exposed by the metadata server."),
  ...both("availability-zone", "<availability-zone>", "The availability zone for server placement."),
  ...both("security-groups", "<security-groups>", "Comma separated list of security group names."),
  ...both(
    "block-device-mapping",
    "<dev-name=mapping>",
    "Block device mapping in the format <dev-name>=<id>:<type>:<size(GB)>:<delete-on-terminate>.",
    repeated,
  ),
  option(
    "block-device",
    "key1=value1[,key2=value2...]",
    "Block device mapping with the keys: id, source, dest, bus, device, size, format, bootindex, type and shutdown.",
    repeated,
  ),
  option("swap", "<swap_size>", "Create and attach a local swap block device of <swap_size> MB."),
  option(
    "ephemeral",
    "size=<size>[,format=<format>]",
    "Create and attach a local ephemeral block device of <size> GB and format it to <format>.",
    repeated,
  ),
  option("hint", "<key=value>", "Send arbitrary key/value pairs to the scheduler for custom use.", repeated),
  option(
    "nic",
    "<net-id=net-uuid,v4-fixed-ip=ip-addr,port-id=port-uuid>",
    "Create a NIC on the server; may be specified multiple times. At least net-id or port-id is needed.",
    { ...repeated, dest: "nics" },
  ),
  ...both("config-drive", "<value>", "Enable config drive"),
  POLL,
  // As the prose of the guides spells it.
  { names: ["--userdata"], dest: "user_data", help: null },
];

export const boot: Verb = {
  name: "boot",
  help: "Boot a new server.",
  options: OPTIONS,
  args: [argument("name", "<name>", "Name for the new server")],
  async run(client, args, io) {
    const created = (await client.post("/servers", await request(client, args)))?.server;
    if (typeof created?.id !== "string") throw new ClientError("the answer holds no server");
    // The password is only in the first answer, the rest in the second.
    const server = { ...created, ...(await client.show("server", created.id)) } as Entity;
    io.out(await serverTable(client, server));
    if (args.flag("poll")) await pollServer(client, created.id, "building", ["active"], io);
  },
};

/** @throws ClientError */
async function request(client: ComputeClient, args: Arguments): Promise<Row> {
  const named = args.text("image");
  const image = named ? await client.find("image", named) : await imageWith(client, args.list("image_with"));
  const flavorName = args.text("flavor");
  if (!flavorName) throw new ClientError("you need to specify a Flavor ID ");
  const count = args.values["num_instances"] as number | null;
  if (count !== null && count <= 1) throw new ClientError("num_instances should be > 1");
  const flavor = await client.find("flavor", flavorName);
  const mappings = oldMappings(args.list("block_device_mapping"));
  const devices = newMappings(args);
  const sources = [image, args.text("boot_volume"), args.text("snapshot")].filter(Boolean).length;
  if (sources > 1 || (sources === 0 && mappings.length + devices.length === 0)) {
    throw new ClientError(
      "you need to specify at least one source ID (Image, Snapshot, or Volume), a block device mapping or provide a " +
        "set of properties to match against an image",
    );
  }
  if (mappings.length > 0 && devices.length > 0) {
    throw new ClientError(
      "you can't mix old block devices (--block-device-mapping) with the new ones (--block-device, --boot-volume, " +
        "--snapshot, --ephemeral, --swap)",
    );
  }
  const userData = args.text("user_data");
  const meta = pairs(args.list("meta"));
  const files = personality(args.list("files"));
  const networks = args.list("nics").map(nic);
  const groups = args.text("security_groups");
  const drive = configDrive(args.text("config_drive"));
  const hints = schedulerHints(args.list("hint"));
  const zone = args.text("availability_zone");
  const key = args.text("key_name");
  const server: Row = {
    name: args.required("name"),
    imageRef: image ? image.id : "",
    flavorRef: String(flavor.id),
    min_count: 1,
    max_count: count ?? 1,
    ...(userData ? { user_data: encoded(userData, `Can't open '${userData}'`) } : {}),
    ...(Object.keys(meta).length > 0 ? { metadata: meta } : {}),
    ...(key ? { key_name: key } : {}),
    ...(drive ? { config_drive: drive } : {}),
    ...(groups ? { security_groups: groups.split(",").map((name) => ({ name })) } : {}),
    ...(files.length > 0 ? { personality: files } : {}),
    ...(zone ? { availability_zone: zone } : {}),
    ...(networks.length > 0 ? { networks } : {}),
  };
  if (mappings.length > 0) server["block_device_mapping"] = mappings;
  else if (devices.length > 0) {
    server["block_device_mapping_v2"] = image ? [imageDevice(image), ...devices] : devices;
  }
  return { server, ...(Object.keys(hints).length > 0 ? { "os:scheduler_hints": hints } : {}) };
}

/** The first image that has all those properties. */
async function imageWith(client: ComputeClient, properties: readonly string[]): Promise<Entity | null> {
  if (properties.length === 0) return null;
  const wanted = Object.entries(pairs(properties));
  const images = await client.list("image", "/detail");
  const match = images.find(({ metadata }) => wanted.every(([name, value]) => metadata?.[name] === value));
  return (match as Entity | undefined) ?? null;
}

function imageDevice(image: Entity): Row {
  return {
    uuid: image.id,
    source_type: "image",
    destination_type: "local",
    boot_index: 0,
    delete_on_termination: true,
  };
}

/** `vda=ID:TYPE:SIZE:DELETE`, of which all but the id may be blank or missing. */
function oldMappings(texts: readonly string[]): Row[] {
  return texts.map((text) => {
    const at = text.indexOf("=");
    if (at < 0)
      throw new ClientError(`'${text}' is no block device mapping: <dev-name>=<id>:<type>:<size(GB)>`);
    const [id = "", type = "", size = "", ending] = text.slice(at + 1).split(":");
    if (size !== "" && !/^\d+$/.test(size)) {
      throw new ClientError(`invalid literal for int() with base 10: '${size}'`);
    }
    return {
      device_name: text.slice(0, at),
      [type.startsWith("snap") ? "snapshot_id" : "volume_id"]: id,
      ...(size !== "" ? { volume_size: size } : {}),
      ...(ending !== undefined ? { delete_on_termination: ending === "" ? "0" : ending } : {}),
    };
  });
}

const DEVICE_KEYS: Record<string, string> = {
  id: "uuid",
  source: "source_type",
  dest: "destination_type",
  bus: "disk_bus",
  device: "device_name",
  size: "volume_size",
  format: "guest_format",
  bootindex: "boot_index",
  type: "device_type",
  shutdown: "delete_on_termination",
};

/** @throws ClientError for a key that there is not */
function newMappings(args: Arguments): Row[] {
  const [volume, snapshot, swap] = [args.text("boot_volume"), args.text("snapshot"), args.text("swap")];
  const root = { destination_type: "volume", boot_index: 0, delete_on_termination: false };
  const blank = {
    source_type: "blank",
    destination_type: "local",
    boot_index: -1,
    delete_on_termination: true,
  };
  return [
    ...(volume ? [{ uuid: volume, source_type: "volume", ...root }] : []),
    ...(snapshot ? [{ uuid: snapshot, source_type: "snapshot", ...root }] : []),
    ...args.list("block_device").map(device),
    ...args.list("ephemeral").map((text) => {
      const { size, format } = pairs(text.split(","));
      return {
        ...blank,
        ...(size ? { volume_size: size } : {}),
        ...(format ? { guest_format: format } : {}),
      };
    }),
    ...(swap ? [{ ...blank, guest_format: "swap", volume_size: swap }] : []),
  ];
}

function device(text: string): Row {
  const spec: Row = {};
  for (const [key, value] of Object.entries(pairs(text.split(",")))) {
    const name = DEVICE_KEYS[key];
    if (!name) throw new ClientError(`'${key}' is no key of a block device`);
    spec[name] = name === "boot_index" && value !== null && /^-?\d+$/.test(value) ? Number(value) : value;
  }
  if ("delete_on_termination" in spec) {
    spec["delete_on_termination"] = spec["delete_on_termination"] === "remove";
  } else if (spec["destination_type"] === "local") spec["delete_on_termination"] = true;
  return spec;
}

/** @throws ClientError */
function nic(text: string): Row {
  const wrong = () =>
    new ClientError(
      `Invalid nic argument '${text}'. Nic arguments must be of the form --nic <net-id=net-uuid,v4-fixed-ip=ip-addr,` +
        "port-id=port-uuid>, with at minimum net-id or port-id specified.",
    );
  const given = pairs(text.split(","));
  for (const [key, value] of Object.entries(given)) {
    if (!["net-id", "v4-fixed-ip", "port-id"].includes(key) || value === null) throw wrong();
  }
  const { "net-id": uuid, "v4-fixed-ip": fixedIp, "port-id": port } = given;
  if (!uuid && !port) throw wrong();
  return {
    ...(uuid ? { uuid } : {}),
    ...(fixedIp ? { fixed_ip: fixedIp } : {}),
    ...(port ? { port } : {}),
  };
}

/** @throws ClientError */
function personality(texts: readonly string[]): Row[] {
  const files = texts.map((text) => {
    const at = text.indexOf("=");
    if (at < 0) {
      throw new ClientError(
        `Invalid file argument '${text}'. File arguments must be of the form '--file <dst-path=src-path>'`,
      );
    }
    const source = text.slice(at + 1);
    return { path: text.slice(0, at), contents: encoded(source, `Can't open '${source}'`) };
  });
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function encoded(path: string, complaint: string): string {
  try {
    return readFileSync(path).toString("base64");
  } catch (cause) {
    throw new ClientError(`${complaint}: ${(cause as Error).message}`, { cause });
  }
}

/** Several of one name make a list. */
function schedulerHints(texts: readonly string[]): Row {
  const hints: Record<string, string | string[]> = {};
  for (const text of texts) {
    const at = text.indexOf("=");
    const [name, value] = at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
    const before = hints[name];
    hints[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return hints;
}

function configDrive(text: string | null): boolean | string | null {
  if (text === null || /^(false|0|none|)$/i.test(text)) return null;
  return /^(true|1)$/i.test(text) ? true : text;
}
