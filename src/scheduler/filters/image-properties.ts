import type { HostState } from "../host-state.ts";
import type { SchedulingRequest } from "../request.ts";
import type { HostFilter } from "./filter.ts";

/** Nova's aliases of architectures, hypervisors and modes that images still carry (nova/objects/fields.py). */
const ALIASES: Record<string, string> = {
  amd64: "x86_64",
  i386: "i686",
  i486: "i686",
  i586: "i686",
  xapi: "xen",
  powervm: "phyp",
  pv: "xen",
  hv: "hvm",
  baremetal: "hvm",
};

/** Hosts whose hypervisor runs what the image needs: architecture, hypervisor, mode, least version. */
export class ImagePropertiesFilter implements HostFilter {
  readonly name = "ImagePropertiesFilter";
  readonly oncePerRequest = true;

  applies({ spec }: SchedulingRequest): boolean {
    return demands(spec.imageProperties).length > 0;
  }

  passes(host: HostState, { spec }: SchedulingRequest): boolean {
    const properties = spec.imageProperties;
    const wanted = demands(properties);
    if (wanted.length === 0) return true;
    const version = properties["img_hv_requested_version"] ?? properties["hypervisor_version_requires"];
    return host.supportedInstances.some(
      (supported) =>
        wanted.every((value) => supported.includes(value)) &&
        versionFits(host.row.hypervisor_version, version),
    );
  }
}

/** Architecture, hypervisor and mode, as far as the image names them. */
function demands(properties: Readonly<Record<string, string>>): string[] {
  return [
    properties["hw_architecture"] ?? properties["architecture"],
    properties["img_hv_type"] ?? properties["hypervisor_type"],
    properties["hw_vm_mode"] ?? properties["vm_mode"],
  ]
    .filter((value) => value !== undefined && value !== "")
    .map((value) => canonical(value ?? ""));
}

function canonical(value: string): string {
  const lower = value.toLowerCase();
  return ALIASES[lower] ?? lower;
}

/** `>=4.0, <6.0` against 7002000, which is 7.2.0 (oslo_utils.versionutils). */
function versionFits(version: number, predicate: string | undefined): boolean {
  if (!predicate || !version) return true;
  return predicate.split(",").every((part) => {
    const m = /^\s*(<=|>=|<|>|==|!=)\s*([\d.]+)\s*$/.exec(part);
    if (!m) return false;
    const [major = 0, minor = 0, patch = 0] = m[2]!.split(".").map(Number);
    const wanted = major * 1_000_000 + minor * 1000 + patch;
    switch (m[1]) {
      case "<=":
        return version <= wanted;
      case ">=":
        return version >= wanted;
      case "<":
        return version < wanted;
      case ">":
        return version > wanted;
      case "==":
        return version === wanted;
      default:
        return version !== wanted;
    }
  });
}
