// The Compute API: flavors.

import { compute } from "./compute-api.ts";

export interface Flavor {
  id: string;
  name: string;
  vcpus: number;
  ramMb: number;
  diskGb: number;
  ephemeralGb: number;
  swapMb: number;
  isPublic: boolean;
}

interface WireFlavor {
  id: string;
  name: string;
  vcpus: number;
  ram: number;
  disk: number;
  swap: number | "";
  "OS-FLV-EXT-DATA:ephemeral": number;
  "os-flavor-access:is_public": boolean;
}

/** @param all also those of other projects, for administrators */
export async function listFlavors(all: boolean, signal?: AbortSignal): Promise<Flavor[]> {
  const { flavors } = await compute<{ flavors: WireFlavor[] }>("/flavors/detail", {
    query: { is_public: all ? "None" : undefined },
    signal,
  });
  return flavors.map((one) => ({
    id: one.id,
    name: one.name,
    vcpus: one.vcpus,
    ramMb: one.ram,
    diskGb: one.disk,
    ephemeralGb: one["OS-FLV-EXT-DATA:ephemeral"],
    swapMb: Number(one.swap) || 0,
    isPublic: one["os-flavor-access:is_public"],
  }));
}

export async function createFlavor(flavor: Omit<Flavor, "id"> & { id: string }): Promise<void> {
  const body = {
    flavor: {
      id: flavor.id || null,
      name: flavor.name,
      vcpus: flavor.vcpus,
      ram: flavor.ramMb,
      disk: flavor.diskGb,
      swap: flavor.swapMb,
      "OS-FLV-EXT-DATA:ephemeral": flavor.ephemeralGb,
      "os-flavor-access:is_public": flavor.isPublic,
    },
  };
  await compute("/flavors", { method: "POST", body });
}

export async function deleteFlavor(id: string): Promise<void> {
  await compute(`/flavors/${id}`, { method: "DELETE" });
}
