// What every connection tells besides how the data is reached. Authority: cinder/volume/manager.py
// (_parse_connection_options) of Zed.

import type { Cinder } from "../cinder.ts";
import type { Pairs } from "../store/pairs.ts";
import type { VolumeRow } from "../tables.ts";

const TUNED = [
  "read_iops_sec",
  "read_bytes_sec",
  "write_iops_sec",
  "write_bytes_sec",
  "total_iops_sec",
  "total_bytes_sec",
];

export function connectionOptions(cinder: Cinder, volume: VolumeRow): Record<string, unknown> {
  const type = cinder.store.types.get(volume.volume_type_id);
  const admin = cinder.store.volumes.adminMetadata.of(volume.id);
  return {
    qos_specs: frontEndSpecs(cinder, type?.row.qos_specs_id ?? null, volume.size),
    access_mode: admin["attached_mode"] ?? (admin["readonly"] === "True" ? "ro" : "rw"),
    encrypted: volume.encryption_key_id !== null,
    cacheable: type?.extraSpecs["cacheable"] === "<is> True" && !volume.multiattach,
  };
}

/** What the hypervisor is to apply; null when there is nothing. Values per GB become values. */
function frontEndSpecs(
  cinder: Cinder,
  qosId: string | null,
  sizeGb: number,
): Record<string, string | number> | null {
  const qos = qosId === null ? null : cinder.store.qos.get(qosId);
  if (!qos || qos.consumer === "back-end") return null;
  const specs: Record<string, string | number> = { ...qos.specs };
  const take = (name: string): number | null => {
    const value = specs[name];
    delete specs[name];
    const number = Number.parseInt(String(value), 10);
    return Number.isNaN(number) ? null : number;
  };
  for (const option of TUNED) {
    if (!Object.hasOwn(specs, `${option}_per_gb`)) continue;
    const perGb = take(`${option}_per_gb`) ?? 0;
    const value = Math.max(take(`${option}_per_gb_min`) ?? 0, perGb * sizeGb);
    specs[option] = Math.min(value, take(`${option}_max`) ?? value);
  }
  return specs satisfies Pairs | Record<string, string | number>;
}
