// What the network service has of the compute service: its hosts. And it tells it that something about a server's cards was changed through the Network API. What the compute
// service itself asked for, it knows. Authority: neutron/notifiers/nova.py of Zed.

import { computePublic } from "../../compute/public.ts";
import type { RequestContext } from "../../core/context.ts";
import { messageOf } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { Peers } from "../../core/peers.ts";
import type * as t from "../tables.ts";
import { COMPUTE_OWNER } from "./base.ts";

type Port = Pick<t.PortRow, "id" | "device_id" | "device_owner">;

export class ComputeNotifier {
  #peers: Peers;
  #log: Logger;

  constructor(peers: Peers, log: Logger) {
    this.#peers = peers;
    this.#log = log;
  }

  /** Names of the compute hosts; null while there is no compute service. */
  hosts(): readonly string[] | null {
    return this.#peers.find(computePublic)?.hosts() ?? null;
  }

  changed(context: RequestContext, port: Port | null): void {
    this.#tell(context, port, "network-changed");
  }

  deleted(context: RequestContext, port: Port): void {
    this.#tell(context, port, "network-vif-deleted");
  }

  /** After the transaction that is under way: the compute service looks at what is there. */
  #tell(context: RequestContext, port: Port | null, name: string): void {
    if (!port?.device_owner.startsWith(COMPUTE_OWNER) || port.device_id === "") return;
    const event = { name, serverUuid: port.device_id, tag: port.id };
    queueMicrotask(() => {
      try {
        this.#peers.find(computePublic)?.externalEvent(context, event);
      } catch (error) {
        this.#log.warning(context, `The compute service was not told of ${name}: ${messageOf(error)}`);
      }
    });
  }
}
