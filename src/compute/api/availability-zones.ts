// /os-availability-zone. Authority: nova/api/openstack/compute/availability_zone.py of Zed.

import { isoMicros } from "../../core/times.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import type { PeripheryParts } from "../make-periphery.ts";

export function availabilityZoneRoutes({ zones, services }: PeripheryParts, internalZone: string): Route[] {
  const zone = (zoneName: string, available: boolean, hosts: unknown = null) => ({
    zoneName,
    zoneState: { available },
    hosts,
  });

  /** Without the zone of the cloud's own services. */
  function list(): Reply {
    const { available, unavailable } = zones.zones();
    const shown = (names: readonly string[]) => names.filter((name) => name !== internalZone);
    return json(200, {
      availabilityZoneInfo: [
        ...shown(available).map((name) => zone(name, true)),
        ...shown(unavailable).map((name) => zone(name, false)),
      ],
    });
  }

  function detail(_: Call): Reply {
    const { available, unavailable } = zones.zones();
    const hostsOf = new Map<string, Record<string, Record<string, unknown>>>();
    for (const service of services.list()) {
      if (service.disabled) continue;
      const name = zones.zoneOfService(service);
      const hosts = hostsOf.get(name) ?? {};
      hostsOf.set(name, hosts);
      hosts[service.host] = {
        ...hosts[service.host],
        [service.binary]: {
          available: services.isUp(service),
          active: true,
          updated_at: service.updatedAtMs === null ? null : isoMicros(service.updatedAtMs),
        },
      };
    }
    return json(200, {
      availabilityZoneInfo: [
        ...available.map((name) => zone(name, true, hostsOf.get(name) ?? {})),
        ...unavailable.map((name) => zone(name, false)),
      ],
    });
  }

  return [
    {
      method: "GET",
      path: "/os-availability-zone",
      handler: list,
      access: "os_compute_api:os-availability-zone:list",
    },
    {
      method: "GET",
      path: "/os-availability-zone/detail",
      handler: detail,
      access: "os_compute_api:os-availability-zone:detail",
    },
  ];
}
