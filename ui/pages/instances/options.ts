// Images, flavors and the like as choices of a form.

import type { Flavor } from "../../api/flavors.ts";
import type { Image } from "../../api/image.ts";
import { mebibytes } from "../../core/format.ts";
import type { Option } from "../../parts/form.tsx";

export function flavorOptions(flavors: readonly Flavor[]): Option[] {
  return [...flavors]
    .sort((a, b) => a.ramMb - b.ramMb || a.vcpus - b.vcpus)
    .map(({ id, name, vcpus, ramMb, diskGb }) => ({
      value: id,
      label: `${name}: ${vcpus} VCPU, ${mebibytes(ramMb)} RAM, ${diskGb} GiB disk`,
    }));
}

/** Kernels and ramdisks start nothing by themselves. */
export function imageOptions(images: readonly Image[]): Option[] {
  return images
    .filter((one) => one.status === "active" && one.disk_format !== "aki" && one.disk_format !== "ari")
    .map(({ id, name }) => ({ value: id, label: name ?? id }));
}
