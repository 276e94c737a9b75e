// What other services tell about servers. Authority: nova/compute/api.py (external_instance_event) and
// nova/compute/manager.py of Zed.

import type { RequestContext } from "../../core/context.ts";
import { messageOf } from "../../core/errors.ts";
import { keepNetworkInfo } from "../manager/networks.ts";
import type { Nova } from "../nova.ts";
import type { InstanceRow } from "../tables.ts";
import { computeTopic } from "../topics.ts";

export interface ExternalEvent {
  name: string;
  serverUuid: string;
  status?: string;
  tag?: string | null;
}

/** Does what the event asks for. */
export function handleEvent(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  event: ExternalEvent,
): void {
  nova.context.log.info(
    context,
    `Creating event ${event.name}:${event.tag ?? ""} for instance ${instance.uuid} on ${instance.host}`,
  );
  switch (event.name) {
    case "network-changed":
    case "network-vif-plugged":
    case "network-vif-unplugged":
    case "network-vif-deleted":
      refreshNetworkInfo(nova, context, instance);
      return;
    case "volume-extended":
      extendVolume(nova, context, instance, event.tag ?? "");
      return;
    case "power-update":
      powerUpdate(nova, context, instance, event.tag ?? "");
      return;
    default:
      return;
  }
}

function refreshNetworkInfo(nova: Nova, context: RequestContext, instance: InstanceRow): void {
  try {
    keepNetworkInfo(nova, instance.uuid);
    nova.store.updateInstance(instance.uuid, {}, nova.now());
  } catch (error) {
    nova.context.log.warning(context, `[instance: ${instance.uuid}] ${messageOf(error)}`);
  }
}

function extendVolume(nova: Nova, context: RequestContext, instance: InstanceRow, volumeId: string): void {
  const row = nova.store.blockDevicesOf(instance.uuid).find((found) => found.volume_id === volumeId);
  if (!row || !instance.host) return;
  const host = instance.host;
  const { sizeGb } = nova.volumes.show({ ...context, isAdmin: true }, volumeId);
  nova.store.db.transaction(() => {
    nova.actions.start(context, instance.uuid, "extend_volume");
    nova.context.bus.cast(context, computeTopic(host), "extend_volume", {
      instanceUuid: instance.uuid,
      bdmUuid: row.uuid,
      sizeGb,
    });
  });
}

/** Somebody has switched the machine itself (2.76). */
function powerUpdate(nova: Nova, context: RequestContext, instance: InstanceRow, target: string): void {
  const off = target === "POWER_OFF";
  if (!instance.host || instance.task_state !== null) return;
  if (off ? instance.vm_state !== "active" : instance.vm_state !== "stopped") return;
  const host = instance.host;
  nova.store.db.transaction(() => {
    nova.actions.start(context, instance.uuid, off ? "stop" : "start");
    nova.store.updateInstance(
      instance.uuid,
      { task_state: off ? "powering-off" : "powering-on" },
      nova.now(),
    );
    nova.context.bus.cast(context, computeTopic(host), off ? "stop_instance" : "start_instance", {
      instanceUuid: instance.uuid,
    });
  });
}
