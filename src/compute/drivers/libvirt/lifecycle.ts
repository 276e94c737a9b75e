// libvirt's events as the contract's. Authority for what counts: nova/virt/libvirt/host.py (_event_lifecycle_callback) of Zed.

import * as c from "../../../libvirt/constants.gen.ts";
import type { LifecycleEvent } from "../driver.ts";
import type { HypervisorEvent } from "./session.ts";

/** Null for what is no news to the cloud. */
export function lifecycleKind(event: HypervisorEvent): LifecycleEvent["kind"] | null {
  if (event.kind !== "lifecycle") return null;
  switch (event.event) {
    case c.VIR_DOMAIN_EVENT_STARTED:
      return "started";
    case c.VIR_DOMAIN_EVENT_STOPPED:
      if (event.detail === c.VIR_DOMAIN_EVENT_STOPPED_MIGRATED) return null;
      return event.detail === c.VIR_DOMAIN_EVENT_STOPPED_SAVED ? "suspended" : "stopped";
    case c.VIR_DOMAIN_EVENT_CRASHED:
      return "stopped";
    case c.VIR_DOMAIN_EVENT_SUSPENDED:
      return event.detail === c.VIR_DOMAIN_EVENT_SUSPENDED_MIGRATED ? null : "paused";
    case c.VIR_DOMAIN_EVENT_RESUMED:
      return "resumed";
    case c.VIR_DOMAIN_EVENT_PMSUSPENDED:
      return "suspended";
    case c.VIR_DOMAIN_EVENT_UNDEFINED:
      return event.detail === c.VIR_DOMAIN_EVENT_UNDEFINED_REMOVED ? "undefined" : null;
    default:
      return null;
  }
}
