// Whether volumes are exported, and what a host is told of one that is. Authority: cinder/volume/targets/iscsi.py
// (_get_iscsi_properties, validate_connector) of Zed.

import { existsSync } from "node:fs";
import { isIPv6 } from "node:net";
import { cloudSection } from "../../config/cloud.ts";
import type { ServiceContext } from "../../core/service.ts";
import type { Cinder } from "../cinder.ts";
import { volumeBackendSection } from "../config.ts";
import { InvalidInput } from "../errors.ts";
import type { ConnectionInfo } from "../public.ts";
import type { AttachmentRow, VolumeRow } from "../tables.ts";
import { Exports } from "../targets/exports.ts";
import { Tgt } from "../targets/tgt.ts";
import type { Connector } from "../topics.ts";
import type { Backend } from "./backend.ts";

const FOLDER = "cinder";
/** A volume in these states is nobody's. */
const AT_REST = ["available", "error", "awaiting-transfer"];

/** Null when nothing is to be exported. @throws BackendFailed when it should be, and cannot */
export async function exportsOf(cinder: Cinder): Promise<Exports | null> {
  const { context, log } = cinder;
  const settings = context.config(volumeBackendSection);
  if (settings.CINDER_TARGET_HELPER === "none") return null;
  const exports = new Exports(tgtOf(context), settings.CINDER_TARGET_PREFIX, log);
  await exports.start((dataId) => {
    const status = cinder.store.volumes.statusOfData(dataId);
    return status !== null && !AT_REST.includes(status);
  });
  return exports;
}

function tgtOf(context: ServiceContext): Tgt {
  const settings = context.config(volumeBackendSection);
  const address = settings.CINDER_TARGET_IP_ADDRESS || context.config(cloudSection).HOST_IP;
  const host = isIPv6(address) ? `[${address}]` : address;
  return new Tgt({
    dir: context.paths.at(FOLDER),
    portal: `${host}:${settings.CINDER_TARGET_PORT}`,
  });
}

/** The daemon outlives the process; it goes when the cloud is taken down. */
export async function stopExports(context: ServiceContext): Promise<string[]> {
  if (!existsSync(context.paths.at(FOLDER))) return [];
  return (await tgtOf(context).stop()) ? ["stopped tgtd"] : [];
}

/**
 * What an initiator needs to know; null when this volume is not exported: nothing is, or its data is not raw.
 * @throws InvalidInput for a connector that names no initiator
 */
export async function exportTo(
  backend: Backend,
  volume: VolumeRow,
  { kind, path, format }: ConnectionInfo,
  connector: Connector,
): Promise<Record<string, unknown> | null> {
  if (!backend.exports || kind === "none" || format !== "raw") return null;
  if (!Object.hasOwn(connector, "initiator")) {
    throw new InvalidInput("Connector doesn't have required information: initiator");
  }
  const target = await backend.exports.begin(backend.driverVolume(volume).dataId, path);
  const { CINDER_REPORT_DISCARD_SUPPORTED: discards } = backend.cinder.context.config(volumeBackendSection);
  return {
    target_discovered: false,
    ...(connector["multipath"] === true
      ? { target_portals: [target.portal], target_iqns: [target.iqn], target_luns: [target.lun] }
      : {}),
    target_portal: target.portal,
    target_iqn: target.iqn,
    target_lun: target.lun,
    volume_id: volume.id,
    auth_method: "CHAP",
    auth_username: target.user,
    auth_password: target.password,
    ...(discards ? { discard: true } : {}),
  };
}

export function isExported({ connection_info }: AttachmentRow): boolean {
  return connection_info?.["driver_volume_type"] === "iscsi";
}
