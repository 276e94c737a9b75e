// /servers/ID/os-interface and /servers/ID/os-security-groups, with the actions that belong to them. Authority:
// nova/api/openstack/compute/{attach_interfaces,security_groups}.py of Zed.

import { Invalid, NotFound } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { RequestedNetwork, Vif } from "../../network/public.ts";
import type { Nova } from "../nova.ts";
import * as interfaces from "../servers/interfaces.ts";
import * as schemas from "./action-schemas.ts";
import type { ServerAction } from "./actions.ts";
import { handlerAsks, targetServer } from "./target.ts";

const rule = (name: string) => `os_compute_api:os-attach-interfaces:${name}`;
const groupRule = (name: string) => `os_compute_api:os-security-groups:${name}`;

function interfaceView(vif: Vif, minor: number) {
  return {
    net_id: vif.networkId,
    port_id: vif.id,
    mac_addr: vif.macAddress,
    port_state: vif.status,
    fixed_ips: vif.addresses.map(({ address, subnetId }) => ({ ip_address: address, subnet_id: subnetId })),
    ...(minor >= 70 ? { tag: vif.tag } : {}),
  };
}

export function interfaceRoutes(nova: Nova): Route[] {
  const target = (call: Call, name: string) => targetServer(nova, call, rule(name), "server_id");

  function listInterfaces(call: Call): Reply {
    const instance = target(call, "list");
    const vifs = nova.network.vifs(instance.uuid);
    return json(200, { interfaceAttachments: vifs.map((vif) => interfaceView(vif, call.minor)) });
  }

  function showInterface(call: Call): Reply {
    const instance = target(call, "show");
    const portId = call.param("port_id");
    const vif = nova.network.vifs(instance.uuid).find((found) => found.id === portId);
    if (!vif) throw new NotFound(`Instance ${instance.uuid} does not have a port with id ${portId}`);
    return json(200, { interfaceAttachment: interfaceView(vif, call.minor) });
  }

  async function attach(call: Call): Promise<Reply> {
    const instance = target(call, "create");
    const given = (call.body as { interfaceAttachment?: Record<string, unknown> }).interfaceAttachment ?? {};
    const networkId = given["net_id"] as string | undefined;
    const portId = given["port_id"] as string | undefined;
    const fixedIp = (given["fixed_ips"] as { ip_address: string }[] | undefined)?.[0]?.ip_address;
    const tag = given["tag"] as string | undefined;
    if (networkId && portId) throw new Invalid("Must not input both network_id and port_id");
    if (fixedIp && !networkId) throw new Invalid("Must input network_id when request IP address");
    const request: RequestedNetwork = {
      ...(networkId ? { networkId } : {}),
      ...(portId ? { portId } : {}),
      ...(fixedIp ? { fixedIp } : {}),
      ...(tag ? { tag } : {}),
    };
    const vif = await interfaces.attachInterface(nova, call.context, instance, request);
    return json(200, { interfaceAttachment: interfaceView(vif, call.minor) });
  }

  function detach(call: Call): Reply {
    const instance = target(call, "delete");
    interfaces.detachInterface(nova, call.context, instance, call.param("port_id"));
    return empty(202);
  }

  function listSecurityGroups(call: Call): Reply {
    const instance = targetServer(nova, call, groupRule("list"), "server_id");
    const security_groups = nova.network.securityGroupDetails(instance.uuid);
    return json(200, { security_groups });
  }

  const path = "/servers/:server_id/os-interface";
  return [
    { method: "GET", path, handler: listInterfaces, access: handlerAsks(rule("list")) },
    {
      method: "POST",
      path,
      handler: attach,
      access: handlerAsks(rule("create")),
      body: schemas.attachInterface,
    },
    { method: "GET", path: `${path}/:port_id`, handler: showInterface, access: handlerAsks(rule("show")) },
    { method: "DELETE", path: `${path}/:port_id`, handler: detach, access: handlerAsks(rule("delete")) },
    {
      method: "GET",
      path: "/servers/:server_id/os-security-groups",
      handler: listSecurityGroups,
      access: handlerAsks(groupRule("list")),
    },
  ];
}

export function interfaceActions(nova: Nova): ServerAction[] {
  return [
    {
      name: "addSecurityGroup",
      rule: groupRule("add"),
      body: schemas.addSecurityGroup,
      async handler(call, instance, args) {
        await interfaces.addSecurityGroup(nova, call.context, instance, groupName(args));
        return empty(202);
      },
    },
    {
      name: "removeSecurityGroup",
      rule: groupRule("remove"),
      body: schemas.removeSecurityGroup,
      async handler(call, instance, args) {
        await interfaces.removeSecurityGroup(nova, call.context, instance, groupName(args));
        return empty(202);
      },
    },
    {
      name: "addFixedIp",
      rule: "os_compute_api:os-multinic:add",
      until: 43,
      body: schemas.addFixedIp,
      async handler(call, instance, args) {
        const { networkId } = args as { networkId: string | number };
        await interfaces.attachInterface(nova, call.context, instance, { networkId: String(networkId) });
        return empty(202);
      },
    },
    {
      name: "removeFixedIp",
      rule: "os_compute_api:os-multinic:remove",
      until: 43,
      body: schemas.removeFixedIp,
      handler(call, instance, args) {
        const { address } = args as { address: string };
        const vif = nova.network
          .vifs(instance.uuid)
          .find((found) => found.addresses.some((each) => each.address === address));
        if (!vif) throw new Invalid(`Fixed IP not found for address ${address}.`);
        interfaces.detachInterface(nova, call.context, instance, vif.id);
        return empty(202);
      },
    },
  ];
}

function groupName(args: unknown): string {
  const { name } = args as { name: string };
  if (name.trim() === "") throw new Invalid("Security group name cannot be empty");
  return name;
}
