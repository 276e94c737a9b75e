// /servers/ID/os-volume_attachments. Authority: nova/api/openstack/compute/volumes.py of Zed.

import { CloudError, Invalid } from "../../core/errors.ts";
import { boolFromString } from "../../core/python.ts";
import type { Route, VersionedSchema } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { InstanceInvalidState } from "../errors.ts";
import type { Nova } from "../nova.ts";
import * as volumes from "../servers/volumes.ts";
import type { BlockDeviceRow, InstanceRow } from "../tables.ts";
import * as schemas from "./action-schemas.ts";
import * as p from "./parameter-types.ts";
import { limitOf } from "./server-queries.ts";
import { handlerAsks, targetServer } from "./target.ts";

const rule = (name: string) => `os_compute_api:os-volumes-attachments:${name}`;

const pageQuery = (strict: boolean) => ({
  type: "object",
  properties: { limit: p.multi(p.nonNegativeInteger), offset: p.multi(p.nonNegativeInteger) },
  additionalProperties: !strict,
});
const listQuery = [
  [1, pageQuery(false)],
  [75, pageQuery(true)],
] as unknown as VersionedSchema;

function attachmentView(row: BlockDeviceRow, minor: number) {
  return {
    ...(minor < 89 ? { id: row.volume_id } : {}),
    volumeId: row.volume_id,
    serverId: row.instance_uuid,
    ...(row.device_name ? { device: row.device_name } : {}),
    ...(minor >= 70 ? { tag: row.tag } : {}),
    ...(minor >= 79 ? { delete_on_termination: row.delete_on_termination } : {}),
    ...(minor >= 89 ? { attachment_id: row.attachment_id, bdm_uuid: row.uuid } : {}),
  };
}

export function volumeAttachmentRoutes(nova: Nova): Route[] {
  const target = (call: Call, name: string) => targetServer(nova, call, rule(name), "server_id");

  function listAttachments(call: Call): Reply {
    const instance = target(call, "index");
    const offset = Number(call.query.get("offset") ?? 0);
    const limit = limitOf(nova, call) || nova.settings.API_MAX_LIMIT;
    const rows = nova.store.blockDevicesOf(instance.uuid).slice(offset, offset + limit);
    return json(200, {
      volumeAttachments: rows
        .filter((row) => row.volume_id !== null)
        .map((row) => attachmentView(row, call.minor)),
    });
  }

  function showAttachment(call: Call): Reply {
    const instance = target(call, "show");
    return json(200, { volumeAttachment: attachmentView(attached(call, instance), call.minor) });
  }

  function attached(call: Call, instance: InstanceRow): BlockDeviceRow {
    const volumeId = call.param("id");
    const row = volumes.mappingOf(nova, instance, volumeId);
    if (!row) throw new volumes.VolumeNotAttached(instance.uuid, volumeId);
    return row;
  }

  /** Shelved servers only from 2.20 on. */
  function checkShelved(call: Call, instance: InstanceRow, verb: string): void {
    if (call.minor < 20 && ["shelved", "shelved_offloaded"].includes(instance.vm_state ?? "")) {
      throw new InstanceInvalidState(verb, instance.uuid, "vm_state", instance.vm_state);
    }
  }

  async function attach(call: Call): Promise<Reply> {
    const instance = target(call, "create");
    const given = (call.body as { volumeAttachment: Record<string, unknown> }).volumeAttachment;
    checkShelved(call, instance, "attach_volume");
    const row = await volumes.attachVolume(nova, call.context, instance, {
      volumeId: given["volumeId"] as string,
      device: (given["device"] as string | null | undefined) || null,
      tag: (given["tag"] as string | undefined) ?? null,
      deleteOnTermination: boolFromString(given["delete_on_termination"] ?? false) === true,
      multiattach: call.minor >= 60,
    });
    return json(200, {
      volumeAttachment: {
        id: row.volume_id,
        serverId: instance.uuid,
        volumeId: row.volume_id,
        device: row.device_name,
        ...(call.minor >= 70 ? { tag: row.tag } : {}),
        ...(call.minor >= 79 ? { delete_on_termination: row.delete_on_termination } : {}),
      },
    });
  }

  /** Up to 2.84 this only puts another volume in the place; from 2.85 on it changes the attachment as well. */
  function updateAttachment(call: Call): Reply {
    const given = (call.body as { volumeAttachment: Record<string, unknown> }).volumeAttachment;
    const id = call.param("id");
    const newId = given["volumeId"] as string;
    const swaps = call.minor < 85 || id !== newId;
    const instance = target(call, swaps ? "swap" : "update");
    if (call.minor >= 85) changeAttachment(attached(call, instance), given);
    if (swaps) swap(call, instance, id, newId);
    return empty(202);
  }

  function changeAttachment(row: BlockDeviceRow, given: Record<string, unknown>): void {
    const fixed = (name: string, value: unknown) => {
      if (name in given && given[name] !== value) throw new Invalid(`The ${name} property is not mutable`);
    };
    fixed("id", row.volume_id);
    fixed("serverId", row.instance_uuid);
    fixed("device", row.device_name);
    fixed("tag", row.tag);
    const keep = given["delete_on_termination"];
    if (keep !== undefined) volumes.setDeleteOnTermination(nova, row, boolFromString(keep) === true);
  }

  /** A volume named in the body that is not there is a bad request, not a missing resource. */
  function swap(call: Call, instance: InstanceRow, oldId: string, newId: string): void {
    nova.volumes.show(call.context, oldId);
    try {
      nova.volumes.show(call.context, newId);
    } catch (error) {
      if (error instanceof CloudError && error.kind === "not-found") throw new Invalid(error.message);
      throw error;
    }
    volumes.swapVolume(nova, call.context, instance, oldId, newId);
  }

  async function detach(call: Call): Promise<Reply> {
    const instance = target(call, "delete");
    checkShelved(call, instance, "detach_volume");
    await volumes.detachVolume(nova, call.context, instance, call.param("id"));
    return empty(202);
  }

  const path = "/servers/:server_id/os-volume_attachments";
  return [
    {
      method: "GET",
      path,
      handler: listAttachments,
      access: handlerAsks(rule("index")),
      query: listQuery,
    },
    {
      method: "POST",
      path,
      handler: attach,
      access: handlerAsks(rule("create")),
      body: schemas.attachVolume,
    },
    { method: "GET", path: `${path}/:id`, handler: showAttachment, access: handlerAsks(rule("show")) },
    {
      method: "PUT",
      path: `${path}/:id`,
      handler: updateAttachment,
      access: handlerAsks(rule("update"), rule("swap")),
      body: schemas.updateAttachment,
    },
    { method: "DELETE", path: `${path}/:id`, handler: detach, access: handlerAsks(rule("delete")) },
  ];
}
