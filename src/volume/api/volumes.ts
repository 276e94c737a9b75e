// /volumes. Authority: cinder/api/v3/volumes.py of Zed.

import { Invalid } from "../../core/errors.ts";
import { boolFromString } from "../../core/python.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { findBackup } from "../backups/backups.ts";
import type { Cinder } from "../cinder.ts";
import { findGroup } from "../groups/groups.ts";
import { findVolume } from "../locate.ts";
import type { VolumeRow } from "../tables.ts";
import { createVolume, type VolumeRequest } from "../volumes/create.ts";
import { deleteVolume } from "../volumes/delete.ts";
import { updateVolume } from "../volumes/update.ts";
import { checkBody, given, type Json } from "./bodies.ts";
import { nextLink } from "./paths.ts";
import { boolParam, take } from "./query.ts";
import * as schemas from "./schemas/volumes.ts";
import { listVolumes } from "./volume-list.ts";
import { type VolumeViewOptions, viewerOf, volumeDetail, volumeSummary } from "./volume-views.ts";

const FROM_BACKUP = 47;

export function volumeRoutes(cinder: Cinder): Route[] {
  function show(call: Call, row: VolumeRow, options: VolumeViewOptions): Json {
    const record = cinder.store.volumes.records([row])[0]!;
    return { volume: volumeDetail(cinder, call, record, options) };
  }

  function create(call: Call): Reply {
    const body = call.body as { volume: Json; "OS-SCH-HNT:scheduler_hints"?: Json | null };
    checkBody(schemas.schedulerHints, body);
    const { volume } = body;
    if (boolFromString(volume["multiattach"] ?? false) === true) {
      throw new Invalid(
        "multiattach parameter has been removed. The default behavior is to use multiattach enabled volume types. Contact your administrator to create a multiattach enabled volume type and use it to create multiattach volumes.",
      );
    }
    const row = createVolume(
      cinder,
      call,
      requestOf(call, volume, body["OS-SCH-HNT:scheduler_hints"] ?? null),
    );
    return json(202, show(call, row, { extended: false }));
  }

  function requestOf(call: Call, body: Json, hints: Json | null): VolumeRequest {
    const text = (name: string) => (body[name] ?? null) as string | null;
    const groupId = text("group_id") ?? text("consistencygroup_id");
    const backupId = call.minor >= FROM_BACKUP ? text("backup_id") : null;
    return {
      size: (body["size"] ?? null) as number | string | null,
      name: given(body, "display_name", "name") ?? null,
      description: given(body, "display_description", "description") ?? null,
      metadata: (body["metadata"] ?? {}) as Record<string, string>,
      imageRef: text("imageRef") ?? text("image_id"),
      snapshotId: text("snapshot_id"),
      sourceVolumeId: text("source_volid"),
      group: groupId ? findGroup(cinder, call, groupId) : null,
      backup: backupId ? { row: findBackup(cinder, call, backupId), shown: "creating" } : null,
      type: text("volume_type"),
      availabilityZone: text("availability_zone"),
      hints: hints ?? ((body["scheduler_hints"] ?? null) as Json | null),
      novaImages: call.minor >= 46,
    };
  }

  function list(call: Call): Reply {
    const { rows, limit, count } = listVolumes(cinder, call);
    return json(200, {
      volumes: rows.map((row) => volumeSummary(call, row)),
      ...nextLink(
        call,
        "volumes_links",
        "volumes",
        limit,
        rows.map(({ id }) => id),
        count,
      ),
      ...(count === null ? {} : { count }),
    });
  }

  function listDetails(call: Call): Reply {
    const { rows, limit, count } = listVolumes(cinder, call);
    const viewer = viewerOf(call);
    return json(200, {
      volumes: cinder.store.volumes
        .records(rows)
        .map((record) => volumeDetail(cinder, call, record, { extended: true, viewer })),
      ...nextLink(
        call,
        "volumes_links",
        "volumes/detail",
        limit,
        rows.map(({ id }) => id),
        count,
      ),
      ...(count === null ? {} : { count }),
    });
  }

  function summary(call: Call): Reply {
    call.enforce("volume:get_all");
    const query = new URLSearchParams(call.query);
    const all = boolParam("all_tenants", take(query, "all_tenants")) && call.context.isAdmin;
    const projectId = all ? null : (call.context.projectId ?? "");
    const { count, sizeGb } = cinder.store.volumes.summary(projectId);
    const sums: Json = { total_count: count, total_size: sizeGb };
    if (call.minor >= 36) sums["metadata"] = cinder.store.volumes.distinctMetadata(projectId);
    return json(200, { "volume-summary": sums });
  }

  function showVolume(call: Call): Reply {
    return json(200, show(call, findVolume(cinder, call, call.param("id")), { extended: true }));
  }

  function update(call: Call): Reply {
    const volume = findVolume(cinder, call, call.param("id"));
    const body = (call.body as { volume: Json }).volume;
    const name = given(body, "display_name", "name");
    const description = given(body, "display_description", "description");
    updateVolume(cinder, call, volume, {
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(body["metadata"] === undefined ? {} : { metadata: body["metadata"] as Record<string, string> }),
    });
    return json(
      200,
      show(call, cinder.store.volumes.get(volume.id) ?? volume, { extended: false, adminMetadata: true }),
    );
  }

  function remove(call: Call): Reply {
    const query = new URLSearchParams(call.query);
    const cascade = boolParam("cascade", take(query, "cascade"));
    const force = call.minor >= 23 && boolParam("force", take(query, "force"));
    const volume = findVolume(cinder, call, call.param("id"));
    if (force) call.enforce("volume:force_delete", { project_id: volume.project_id });
    deleteVolume(cinder, call, volume, { cascade, force });
    return empty(202);
  }

  function encryption(call: Call): Json {
    const volume = findVolume(cinder, call, call.param("volume_id"));
    call.enforce("volume_extension:volume_encryption_metadata", { project_id: volume.project_id });
    const specs = cinder.store.types.encryption(volume.volume_type_id);
    return {
      encryption_key_id: volume.encryption_key_id,
      ...(specs
        ? {
            control_location: specs.control_location,
            cipher: specs.cipher,
            key_size: specs.key_size,
            provider: specs.provider,
          }
        : {}),
    };
  }

  function encryptionItem(call: Call): Reply {
    const value = encryption(call)[call.param("key")];
    return value === undefined || value === null
      ? { status: 200, headers: { "content-type": "application/json" }, body: "" }
      : { status: 200, headers: { "content-type": "text/html; charset=UTF-8" }, body: String(value) };
  }

  const asks = (...rules: string[]) => ({ handlerAsks: rules });
  return [
    { method: "GET", path: "/volumes", handler: list, access: asks("volume:get_all") },
    {
      method: "POST",
      path: "/volumes",
      handler: create,
      access: asks("volume:create", "volume:create_from_image", "volume:multiattach", "group:get"),
      body: schemas.createVolume as never,
    },
    {
      method: "GET",
      path: "/volumes/detail",
      handler: listDetails,
      access: asks(
        "volume:get_all",
        "volume_extension:volume_host_attribute",
        "volume_extension:volume_tenant_attribute",
        "volume_extension:volume_mig_status_attribute",
      ),
    },
    { method: "GET", path: "/volumes/summary", handler: summary, access: asks("volume:get_all"), since: 12 },
    { method: "GET", path: "/volumes/:id", handler: showVolume, access: asks("volume:get") },
    {
      method: "PUT",
      path: "/volumes/:id",
      handler: update,
      access: asks("volume:get", "volume:update"),
      body: schemas.updateVolume as never,
    },
    {
      method: "DELETE",
      path: "/volumes/:id",
      handler: remove,
      access: asks("volume:get", "volume:delete", "volume:force_delete"),
    },
    {
      method: "GET",
      path: "/volumes/:volume_id/encryption",
      handler: (call) => json(200, encryption(call)),
      access: asks("volume_extension:volume_encryption_metadata"),
    },
    {
      method: "GET",
      path: "/volumes/:volume_id/encryption/:key",
      handler: encryptionItem,
      access: asks("volume_extension:volume_encryption_metadata"),
    },
  ];
}
