// nova's way to put floating addresses on servers. Authority: nova/api/openstack/compute/floating_ips.py and
// nova/network/neutron.py (associate_floating_ip) of Zed.

import type { RequestContext } from "../../core/context.ts";
import { CloudError, NotFound } from "../../core/errors.ts";
import {
  FloatingIpAssociateFailed,
  FloatingIpNotAssociated,
  FloatingIpNotFoundForAddress,
} from "../errors/nova.ts";
import { parseAddress } from "../ip.ts";
import type * as t from "../tables.ts";
import type { Base } from "./base.ts";
import type { FloatingPools } from "./floating-pools.ts";
import { isComputePort } from "./ports.ts";

export class ServerFloatingIps {
  #base: Base;
  #pools: FloatingPools;

  constructor(base: Base, parts: { pools: FloatingPools }) {
    this.#base = base;
    this.#pools = parts.pools;
  }

  /**
   * Puts a floating address of the caller on one of a server's fixed addresses.
   * @param fixedAddress null: its first IPv4 one
   * @throws FloatingIpAssociateFailed, FloatingIpNotFoundForAddress
   */
  add(context: RequestContext, instanceUuid: string, address: string, fixedAddress: string | null): void {
    const { store } = this.#base;
    const ports = store.ports.match({ device_id: instanceUuid }).filter(isComputePort);
    const held = ports.flatMap((port) => store.fixedIps.match({ port_id: port.id }));
    if (held.length === 0) throw new FloatingIpAssociateFailed("No fixed IPs associated to instance");
    const fixed =
      fixedAddress === null
        ? held.find((row) => parseAddress(row.address)?.version === 4)
        : held.find((row) => row.address === fixedAddress);
    if (!fixed) {
      throw new FloatingIpAssociateFailed(
        fixedAddress === null
          ? `Unable to associate floating IP ${address} to any fixed IPs for instance ${instanceUuid}. Instance has no fixed IPv4 addresses to associate.`
          : "Specified fixed address not assigned to instance",
      );
    }
    const row = this.#floating(context, address);
    try {
      this.#pools.associate(context, row, fixed);
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      throw new FloatingIpAssociateFailed(
        error.kind === "conflict"
          ? error.message
          : `Unable to associate floating IP ${address} to fixed IP ${fixed.address} for instance ${instanceUuid}. Error: ${error.message}`,
      );
    }
  }

  /** The server that has a floating address, or null. @throws FloatingIpNotFoundForAddress */
  serverOf(context: RequestContext, address: string): string | null {
    const { port } = this.#pools.targetOf(this.#pools.byAddress(context, address));
    return port && isComputePort(port) ? port.device_id : null;
  }

  /** @throws FloatingIpNotFoundForAddress, FloatingIpNotAssociated when another server has it, or none */
  remove(context: RequestContext, instanceUuid: string, address: string): void {
    const row = this.#floating(context, address);
    const { port } = this.#pools.targetOf(row);
    if (port?.device_id !== instanceUuid) throw new FloatingIpNotAssociated(address, instanceUuid);
    this.#pools.disassociate(row);
  }

  #floating(context: RequestContext, address: string): t.FloatingIpRow {
    try {
      return this.#pools.byAddress(context, address);
    } catch (error) {
      if (error instanceof FloatingIpNotFoundForAddress) throw new NotFound("floating IP not found");
      throw error;
    }
  }
}
