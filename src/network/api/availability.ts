// /v2.0/network-ip-availabilities (neutron/db/network_ip_availability_db.py).

import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import { parseAddress, parseCidr } from "../ip.ts";
import type { NetworkRow, SubnetRow } from "../tables.ts";
import type { Fields } from "./attributes.ts";
import { onlyFields, readFields } from "./query.ts";
import type { ApiParts } from "./resources.ts";

export function availabilityRoutes(prefix: string, { parts }: ApiParts): Route[] {
  const { store, networks } = parts;

  function viewsOf(rows: readonly NetworkRow[], version: number | null): Fields[] {
    const subnets = store.subnets
      .among(
        "network_id",
        rows.map((row) => row.uuid),
      )
      .filter((subnet) => version === null || subnet.ip_version === version);
    const used = store.addresses.usage(subnets.map((subnet) => subnet.id));
    return rows.map((row) => {
      const own = subnets
        .filter((subnet) => subnet.network_id === row.uuid)
        .map((subnet) => ({
          subnet_id: subnet.id,
          subnet_name: subnet.name,
          ip_version: subnet.ip_version,
          cidr: subnet.cidr,
          total_ips: totalOf(subnet),
          used_ips: used.get(subnet.id) ?? 0,
        }));
      return {
        network_id: row.uuid,
        network_name: row.label,
        tenant_id: row.project_id ?? "",
        project_id: row.project_id ?? "",
        total_ips: exact(own.reduce((sum, subnet) => sum + subnet.total_ips, 0n)),
        used_ips: own.reduce((sum, subnet) => sum + subnet.used_ips, 0),
        subnet_ip_availability: own.map((subnet) => ({ ...subnet, total_ips: exact(subnet.total_ips) })),
      };
    });
  }

  function listAvailability(call: Call): Reply {
    const { query } = call;
    const wanted = (names: string[], value: string | null) => {
      const given = names.flatMap((name) => query.getAll(name));
      return given.length === 0 || given.includes(value ?? "");
    };
    const rows = store.networks
      .list()
      .filter(
        (row) =>
          wanted(["network_id"], row.uuid) &&
          wanted(["network_name"], row.label) &&
          wanted(["tenant_id", "project_id"], row.project_id),
      );
    const version = query.get("ip_version");
    const fields = readFields(call);
    const views = viewsOf(rows, version === null ? null : Number(version));
    return json(200, { network_ip_availabilities: views.map((view) => onlyFields(view, fields)) });
  }

  function showAvailability(call: Call): Reply {
    const [view] = viewsOf([networks.get(call.context, call.param("id"))], null);
    return json(200, { network_ip_availability: onlyFields(view!, readFields(call)) });
  }

  const path = `${prefix}/network-ip-availabilities`;
  return [
    { method: "GET", path, handler: listAvailability, access: "get_network_ip_availability" },
    { method: "GET", path: `${path}/:id`, handler: showAvailability, access: "get_network_ip_availability" },
  ];
}

/** Addresses in the pools; of a subnet without pools all but its own and the broadcast address. */
function totalOf(subnet: SubnetRow): bigint {
  if (subnet.allocation_pools.length > 0) {
    return subnet.allocation_pools.reduce(
      (sum, pool) => sum + parseAddress(pool.end)!.value - parseAddress(pool.start)!.value + 1n,
      0n,
    );
  }
  const { first, last } = parseCidr(subnet.cidr)!;
  return last - first + 1n;
}

/** A number that JSON shows digit by digit: IPv6 subnets have more addresses than a double counts. */
function exact(value: bigint): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(String(value));
}
