// The network service as the compute service uses it (`public.ts`).

import { messageOf, Unavailable } from "../core/errors.ts";
import type { NetworkEngine } from "./engine/public.ts";
import type { NetworkParts } from "./parts.ts";
import type { NetworkPublic } from "./public.ts";
import { groupViews } from "./show/nova-groups.ts";
import { topologyOf } from "./show/topology.ts";

export function publicOf(parts: NetworkParts, engine: NetworkEngine): NetworkPublic {
  const { instances, vifs, store, serverFloatingIps } = parts;
  /** The change is in the books whatever the host says: the engine has logged why not, and tries again. */
  const applied = () => engine.settled().catch(() => {});
  return {
    validateRequest: (context, request, groups, count) => instances.validate(context, request, groups, count),
    async allocateForInstance(context, instance, request, groups) {
      return instances.allocate(context, instance, request, groups);
    },
    async deallocateForInstance(context, uuid) {
      instances.deallocate(context, uuid);
    },
    async addInterface(context, instance, request) {
      return instances.addInterface(context, instance, request);
    },
    async removeInterface(context, uuid, portId) {
      instances.removeInterface(context, uuid, portId);
    },
    async plug(context, instance, cards) {
      instances.rebind(context, instance);
      await engine.settled().catch((cause) => {
        throw new Unavailable(`The network could not be plumbed: ${messageOf(cause)}`, { cause });
      });
      for (const { bridge } of cards) {
        const failure = bridge === null ? null : engine.failureOf(bridge);
        if (failure !== null) throw new Unavailable(failure);
      }
      instances.setStatus(instance.uuid, "ACTIVE");
    },
    async unplug(_context, uuid) {
      instances.setStatus(uuid, "DOWN");
    },
    vifs: (uuid) => vifs.of(uuid),
    vifsOf: (uuids) => vifs.ofMany(uuids),
    securityGroupsOf: (uuid) => instances.groupsOf(uuid),
    securityGroupDetails(uuid) {
      const uuids = instances.groupsOf(uuid).map(({ id }) => id);
      return groupViews(parts, store.groups.among("uuid", uuids));
    },
    securityGroupsOfMany(uuids) {
      const found = new Map<string, { id: string; name: string }[]>();
      for (const { instance_uuid, uuid, name } of store.bindings.groupsOfInstances(uuids)) {
        const groups = found.get(instance_uuid);
        if (groups) groups.push({ id: uuid, name });
        else found.set(instance_uuid, [{ id: uuid, name }]);
      }
      return found;
    },
    stamp: () => store.db.stamp(),
    async addSecurityGroup(context, uuid, group) {
      instances.changeGroup(context, uuid, group, true);
      await applied();
    },
    async removeSecurityGroup(context, uuid, group) {
      instances.changeGroup(context, uuid, group, false);
      await applied();
    },
    async addFloatingIp(context, uuid, address, fixedAddress) {
      serverFloatingIps.add(context, uuid, address, fixedAddress);
      await applied();
    },
    serverOfFloatingIp: (context, address) => serverFloatingIps.serverOf(context, address),
    async removeFloatingIp(context, uuid, address) {
      serverFloatingIps.remove(context, uuid, address);
      await applied();
    },
    topology: (context) => topologyOf(parts, context),
    instanceByAddress: (address) => store.addresses.instanceAt(address),
  };
}
