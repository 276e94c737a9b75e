// Which extra specs a flavor may have since microversion 2.86. Authority: nova/api/validation/extra_specs/*.py of Zed.

import { Invalid } from "../core/errors.ts";
import { boolFromString } from "../core/python.ts";
import { STANDARD_CLASSES, standardTraits } from "../placement/public.ts";

/** `int` with limits, `bool`, any text, one of some words, or a pattern that must match as a whole. */
type Kind = "bool" | "text" | { min?: number; max?: number } | readonly string[] | RegExp;

const COUNT = { min: 1 };
const AMOUNT = { min: 0 };
const NUMBER = {};
const SHARES = ["custom", "high", "normal", "low"];
const CPU_LIST = /\^?\d+((-\d+)?(,\^?\d+(-\d+)?)?)*/;

const KNOWN: Record<string, Kind> = {
  hide_hypervisor_id: "bool",
  group_policy: ["isolate", "none"],
  "accel:device_profile": "text",
  "hw:cpu_realtime": "bool",
  "hw:cpu_realtime_mask": /(\^)?\d+((-\d+)?(,\^?\d+(-\d+)?)?)*/,
  "hw:hide_hypervisor_id": "bool",
  "hw:cpu_policy": ["dedicated", "shared", "mixed"],
  "hw:cpu_thread_policy": ["prefer", "isolate", "require"],
  "hw:emulator_threads_policy": ["isolate", "share"],
  "hw:cpu_dedicated_mask": CPU_LIST,
  "hw:mem_page_size": /(large|small|any|\d+([kKMGT]i?)?(b|bit|B)?)/,
  "hw:locked_memory": "bool",
  "hw:numa_nodes": COUNT,
  "hw:pci_numa_affinity_policy": ["required", "preferred", "legacy", "socket"],
  "hw:cpu_sockets": COUNT,
  "hw:cpu_cores": COUNT,
  "hw:cpu_threads": COUNT,
  "hw:max_cpu_sockets": COUNT,
  "hw:max_cpu_cores": COUNT,
  "hw:max_cpu_threads": COUNT,
  "hw:boot_menu": "bool",
  "hw:vif_multiqueue_enabled": "bool",
  "hw:mem_encryption": "bool",
  "hw:pmem": /([a-zA-Z0-9_]+(,)?)+/,
  "hw:pmu": "bool",
  "hw:serial_port_count": AMOUNT,
  "hw:tpm_model": ["tpm-tis", "tpm-crb"],
  "hw:tpm_version": ["1.2", "2.0"],
  "hw:watchdog_action": ["none", "pause", "poweroff", "reset", "disabled"],
  "hw:viommu_model": ["intel", "smmuv3", "virtio", "auto"],
  "hw:ephemeral_encryption": "bool",
  "hw:ephemeral_encryption_format": ["plain", "luks", "luksv2"],
  "hw_rng:allowed": "bool",
  "hw_rng:rate_bytes": AMOUNT,
  "hw_rng:rate_period": AMOUNT,
  "hw_video:ram_max_mb": AMOUNT,
  "os:secure_boot": ["disabled", "required"],
  "os:resolution": ["1024x768", "1280x1024", "1600x1200", "1920x1200", "2560x1600", "3840x2160"],
  "os:monitors": { min: 1, max: 8 },
  "os:vram": ["64", "128", "256", "512", "1024"],
  "pci_passthrough:alias": /[^:]+:\d+(?:\s*,\s*[^:]+:\d+)*/,
  "quota:cpu_shares": AMOUNT,
  "quota:cpu_period": AMOUNT,
  "quota:cpu_quota": NUMBER,
  "vmware:hw_version": "text",
  "vmware:storage_policy": "text",
};

for (const part of ["cpu", "memory", "disk_io", "vif"]) {
  KNOWN[`quota:${part}_limit`] = AMOUNT;
  KNOWN[`quota:${part}_reservation`] = NUMBER;
  KNOWN[`quota:${part}_shares_level`] = SHARES;
  KNOWN[`quota:${part}_shares_share`] = AMOUNT;
}
for (const way of ["read", "write", "total"]) {
  KNOWN[`quota:disk_${way}_bytes_sec`] = AMOUNT;
  KNOWN[`quota:disk_${way}_iops_sec`] = AMOUNT;
}
for (const way of ["inbound", "outbound"]) {
  for (const what of ["average", "peak", "burst"]) KNOWN[`quota:vif_${way}_${what}`] = AMOUNT;
}

const CAPABILITIES =
  "id uuid service_id host vcpus memory_mb local_gb vcpus_used memory_mb_used local_gb_used hypervisor_type hypervisor_version hypervisor_hostname free_ram_mb free_disk_gb current_workload running_vms disk_available_least host_ip mapped cpu_allocation_ratio ram_allocation_ratio disk_allocation_ratio total_usable_ram_mb total_usable_disk_gb disk_mb_used free_disk_mb vcpus_total num_instances num_io_ops failed_builds aggregates cell_uuid updated";
const NESTED_CAPABILITIES =
  "cpu_info metrics stats numa_topology supported_hv_specs pci_device_pools nodename pci_stats supported_instances limits instances";

const GROUP = "([a-zA-Z0-9_-]{1,64})?";

/** Names with a variable part. */
const PATTERNS: readonly (readonly [RegExp, Kind])[] = [
  [/^aggregate_instance_extra_specs:.+$/, "text"],
  [new RegExp(`^capabilities:(${CAPABILITIES.replaceAll(" ", "|")})$`), "text"],
  [new RegExp(`^capabilities:(${NESTED_CAPABILITIES.replaceAll(" ", "|")})(:\\w+)*$`), "text"],
  [/^hw:numa_cpus\.\d+$/, CPU_LIST],
  [/^hw:numa_mem\.\d+$/, COUNT],
];
const RESOURCE = new RegExp(`^resources${GROUP}:([A-Z0-9_]+)$`);
const TRAIT = new RegExp(`^trait${GROUP}:([A-Z0-9_]+)$`);
const NAMESPACE = new RegExp(
  `^(accel|aggregate_instance_extra_specs|capabilities|hw|hw_rng|hw_video|os|pci_passthrough|quota|resources${GROUP}|trait${GROUP}|vmware)$`,
);

/** A name without a known namespace is the operator's own and not looked at. @throws Invalid */
export function validateExtraSpec(name: string, value: string): void {
  const kind = kindOf(name);
  if (kind !== null) return check(kind, value);
  const colon = name.indexOf(":");
  if (colon < 0 || !NAMESPACE.test(name.slice(0, colon))) return;
  throw new Invalid(`Validation failed; extra spec '${name}' does not appear to be a valid extra spec.`);
}

function kindOf(name: string): Kind | null {
  const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
  if (known !== undefined) return known;
  const resource = RESOURCE.exec(name)?.[2];
  if (resource !== undefined) {
    return STANDARD_CLASSES.includes(resource) || /^CUSTOM_./.test(resource) ? NUMBER : null;
  }
  const trait = TRAIT.exec(name)?.[2];
  if (trait !== undefined) {
    const real = /^CUSTOM_./.test(trait) || standardTraits().includes(trait);
    return real ? ["required", "forbidden"] : null;
  }
  return PATTERNS.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

function check(kind: Kind, value: string): void {
  const fail = (what: string) => {
    throw new Invalid(`Validation failed; '${value}' ${what}`);
  };
  if (kind === "text") return;
  if (kind === "bool") {
    if (boolFromString(value) === null) fail("is not a valid boolean-like value.");
  } else if (kind instanceof RegExp) {
    if (!new RegExp(`^(?:${kind.source})$`).test(value)) fail(`is not of the format '${kind.source}'.`);
  } else if (Array.isArray(kind)) {
    if (!kind.includes(value)) fail(`is not one of: ${kind.join(", ")}.`);
  } else {
    const { min, max } = kind as { min?: number; max?: number };
    if (!/^\s*[+-]?\d+(_\d+)*\s*$/.test(value)) fail("is not a valid integer value.");
    const n = Number(value.replaceAll("_", ""));
    if (max !== undefined && n > max) fail(`is greater than the max value of '${max}'.`);
    if (min !== undefined && n < min) fail(`is less than the min value of '${min}'.`);
  }
}
