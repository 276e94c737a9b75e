// /os-floating-ips and /os-floating-ip-pools. Authority: nova/api/openstack/compute/floating_ips.py and
// floating_ip_pools.py of Zed.

import { Forbidden, Invalid } from "../../core/errors.ts";
import { parseJson } from "../../core/json.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { FloatingIpLimitExceeded, NoMoreFloatingIps } from "../errors/nova.ts";
import type { NetworkParts } from "../parts.ts";
import type { FloatingIpRow } from "../tables.ts";
import { isRecord, type NovaNetworkOptions, networkOf, PROXY_UNTIL } from "./parts.ts";

const policy = (name: string) => `os_compute_api:os-floating-ips:${name}`;

export function floatingIpRoutes(options: NovaNetworkOptions): Route[] {
  const network = () => networkOf(options);

  function list(call: Call): Reply {
    const parts = network();
    const rows = parts.floatingPools.ofProject(call.context.projectId ?? "");
    return json(200, { floating_ips: rows.map((row) => floatingIpView(parts, row)) });
  }

  function show(call: Call): Reply {
    const parts = network();
    const row = parts.floatingPools.get(call.context, call.param("id"));
    return json(200, { floating_ip: floatingIpView(parts, row) });
  }

  async function create(call: Call): Promise<Reply> {
    const pool = await poolOf(call);
    const parts = network();
    const projectId = call.context.projectId ?? "";
    const limit = options.limit(projectId, "floating_ips");
    try {
      if (limit >= 0 && parts.floatingPools.ofProject(projectId).length >= limit) {
        throw new FloatingIpLimitExceeded();
      }
      const row = parts.floatingPools.allocate(call.context, projectId, pool);
      return json(200, { floating_ip: floatingIpView(parts, row) });
    } catch (error) {
      if (error instanceof NoMoreFloatingIps) throw new NoMoreFloatingIps(pool ?? undefined);
      if (!(error instanceof FloatingIpLimitExceeded)) throw error;
      throw new Forbidden(pool ? `IP allocation over quota in pool ${pool}.` : "IP allocation over quota.");
    }
  }

  function remove(call: Call): Reply {
    const { floatingPools } = network();
    floatingPools.release(floatingPools.get(call.context, call.param("id")));
    return empty(202);
  }

  function pools(call: Call): Reply {
    const names = network().floatingPools.names(call.context);
    return json(200, { floating_ip_pools: names.map((name) => ({ name })) });
  }

  const path = "/os-floating-ips";
  const until = PROXY_UNTIL;
  return [
    { method: "GET", path, handler: list, access: policy("list"), until },
    { method: "POST", path, handler: create, access: policy("create"), until },
    { method: "GET", path: `${path}/:id`, handler: show, access: policy("show"), until },
    { method: "DELETE", path: `${path}/:id`, handler: remove, access: policy("delete"), until },
    {
      method: "GET",
      path: "/os-floating-ip-pools",
      handler: pools,
      access: "os_compute_api:os-floating-ip-pools",
      until,
    },
  ];
}

/** The body is optional, and so is the pool in it. */
async function poolOf(call: Call): Promise<string | null> {
  const text = await call.bodyText();
  if (text.trim() === "") return null;
  let body: unknown;
  try {
    body = parseJson(text);
  } catch (cause) {
    throw new Invalid("Malformed request body", { cause });
  }
  const pool = isRecord(body) ? body["pool"] : null;
  return typeof pool === "string" && pool !== "" ? pool : null;
}

function floatingIpView(parts: NetworkParts, row: FloatingIpRow) {
  const { fixed, port } = parts.floatingPools.targetOf(row);
  return {
    id: row.uuid,
    ip: row.address,
    pool: parts.floatingPools.poolOf(row),
    fixed_ip: fixed?.address ?? null,
    instance_id: port?.device_id ?? null,
  };
}
