// The actions on volumes. Authority: cinder/api/contrib/volume_actions.py, admin_actions.py, volume_image_metadata.py,
// volume_unmanage.py and cinder/api/v3/volumes.py (revert) of Zed.

import { boolFromString } from "../../core/python.ts";
import { type Call, empty, json } from "../../http/call.ts";
import type { ImageInfo } from "../../image/public.ts";
import type { Cinder } from "../cinder.ts";
import { InvalidInput, InvalidParameterValue } from "../errors.ts";
import { findVolume } from "../locate.ts";
import { shownMoment } from "../moments.ts";
import type { VolumeRow } from "../tables.ts";
import type { Connector } from "../topics.ts";
import * as attach from "../volumes/attach.ts";
import * as data from "../volumes/data.ts";
import { deleteVolume, resetStatus } from "../volumes/delete.ts";
import { setImageMetadata, setReadonly, unsetImageMetadata, updateVolume } from "../volumes/update.ts";
import type { Action } from "./actions.ts";
import { type Json, requiredObject } from "./bodies.ts";
import * as schemas from "./schemas/actions.ts";

const ACTIONS = "volume_extension:volume_actions";
const ADMIN = "volume_extension:volume_admin_actions";

const bool = (value: unknown) => boolFromString(value) === true;
const text = (args: Json, name: string) => (args[name] ?? null) as string | null;

export function volumeActions(cinder: Cinder): Action[] {
  const volume = (call: Call) => findVolume(cinder, call, call.param("id"));
  return [
    ...attachActions(cinder, volume),
    ...dataActions(cinder, volume),
    ...imageActions(cinder, volume),
    ...adminActions(cinder, volume),
  ];
}

type Find = (call: Call) => VolumeRow;

function attachActions(cinder: Cinder, volume: Find): Action[] {
  const simple = (
    name: string,
    rule: string,
    work: (cinder: Cinder, call: Call, row: VolumeRow) => void,
  ): Action => ({
    name,
    rules: ["volume:get", `${ACTIONS}:${rule}`],
    handler(call) {
      work(cinder, call, volume(call));
      return empty(202);
    },
  });
  return [
    simple("os-reserve", "reserve", attach.reserveVolume),
    simple("os-unreserve", "unreserve", attach.unreserveVolume),
    simple("os-begin_detaching", "begin_detaching", attach.beginDetaching),
    simple("os-roll_detaching", "roll_detaching", attach.rollDetaching),
    {
      name: "os-attach",
      rules: [`${ACTIONS}:attach`],
      body: schemas.attach,
      async handler(call, given) {
        const args = given as Json;
        await attach.attachVolume(cinder, call, volume(call), {
          instanceUuid: text(args, "instance_uuid"),
          hostName: text(args, "host_name"),
          mountpoint: args["mountpoint"] as string,
          mode: text(args, "mode") ?? "rw",
        });
        return empty(202);
      },
    },
    {
      name: "os-detach",
      rules: [`${ACTIONS}:detach`],
      body: schemas.detach,
      async handler(call, given) {
        const attachmentId = text((given ?? {}) as Json, "attachment_id");
        await attach.detachVolume(cinder, call, volume(call), attachmentId);
        return empty(202);
      },
    },
    {
      name: "os-initialize_connection",
      rules: [`${ACTIONS}:initialize_connection`],
      body: schemas.initializeConnection,
      async handler(call, given) {
        const connector = connectorOf((given as Json)["connector"]);
        const connection_info = await attach.initializeConnection(cinder, call, volume(call), connector);
        return json(200, { connection_info });
      },
    },
    {
      name: "os-terminate_connection",
      rules: [`${ACTIONS}:terminate_connection`, `${ACTIONS}:unreserve`],
      body: schemas.terminateConnection,
      async handler(call) {
        await attach.terminateConnection(cinder, call, volume(call));
        return empty(202);
      },
    },
    {
      name: "os-force_detach",
      rules: [`${ADMIN}:force_detach`, `${ACTIONS}:terminate_connection`, `${ACTIONS}:detach`],
      body: schemas.forceDetach,
      async handler(call, given) {
        await attach.forceDetach(cinder, call, volume(call), text(given as Json, "attachment_id"));
        return empty(202);
      },
    },
  ];
}

/** Text is taken for a host's name. */
function connectorOf(given: unknown): Connector {
  return typeof given === "string" ? { host: given } : (given as Connector);
}

function dataActions(cinder: Cinder, volume: Find): Action[] {
  return [
    {
      name: "os-extend",
      rules: ["volume:extend", "volume:extend_attached_volume"],
      body: schemas.extend,
      handler(call, args) {
        const row = volume(call);
        const attached = call.minor >= 42 && row.status === "in-use";
        data.extendVolume(cinder, call, row, Number((args as Json)["new_size"]), attached);
        return empty(202);
      },
    },
    {
      name: "os-retype",
      rules: ["volume:retype", "volume:multiattach"],
      body: schemas.retype,
      handler(call, given) {
        const args = given as Json;
        const policy = args["migration_policy"] === "on-demand" ? "on-demand" : "never";
        data.retypeVolume(cinder, call, volume(call), args["new_type"] as string, policy);
        return empty(202);
      },
    },
    {
      name: "os-set_bootable",
      rules: ["volume:update"],
      body: schemas.setBootable,
      handler(call, args) {
        updateVolume(cinder, call, volume(call), { bootable: bool((args as Json)["bootable"]) });
        return empty(200);
      },
    },
    {
      name: "os-update_readonly_flag",
      rules: ["volume:update_readonly_flag"],
      body: schemas.updateReadonly,
      handler(call, args) {
        setReadonly(cinder, call, volume(call), bool((args as Json)["readonly"]));
        return empty(202);
      },
    },
    {
      name: "revert",
      rules: ["volume:get", "volume:revert_to_snapshot"],
      since: 40,
      handler(call, args) {
        const body = requiredObject({ revert: args }, "revert");
        data.revertToSnapshot(cinder, call, volume(call), body["snapshot_id"]);
        return empty(202);
      },
    },
    {
      name: "os-reimage",
      rules: ["volume:reimage", "volume:reimage_reserved"],
      since: 68,
      body: schemas.reimage,
      handler(call, given) {
        const args = given as Json;
        const reserved = bool(args["reimage_reserved"] ?? false);
        data.reimageVolume(cinder, call, volume(call), args["image_id"] as string, reserved);
        return empty(202);
      },
    },
  ];
}

function imageActions(cinder: Cinder, volume: Find): Action[] {
  return [
    {
      name: "os-volume_upload_image",
      rules: [`${ACTIONS}:upload_image`, `${ACTIONS}:upload_public`],
      body: schemas.uploadImage,
      handler(call, given) {
        const args = given as Json;
        const row = volume(call);
        const visible = call.minor >= 1;
        const visibility = (args["visibility"] ?? "private") as ImageInfo["visibility"];
        const uploaded = data.uploadToImage(cinder, call, row, {
          name: args["image_name"] as string,
          diskFormat: text(args, "disk_format") ?? "raw",
          containerFormat: text(args, "container_format") ?? "bare",
          visibility: visible ? visibility : null,
          protected: visible ? bool(args["protected"] ?? false) : null,
          force: bool(args["force"] ?? false),
        });
        return json(202, { "os-volume_upload_image": uploadView(cinder, call, uploaded) });
      },
    },
    {
      name: "os-set_image_metadata",
      rules: ["volume_extension:volume_image_metadata:set"],
      body: schemas.setImageMetadata,
      handler(call, args) {
        const given = (args as Json)["metadata"] as Record<string, string>;
        return json(200, { metadata: setImageMetadata(cinder, call, volume(call), given) });
      },
    },
    {
      name: "os-show_image_metadata",
      rules: ["volume:get", "volume:get_volume_metadata"],
      handler(call) {
        const row = volume(call);
        call.enforce("volume:get_volume_metadata", { project_id: row.project_id });
        return json(200, { metadata: cinder.store.volumes.imageMetadata.of(row.id) });
      },
    },
    {
      name: "os-unset_image_metadata",
      rules: ["volume_extension:volume_image_metadata:remove"],
      body: schemas.unsetImageMetadata,
      handler(call, args) {
        unsetImageMetadata(cinder, call, volume(call), (args as Json)["key"] as string);
        return empty(200);
      },
    },
  ];
}

function uploadView(
  cinder: Cinder,
  call: Call,
  { image, volume }: { image: ImageInfo; volume: VolumeRow },
): Json {
  const type = cinder.store.types.get(volume.volume_type_id);
  return {
    id: volume.id,
    updated_at: shownMoment(volume.updated_at),
    status: "uploading",
    display_description: volume.display_description,
    size: volume.size,
    volume_type: type
      ? {
          id: type.row.id,
          name: type.row.name,
          description: type.row.description,
          is_public: type.row.is_public,
          qos_specs_id: type.row.qos_specs_id,
          created_at: shownMoment(type.row.created_at),
          updated_at: shownMoment(type.row.updated_at),
          deleted_at: null,
          deleted: false,
          extra_specs: {},
        }
      : null,
    image_id: image.id,
    container_format: image.containerFormat,
    disk_format: image.diskFormat,
    image_name: image.name,
    ...(call.minor >= 1 ? { protected: image.protected, visibility: image.visibility } : {}),
  };
}

function adminActions(cinder: Cinder, volume: Find): Action[] {
  return [
    {
      name: "os-reset_status",
      rules: [`${ADMIN}:reset_status`],
      body: schemas.resetStatus,
      handler(call, given) {
        const args = given as Json;
        const lower = (name: string) => text(args, name)?.toLowerCase() || null;
        const wanted = {
          status: lower("status"),
          attachStatus: lower("attach_status"),
          migrationStatus: lower("migration_status"),
        };
        if (Object.values(wanted).every((value) => value === null)) {
          throw new InvalidParameterValue(
            "Must specify 'status', 'attach_status' or 'migration_status' for update.",
          );
        }
        resetStatus(cinder, call, volume(call), wanted);
        return empty(202);
      },
    },
    {
      name: "os-force_delete",
      rules: [`${ADMIN}:force_delete`, "volume:delete"],
      handler(call) {
        const row = volume(call);
        call.enforce(`${ADMIN}:force_delete`, { project_id: row.project_id });
        deleteVolume(cinder, call, row, { force: true });
        return empty(202);
      },
    },
    {
      name: "os-migrate_volume",
      rules: [`${ADMIN}:migrate_volume`],
      body: schemas.migrate,
      handler(call, given) {
        const args = given as Json;
        const row = volume(call);
        const host = text(args, "host");
        const cluster = call.minor >= 16 ? text(args, "cluster") : null;
        if ((host === null || host === "") === (cluster === null || cluster === "")) {
          throw new InvalidInput(
            call.minor >= 16 ? "One and only one of cluster and host must be set." : "Host field is missing.",
          );
        }
        const lockVolume = bool(args["lock_volume"] ?? false);
        data.migrateVolume(cinder, call, row, { host: host || cluster || "", lockVolume });
        return empty(202);
      },
    },
    {
      name: "os-migrate_volume_completion",
      rules: [`${ADMIN}:migrate_volume_completion`],
      body: schemas.completeMigration,
      handler(call, given) {
        const args = given as Json;
        const row = volume(call);
        const fresh = findVolume(cinder, call, args["new_volume"] as string);
        const error = args["error"] === true || bool(args["error"] ?? false);
        return json(200, { save_volume_id: data.completeMigration(cinder, call, row, fresh, error) });
      },
    },
    {
      name: "os-unmanage",
      rules: ["volume_extension:volume_unmanage", "volume:delete"],
      handler(call) {
        const row = volume(call);
        call.enforce("volume_extension:volume_unmanage", { project_id: row.project_id });
        deleteVolume(cinder, call, row, { unmanageOnly: true });
        return empty(202);
      },
    },
  ];
}
