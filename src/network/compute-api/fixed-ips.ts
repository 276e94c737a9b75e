// /os-fixed-ips and a server's virtual interfaces. Authority: nova/api/openstack/compute/fixed_ips.py and
// virtual_interfaces.py of Newton.

import { isIPv4 } from "node:net";
import { CloudError, Invalid, NotFound } from "../../core/errors.ts";
import { parseJson } from "../../core/json.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { isRecord, type NovaNetworkOptions, networkOf, PROXY_UNTIL } from "./parts.ts";

const POLICY = "os_compute_api:os-fixed-ips";
const VIRTUAL_INTERFACES = "os_compute_api:os-virtual-interfaces";
const RESERVED_SINCE = 4;
const NET_ID_SINCE = 12;
const VIRTUAL_INTERFACES_UNTIL = 43;

export function fixedIpRoutes(options: NovaNetworkOptions): Route[] {
  const network = () => networkOf(options);

  function show(call: Call): Reply {
    const address = call.param("ip");
    if (!isIPv4(address)) throw new Invalid(`Fixed IP address ${address} is invalid.`);
    const { fixed, network: row, port } = network().flatNetworks.fixedIp(address);
    return json(200, {
      fixed_ip: {
        cidr: row.cidr,
        address: fixed.address,
        hostname: port?.hostname ?? null,
        host: port?.binding_host_id || fixed.host,
        ...(call.minor >= RESERVED_SINCE ? { reserved: fixed.reserved } : {}),
      },
    });
  }

  async function act(call: Call): Promise<Reply> {
    const address = call.param("ip");
    const action = await actionOf(call);
    if (!isIPv4(address)) throw new Invalid(`Fixed IP ${address} not valid`);
    try {
      network().flatNetworks.setReserved(address, action === "reserve");
    } catch (error) {
      if (error instanceof CloudError && error.kind === "not-found") {
        throw new NotFound(`Fixed IP ${address} not found`);
      }
      throw error;
    }
    return empty(202);
  }

  function virtualInterfaces(call: Call): Reply {
    const { uuid } = options.server(call, VIRTUAL_INTERFACES, "server_id");
    const virtual_interfaces = network()
      .vifs.of(uuid)
      .map((vif) => ({
        id: vif.id,
        mac_address: vif.macAddress,
        ...(call.minor >= NET_ID_SINCE ? { net_id: vif.networkId } : {}),
      }));
    return json(200, { virtual_interfaces });
  }

  const path = "/os-fixed-ips/:ip";
  return [
    { method: "GET", path, handler: show, access: POLICY, until: PROXY_UNTIL },
    { method: "POST", path: `${path}/action`, handler: act, access: POLICY, until: PROXY_UNTIL },
    {
      method: "GET",
      path: "/servers/:server_id/os-virtual-interfaces",
      handler: virtualInterfaces,
      access: { handlerAsks: [VIRTUAL_INTERFACES] },
      until: VIRTUAL_INTERFACES_UNTIL,
    },
  ];
}

async function actionOf(call: Call): Promise<"reserve" | "unreserve"> {
  let body: unknown;
  try {
    body = parseJson(await call.bodyText());
  } catch (cause) {
    throw new Invalid("Malformed request body", { cause });
  }
  const [name, ...others] = isRecord(body) ? Object.keys(body) : [];
  if (others.length > 0 || (name !== "reserve" && name !== "unreserve")) {
    throw new Invalid(`There is no such action: ${name}`);
  }
  return name;
}
