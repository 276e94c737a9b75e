// Which simulated hosts there are, and what is to go wrong on them.

import type { Values } from "../../../config/keys.ts";
import type { fakeSection } from "../../config.ts";
import type { DriverHost } from "../driver.ts";

export interface HostSize {
  vcpus: number;
  memoryMb: number;
  diskGb: number;
}

/** The address of a simulated host is its size: `VCPUS:MEMORY_MB:DISK_GB`. */
export function fakeHosts(config: Values<typeof fakeSection>, hostName: string): DriverHost[] {
  const usual = `${config.FAKE_HOST_VCPUS}:${config.FAKE_HOST_MEMORY_MB}:${config.FAKE_HOST_DISK_GB}`;
  if (config.FAKE_HOSTS.length > 0) {
    return config.FAKE_HOSTS.map((text) => {
      const [name, vcpus, memory, disk] = text.split(":");
      return {
        name: name!,
        address: [
          vcpus || config.FAKE_HOST_VCPUS,
          memory || config.FAKE_HOST_MEMORY_MB,
          disk || config.FAKE_HOST_DISK_GB,
        ].join(":"),
      };
    });
  }
  const count = config.NUMBER_FAKE_NOVA_COMPUTE;
  if (count === 1) return [{ name: hostName, address: usual }];
  return Array.from({ length: count }, (_, i) => ({
    name: `c${String(i + 1).padStart(2, "0")}`,
    address: usual,
  }));
}

/** @throws Error for what is no size */
export function sizeOf(host: DriverHost): HostSize {
  const [vcpus, memoryMb, diskGb] = host.address.split(":").map(Number);
  if (![vcpus, memoryMb, diskGb].every((n) => Number.isSafeInteger(n) && n! > 0)) {
    throw new Error(`FAKE_HOSTS: ${host.name} has no proper size, expected NAME:VCPUS:MEMORY_MB[:DISK_GB]`);
  }
  return { vcpus: vcpus!, memoryMb: memoryMb!, diskGb: diskGb! };
}

/** `spawn@c01:2`: the next two spawns on c01 fail. Shared by all hosts of a cloud. */
export class Failures {
  #left: { operation: string; host: string | null; times: number }[];

  constructor(texts: readonly string[]) {
    this.#left = texts.map((text) => {
      const [what, times] = text.split(":");
      const [operation, host] = what!.split("@");
      return {
        operation: operation!,
        host: host ?? null,
        times: times === undefined ? Number.POSITIVE_INFINITY : Number(times),
      };
    });
  }

  /** True when this operation is to fail now. */
  strikes(operation: string, host: string): boolean {
    const entry = this.#left.find(
      (e) => e.operation === operation && (e.host === null || e.host === host) && e.times > 0,
    );
    if (!entry) return false;
    entry.times--;
    return true;
  }
}
