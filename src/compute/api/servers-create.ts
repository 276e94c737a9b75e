// `POST /servers`: from the body to what is to be created.

import { Invalid } from "../../core/errors.ts";
import { isUuidLike } from "../../core/ids.ts";
import { boolFromString } from "../../core/python.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import type { NetworkRequest, RequestedNetwork } from "../../network/public.ts";
import { generatePassword, shortestIpv6 } from "../names.ts";
import type { Nova } from "../nova.ts";
import { type DiskRequest, diskFromV2, disksFromV1, imageDisk } from "../servers/block-devices.ts";
import { createServers } from "../servers/create.ts";
import type { CreateServers } from "../servers/create-plan.ts";
import { linkBase, resourceLinks } from "./links.ts";
import { serversRule } from "./target.ts";

type Given = Record<string, unknown>;

export async function createServer(nova: Nova, call: Call): Promise<Reply> {
  const body = call.body as { server: Given } & Given;
  const { server } = body;
  const request = createRequest(nova, call, body);
  const { instances, reservationId } = await createServers(nova, call.context, request);
  if (boolFromString(server["return_reservation_id"] ?? false) === true) {
    return json(202, { reservation_id: reservationId });
  }
  const made = instances[0]!;
  const links = resourceLinks(linkBase(call), "servers", made.uuid);
  const view: Given = {
    id: made.uuid,
    links,
    "OS-DCF:diskConfig": made.auto_disk_config ? "AUTO" : "MANUAL",
    security_groups: server["security_groups"] ?? [{ name: "default" }],
  };
  if (nova.settings.ENABLE_INSTANCE_PASSWORD) view["adminPass"] = request.adminPassword;
  return json(202, { server: view }, { location: links[0]!.href });
}

function createRequest(nova: Nova, call: Call, body: { server: Given } & Given): CreateServers {
  const { server } = body;
  const { context, minor } = call;
  const text = (name: string) => (server[name] === undefined ? null : String(server[name]));
  const zone = zoneOf(nova, text("availability_zone"));
  const target = {
    project_id: context.projectId,
    user_id: context.userId,
    availability_zone: zone.zone,
  };
  call.enforce(serversRule("create"), target);
  if (zone.host !== null || zone.node !== null) {
    call.enforce(serversRule("create:forced_host"), target);
    zone.zone = zoneOfForcedHost(nova, zone);
  }
  const requestedHost = text("host");
  const requestedNode = text("hypervisor_hostname");
  if (requestedHost || requestedNode) {
    call.enforce("compute:servers:create:requested_destination", target);
    if (zone.host || zone.node) {
      throw new Invalid(
        "One mechanism with host and/or hypervisor_hostname and another mechanism with zone:host:node are mutually exclusive.",
      );
    }
  }
  refuseTrustedCerts(call, server["trusted_image_certificates"], "create");
  const imageId = text("imageRef") || null;
  const disks = disksOf(call, server, imageId, target);
  if (!imageId && !disks) throw new Invalid("Missing imageRef attribute");
  const networks = networksOf(server["networks"]);
  if (networks !== "none" && server["networks"] !== undefined && networks.length > 0) {
    call.enforce(serversRule("create:attach_network"), target);
  }
  const minCount = Number(server["min_count"] ?? 1);
  const diskConfig = text("OS-DCF:diskConfig");
  return {
    name: (server["name"] as string).trim(),
    description: minor >= 19 ? text("description") : (server["name"] as string).trim(),
    hostname: text("hostname"),
    imageId,
    flavorId: String(server["flavorRef"]).split("/").at(-1)!,
    adminPassword: text("adminPass") ?? generatePassword(nova.settings.PASSWORD_LENGTH),
    metadata: (server["metadata"] as Record<string, string> | undefined) ?? {},
    userData: text("user_data"),
    keyName: text("key_name"),
    configDrive: boolFromString(server["config_drive"] ?? false) === true,
    securityGroups: groupsOf(server["security_groups"]),
    networks,
    files: filesOf(server["personality"]),
    disks: disks ?? ((image) => (image === null ? [] : [imageDisk(image)])),
    diskConfig: diskConfig === null ? null : diskConfig === "AUTO",
    accessIPv4: text("accessIPv4"),
    accessIPv6: ipv6(text("accessIPv6")),
    availabilityZone: zone.zone,
    forceHost: zone.host,
    forceNode: zone.node,
    requestedHost,
    requestedNode,
    hints: (body["os:scheduler_hints"] ?? body["OS-SCH-HNT:scheduler_hints"] ?? {}) as Given,
    tags: (server["tags"] as string[] | undefined) ?? [],
    minCount,
    maxCount: Number(server["max_count"] ?? minCount),
    multiattach: minor >= 60,
    zeroDiskAllowed: call.allows(serversRule("create:zero_disk_flavor"), target),
  };
}

/** No driver here can check image signatures: asking for it is refused, as on hosts without support. */
export function refuseTrustedCerts(call: Call, certificates: unknown, verb: "create" | "rebuild"): void {
  if (certificates === undefined || certificates === null) return;
  call.enforce(serversRule(`${verb}:trusted_certs`));
  throw new Invalid(
    "Image signature certificate validation is not supported by the compute hosts of this cloud.",
  );
}

/** `zone`, `zone:host`, `zone:host:node`, `zone::node` (parse_availability_zone). */
function zoneOf(
  nova: Nova,
  asked: string | null,
): { zone: string | null; host: string | null; node: string | null } {
  const [zone = "", host = "", node = "", ...more] = asked?.split(":") ?? [];
  if (more.length > 0) {
    throw new Invalid("Invalid input received: Unable to parse availability_zone");
  }
  return {
    zone: zone || nova.settings.DEFAULT_SCHEDULE_ZONE || null,
    host: host || null,
    node: node || null,
  };
}

/** A zone that is not the host's is dropped, so that the server can be moved later. */
function zoneOfForcedHost(nova: Nova, asked: { zone: string | null; host: string | null }): string | null {
  if (asked.zone === null || asked.host === null) return asked.zone;
  return nova.zones.zoneOf(asked.host) === asked.zone ? asked.zone : null;
}

const ipv6 = (address: string | null) => (address === null ? null : shortestIpv6(address));

type DisksOf = CreateServers["disks"];

/** Null when the request names no disks of its own. */
function disksOf(call: Call, server: Given, imageId: string | null, target: Given): DisksOf | null {
  const v1 = (server["block_device_mapping"] as Given[] | undefined) ?? [];
  const v2 = (server["block_device_mapping_v2"] as Given[] | undefined) ?? [];
  if (v1.length > 0 && v2.length > 0) {
    throw new Invalid("Using different block_device_mapping syntaxes is not allowed in the same request.");
  }
  if (v1.length === 0 && v2.length === 0) return null;
  call.enforce(serversRule("create:attach_volume"), target);
  if (v1.length > 0) return (image, rootName) => disksFromV1(v1, image, rootName);
  const disks = v2
    .map((entry) => diskFromV2(entry, imageId !== null))
    .filter((disk): disk is DiskRequest => disk !== null);
  return () => disks;
}

function networksOf(given: unknown): NetworkRequest {
  if (given === undefined || given === null) return "auto";
  if (given === "auto" || given === "none") return given;
  const ports = new Set<string>();
  const networks = (given as Given[]).map((network): RequestedNetwork => {
    const portId = network["port"] as string | null | undefined;
    const fixedIp = network["fixed_ip"] as string | undefined;
    const tag = network["tag"] as string | undefined;
    if (portId) {
      if (ports.has(portId)) {
        throw new Invalid(
          `Port ID '${portId}' was specified twice: you cannot attach a port multiple times.`,
        );
      }
      ports.add(portId);
      if (fixedIp !== undefined) {
        throw new Invalid(
          `Specified Fixed IP '${fixedIp}' cannot be used with port '${portId}': the two cannot be specified together.`,
        );
      }
      return { portId, ...(tag === undefined ? {} : { tag }) };
    }
    const networkId = network["uuid"];
    if (networkId === undefined) throw new Invalid("Bad network format: missing 'uuid'");
    if (!isUuidLike(networkId)) {
      throw new Invalid(`Bad networks format: network uuid is not in proper format (${networkId})`);
    }
    return {
      networkId,
      ...(fixedIp === undefined ? {} : { fixedIp }),
      ...(tag === undefined ? {} : { tag }),
    };
  });
  return networks.length === 0 ? "auto" : networks;
}

function groupsOf(given: unknown): string[] {
  const names = ((given as { name?: string }[] | undefined) ?? []).flatMap(({ name }) =>
    name ? [name] : [],
  );
  return names.length === 0 ? ["default"] : [...new Set(names)];
}

export function filesOf(given: unknown): CreateServers["files"] {
  return ((given as { path?: string; contents?: string }[] | undefined) ?? []).map((file) => {
    if (file.path === undefined) throw new Invalid("Bad personality format: missing 'path'");
    if (file.contents === undefined) throw new Invalid("Bad personality format: missing 'contents'");
    return { path: file.path, contents: file.contents };
  });
}
