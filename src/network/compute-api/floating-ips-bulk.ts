// /os-floating-ips-bulk: what the administrator puts into the pools. Authority:
// nova/api/openstack/compute/floating_ips_bulk.py of Newton.

import { NotFound } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import { NoFloatingIpsFoundForHost } from "../errors/nova.ts";
import { type NovaNetworkOptions, networkOf, PROXY_UNTIL } from "./parts.ts";
import { bulkCreate, bulkDelete } from "./schemas.ts";

const POLICY = "os_compute_api:os-floating-ips-bulk";

export function floatingIpBulkRoutes(options: NovaNetworkOptions): Route[] {
  const network = () => networkOf(options);

  function info(host: string | null) {
    const { floatingPools } = network();
    return floatingPools.inventory(host).map(({ row, instanceUuid, fixedAddress }) => ({
      address: row.address,
      pool: row.pool,
      interface: row.interface,
      project_id: row.project_id,
      instance_uuid: instanceUuid,
      ...(fixedAddress === null ? {} : { fixed_ip: fixedAddress }),
    }));
  }

  function showHost(call: Call): Reply {
    const host = call.param("host");
    const floating_ip_info = info(host);
    if (floating_ip_info.length === 0) throw new NoFloatingIpsFoundForHost(host);
    return json(200, { floating_ip_info });
  }

  function create(call: Call): Reply {
    const { floating_ips_bulk_create: given } = call.body as {
      floating_ips_bulk_create: { ip_range: string; pool?: string; interface?: string };
    };
    const { floatingPools, base } = network();
    const pool = given.pool ?? base.config.DEFAULT_FLOATING_POOL;
    const card = given.interface ?? base.publicCard;
    floatingPools.createBulk(given.ip_range, pool, card);
    return json(200, { floating_ips_bulk_create: { ip_range: given.ip_range, pool, interface: card } });
  }

  function remove(call: Call): Reply {
    if (call.param("id") !== "delete") throw new NotFound("Unknown action");
    const { ip_range } = call.body as { ip_range: string };
    network().floatingPools.deleteBulk(ip_range);
    return json(200, { floating_ips_bulk_delete: ip_range });
  }

  const path = "/os-floating-ips-bulk";
  const until = PROXY_UNTIL;
  const list = () => json(200, { floating_ip_info: info(null) });
  return [
    { method: "GET", path, handler: list, access: POLICY, until },
    { method: "GET", path: `${path}/:host`, handler: showHost, access: POLICY, until },
    { method: "POST", path, handler: create, access: POLICY, body: bulkCreate, until },
    { method: "PUT", path: `${path}/:id`, handler: remove, access: POLICY, body: bulkDelete, until },
  ];
}
