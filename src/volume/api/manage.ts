// /os-volume-manage, /os-snapshot-manage, and /manageable_volumes and /manageable_snapshots since 3.8. Authority: cinder/api/
// contrib/{volume_manage,snapshot_manage,resource_common_manage}.py of Zed.

import { Invalid } from "../../core/errors.ts";
import { boolFromString } from "../../core/python.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import { targetOf } from "../access.ts";
import type { Manageable } from "../backend/manage.ts";
import type { Cinder } from "../cinder.ts";
import { InvalidInput, InvalidParameterValue, ServiceNotFound } from "../errors.ts";
import { InvalidVolumeType, VolumeTypeNotFound, VolumeTypeNotFoundByName } from "../errors-types.ts";
import { findVolume } from "../locate.ts";
import type { VolumeTypeRecord } from "../store/types.ts";
import { listManageable, type ManageablePage, manageSnapshot, manageVolume } from "../volumes/manage.ts";
import { type Json, trimmed } from "./bodies.ts";
import { parsePythonLiteral } from "./python-literal.ts";
import { takePage, takeSort } from "./query.ts";
import * as schemas from "./schemas/volumes.ts";
import { snapshotView } from "./snapshots.ts";
import { volumeDetail } from "./volume-views.ts";

const SINCE = 8;
const CLUSTERS = 16;

function summary(entry: Manageable): Json {
  const { reference, size, safe_to_manage } = entry;
  const source = entry.source_reference ? { source_reference: entry.source_reference } : {};
  return { reference, size, safe_to_manage, ...source };
}

function detail(entry: Manageable): Json {
  const { reason_not_safe, cinder_id, extra_info } = entry;
  return { ...summary(entry), reason_not_safe, cinder_id, extra_info };
}

/** @throws InvalidInput when there is none; clusters there are not */
function hostOf(call: Call, values: { host?: unknown; cluster?: unknown }): string {
  const host = typeof values.host === "string" && values.host !== "" ? values.host : null;
  const cluster = call.minor >= CLUSTERS && typeof values.cluster === "string" ? values.cluster : null;
  if (cluster && host) throw new InvalidInput("Host and cluster are mutually exclusive");
  if (host ?? cluster) return (host ?? cluster) as string;
  throw new InvalidInput(
    call.minor >= CLUSTERS ? "One and only one of cluster and host must be set." : "Host field is missing.",
  );
}

export function manageRoutes(cinder: Cinder): Route[] {
  function list(what: "volumes" | "snapshots", view: (entry: Manageable) => Json) {
    const rule =
      what === "volumes" ? "volume_extension:list_manageable" : "snapshot_extension:list_manageable";
    return async (call: Call): Promise<Reply> => {
      call.enforce(rule);
      const host = hostOf(call, { host: call.query.get("host"), cluster: call.query.get("cluster") });
      const entries = await listManageable(cinder, call, host, what, pageOfCall(cinder, call)).catch(
        notReady(host),
      );
      return json(200, { [`manageable-${what}`]: entries.map(view) });
    };
  }

  async function takeVolume(call: Call): Promise<Reply> {
    call.enforce("volume_extension:volume_manage");
    const { volume: body } = call.body as { volume: Json };
    const host = hostOf(call, body);
    try {
      const row = manageVolume(cinder, call, {
        host,
        ref: body["ref"] as Record<string, unknown> | string,
        name: trimmed(body["name"]) || null,
        description: trimmed(body["description"]) || null,
        type: typeOf(call, body["volume_type"]),
        metadata: (body["metadata"] ?? {}) as Record<string, string>,
        availabilityZone: (body["availability_zone"] ?? null) as string | null,
        bootable: boolFromString(body["bootable"] ?? false) === true,
      });
      const record = cinder.store.volumes.records([row])[0]!;
      return json(202, {
        volume: volumeDetail(cinder, call, record, { extended: false, adminMetadata: true }),
      });
    } catch (error) {
      return notReady(host)(error);
    }
  }

  function typeOf(call: Call, name: unknown): VolumeTypeRecord {
    if (typeof name !== "string" || name === "") return cinder.types.default(call.context.projectId);
    try {
      return cinder.types.find(call, name);
    } catch (error) {
      const missing = error instanceof VolumeTypeNotFound || error instanceof VolumeTypeNotFoundByName;
      if (missing) throw new InvalidVolumeType(`Cannot find requested '${name}' volume type`);
      throw error;
    }
  }

  function takeSnapshot(call: Call): Reply {
    const { snapshot: body } = call.body as { snapshot: Json };
    const volume = findVolume(cinder, call, body["volume_id"] as string);
    call.enforce("snapshot_extension:snapshot_manage", targetOf(volume));
    const ref = (body["ref"] ?? "") as Record<string, unknown> | string;
    const row = manageSnapshot(cinder, call, volume, ref, {
      name: (body["name"] ?? null) as string | null,
      description: (body["description"] ?? null) as string | null,
      metadata: (body["metadata"] ?? {}) as Record<string, string>,
    });
    const record = cinder.store.snapshots.records([row])[0]!;
    return json(202, { snapshot: snapshotView(call, record, true) });
  }

  const asks = (...rules: string[]) => ({ handlerAsks: rules });
  const volumeList = asks("volume_extension:list_manageable");
  const snapshotList = asks("snapshot_extension:list_manageable");
  const volumeTake = asks("volume_extension:volume_manage");
  const snapshotTake = asks("snapshot_extension:snapshot_manage", "volume:get", "volume:create_snapshot");
  const at = (volumes: string, snapshots: string, since: { since?: number }): Route[] => [
    { method: "GET", path: volumes, handler: list("volumes", summary), access: volumeList, ...since },
    {
      method: "GET",
      path: `${volumes}/detail`,
      handler: list("volumes", detail),
      access: volumeList,
      ...since,
    },
    {
      method: "POST",
      path: volumes,
      handler: takeVolume,
      access: volumeTake,
      body: schemas.manageVolume as never,
      ...since,
    },
    { method: "GET", path: snapshots, handler: list("snapshots", summary), access: snapshotList, ...since },
    {
      method: "GET",
      path: `${snapshots}/detail`,
      handler: list("snapshots", detail),
      access: snapshotList,
      ...since,
    },
    {
      method: "POST",
      path: snapshots,
      handler: takeSnapshot,
      access: snapshotTake,
      body: schemas.manageSnapshot,
      ...since,
    },
  ];
  return [
    ...at("/os-volume-manage", "/os-snapshot-manage", {}),
    ...at("/manageable_volumes", "/manageable_snapshots", { since: SINCE }),
  ];
}

/** A host there is not is a bad request here (ServiceUnavailable is an Invalid in Cinder). */
function notReady(host: string) {
  return (error: unknown): never => {
    if (error instanceof ServiceNotFound) throw new Invalid(`Host '${host}' not found`);
    throw error;
  };
}

function pageOfCall(cinder: Cinder, call: Call): ManageablePage {
  const query = new URLSearchParams(call.query);
  const { limit, marker, offset } = takePage(query, cinder.settings.CINDER_OSAPI_MAX_LIMIT);
  const sort = takeSort(query, "reference");
  const keys = sort.map(({ key }) => key).filter((key) => !["reference", "size"].includes(key));
  if (keys.length > 0) throw new InvalidParameterValue(`Invalid sort keys passed: ${keys.join(", ")}`);
  const directions = sort.map(({ direction }) => direction).filter((word) => !["asc", "desc"].includes(word));
  if (directions.length > 0) {
    throw new InvalidParameterValue(`Invalid sort dirs passed: ${directions.join(", ")}`);
  }
  const reference = marker === null ? null : parsePythonLiteral(marker);
  const bad =
    marker !== null && (typeof reference !== "object" || reference === null || Array.isArray(reference));
  if (bad) throw new InvalidInput(`marker not found: ${marker}`);
  const by = sort[0]?.key === "size" ? "size" : "reference";
  return {
    marker: reference as Record<string, string> | null,
    limit,
    offset,
    by,
    descending: sort[0]?.direction !== "asc",
  };
}
