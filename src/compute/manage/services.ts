// `nova-manage service list`, which reads the tables themselves, whether or not the cloud runs. Layout:
// nova/cmd/manage.py of Folsom (ServiceCommands.list).

import { sqlSeconds } from "../../core/times.ts";
import type { PeripheryParts } from "../make-periphery.ts";

const WIDTHS = [16, 36, 16, 10, 5, 10];
const HEADER = ["Binary", "Host", "Zone", "Status", "State", "Updated_At"];

export interface ServiceFilter {
  host?: string | undefined;
  /** `nova-compute` */
  binary?: string | undefined;
}

/** The table as it is printed. A service that was heard of in time is `:-)`, another `XXX`. */
export function serviceTable({ services, zones }: PeripheryParts, { host, binary }: ServiceFilter): string {
  const rows = services
    .list(binary)
    .filter((service) => host === undefined || service.host === host)
    .map((service) => [
      service.binary,
      service.host,
      zones.zoneOfService(service),
      service.disabled ? "disabled" : "enabled",
      services.isUp(service) ? ":-)" : "XXX",
      service.updatedAtMs === null ? "None" : sqlSeconds(service.updatedAtMs),
    ]);
  return [HEADER, ...rows]
    .map((cells) => `${cells.map((cell, i) => cell.padEnd(WIDTHS[i]!)).join(" ")}\n`)
    .join("");
}
