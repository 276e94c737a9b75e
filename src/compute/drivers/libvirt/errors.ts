// What goes wrong at the hypervisor, in the words of the driver contract.

import { CloudError, errorOf, messageOf } from "../../../core/errors.ts";
import { VIR_ERR_NO_DOMAIN } from "../../../libvirt/constants.gen.ts";
import {
  CallTimeoutError,
  ConnectError,
  ConnectionClosedError,
  isLibvirtError,
} from "../../../libvirt/errors.ts";
import { GuestNotFound, GuestOperationFailed, type GuestRef } from "../driver.ts";

/** The host's libvirt does not answer. */
export class HypervisorUnavailable extends errorOf("unavailable") {}

/** nova/exception.py, UnsupportedHardware. */
export class UnsupportedHardware extends GuestOperationFailed {
  constructor(model: string, virtType: string) {
    super(`Requested hardware '${model}' is not supported by the '${virtType}' virt driver`);
  }
}

/** nova/exception.py, QemuGuestAgentNotEnabled. */
export class GuestAgentNotEnabled extends errorOf("conflict") {
  constructor() {
    super("QEMU guest agent is not enabled", { type: "QemuGuestAgentNotEnabled" });
  }
}

/** The agent is enabled, but the guest does not answer. */
export class GuestAgentUnresponsive extends errorOf("not-implemented") {
  constructor(cause: unknown) {
    super("The guest's agent does not answer.", { cause });
  }
}

/** A program on the host failed. */
export class CommandFailed extends errorOf("internal") {
  /** What it wrote on its standard error, shortened. */
  readonly complaint: string;
  readonly status: number;

  constructor(program: string, status: number, complaint: string) {
    super(`${program} failed with status ${status}: ${complaint || "it said nothing"}`);
    this.status = status;
    this.complaint = complaint;
  }
}

/** True when the connection is at fault and not the call. */
export function isConnectionFault(error: unknown): boolean {
  return (
    error instanceof ConnectionClosedError ||
    error instanceof ConnectError ||
    error instanceof CallTimeoutError ||
    error instanceof HypervisorUnavailable
  );
}

/** What a failed libvirt call means for the caller of the driver. Errors of the cloud's own pass. */
export function translated(error: unknown, what: string, guest: GuestRef): CloudError {
  if (error instanceof CloudError) return error;
  if (isLibvirtError(error, VIR_ERR_NO_DOMAIN)) return new GuestNotFound(guest.uuid);
  if (isConnectionFault(error)) {
    return new HypervisorUnavailable(`${what} ${guest.uuid}: ${messageOf(error)}`, { cause: error });
  }
  return new GuestOperationFailed(`${what} ${guest.uuid}: ${messageOf(error)}`, { cause: error });
}
