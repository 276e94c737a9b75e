// Network cards, addresses and security groups of servers, as the API accepts it. Authority: nova/compute/api.py and
// nova/api/openstack/compute/attach_interfaces.py of Zed.

import type { RequestContext } from "../../core/context.ts";
import { NotFound } from "../../core/errors.ts";
import type { RequestedNetwork, Vif } from "../../network/public.ts";
import type { Nova } from "../nova.ts";
import type { InstanceRow } from "../tables.ts";
import { accept, askHost, checkLock, checkRequest } from "./access.ts";

export async function attachInterface(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  request: RequestedNetwork,
): Promise<Vif> {
  checkRequest(context, instance, "attachInterface");
  accept(nova, context, instance, { action: "attach_interface" });
  const event = nova.actions.beginEvent(context, instance.uuid, "compute_attach_interface", instance.host);
  try {
    const vif = await askHost<Vif>(nova, context, instance, "attach_interface", { request });
    nova.actions.endEvent(event);
    return vif;
  } catch (error) {
    nova.actions.endEvent(event, error);
    throw error;
  }
}

export function detachInterface(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  portId: string,
): void {
  checkRequest(context, instance, "detachInterface");
  if (!nova.network.vifs(instance.uuid).some((vif) => vif.id === portId)) {
    throw new NotFound(`Port ${portId} is not attached`);
  }
  accept(nova, context, instance, {
    action: "detach_interface",
    method: "detach_interface",
    args: { portId },
  });
}

export async function addSecurityGroup(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  group: string,
): Promise<void> {
  checkLock(context, instance);
  await nova.network.addSecurityGroup(context, instance.uuid, group);
}

export async function removeSecurityGroup(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  group: string,
): Promise<void> {
  checkLock(context, instance);
  await nova.network.removeSecurityGroup(context, instance.uuid, group);
}
