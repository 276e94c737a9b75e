// The Compute API: key pairs, limits, availability zones.

import { compute } from "./compute-api.ts";

export interface KeyPair {
  name: string;
  fingerprint: string;
  type: string;
}

export async function listKeyPairs(signal?: AbortSignal): Promise<KeyPair[]> {
  const { keypairs } = await compute<{ keypairs: { keypair: KeyPair }[] }>("/os-keypairs", { signal });
  return keypairs.map(({ keypair }) => keypair);
}

/** @returns the private key, which cannot be had again; undefined for an imported one */
export async function createKeyPair(name: string, publicKey?: string): Promise<string | undefined> {
  const keypair = { name, type: "ssh", ...(publicKey === undefined ? {} : { public_key: publicKey }) };
  const answer = await compute<{ keypair: { private_key?: string } }>("/os-keypairs", {
    method: "POST",
    body: { keypair },
  });
  return answer.keypair.private_key;
}

export async function deleteKeyPair(name: string): Promise<void> {
  await compute(`/os-keypairs/${encodeURIComponent(name)}`, { method: "DELETE" });
}

export interface ComputeLimits {
  maxTotalInstances: number;
  totalInstancesUsed: number;
  maxTotalCores: number;
  totalCoresUsed: number;
  maxTotalRAMSize: number;
  totalRAMUsed: number;
}

/** What the project may have and has; -1 is without limit. */
export async function computeLimits(signal?: AbortSignal): Promise<ComputeLimits> {
  return (await compute<{ limits: { absolute: ComputeLimits } }>("/limits", { signal })).limits.absolute;
}

export async function listZones(signal?: AbortSignal): Promise<string[]> {
  const { availabilityZoneInfo } = await compute<{
    availabilityZoneInfo: { zoneName: string; zoneState: { available: boolean } }[];
  }>("/os-availability-zone", { signal });
  return availabilityZoneInfo.filter(({ zoneState }) => zoneState.available).map(({ zoneName }) => zoneName);
}
