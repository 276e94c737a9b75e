// What the API shows of a flavor. Authority: nova/api/openstack/compute/views/flavors.py of Zed.

import { pyFloat } from "../../core/python.ts";
import type { Call } from "../../http/call.ts";
import type { Flavor } from "../flavors.ts";
import { type LinkBase, resourceLinks } from "./links.ts";

const DESCRIPTION_SINCE = 55;
export const EXTRA_SPECS_SINCE = 61;
/** Since here no swap is 0, not an empty string. */
const SWAP_NUMBER_SINCE = 75;

export function flavorSummary(call: Call, base: LinkBase, flavor: Flavor): Record<string, unknown> {
  return {
    id: flavor.flavorid,
    name: flavor.name,
    links: resourceLinks(base, "flavors", flavor.flavorid),
    ...(call.minor >= DESCRIPTION_SINCE ? { description: flavor.description } : {}),
  };
}

export function flavorDetail(
  call: Call,
  base: LinkBase,
  flavor: Flavor,
  options: { extraSpecs: boolean },
): Record<string, unknown> {
  return {
    id: flavor.flavorid,
    name: flavor.name,
    ram: flavor.memory_mb,
    disk: flavor.root_gb,
    swap: flavor.swap || (call.minor >= SWAP_NUMBER_SINCE ? 0 : ""),
    "OS-FLV-EXT-DATA:ephemeral": flavor.ephemeral_gb,
    "OS-FLV-DISABLED:disabled": flavor.disabled,
    vcpus: flavor.vcpus,
    "os-flavor-access:is_public": flavor.is_public,
    rxtx_factor: pyFloat(flavor.rxtx_factor),
    links: resourceLinks(base, "flavors", flavor.flavorid),
    ...(call.minor >= DESCRIPTION_SINCE ? { description: flavor.description } : {}),
    ...(options.extraSpecs ? { extra_specs: flavor.extra_specs } : {}),
  };
}
