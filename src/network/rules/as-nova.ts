// Neutron's refusals as Nova tells them. Authority: nova/network/neutron.py of Zed.

import { CloudError } from "../../core/errors.ts";
import { FixedIpAlreadyInUse, NoMoreFixedIps, SecurityGroupNotFoundForProject } from "../errors/nova.ts";
import { IpAddressAlreadyAllocated, IpAddressGenerationFailure } from "../errors/ports.ts";
import { SecurityGroupNotFound } from "../errors/security-groups.ts";

/** @param want the card that could not be made */
export function asNova(error: unknown, want: { networkId: string; fixedIp: string | undefined }): unknown {
  if (!(error instanceof CloudError)) return error;
  if (error instanceof IpAddressGenerationFailure) return new NoMoreFixedIps(want.networkId);
  if (error instanceof IpAddressAlreadyAllocated) return new FixedIpAlreadyInUse(want.fixedIp ?? "", "None");
  if (error instanceof SecurityGroupNotFound) return new SecurityGroupNotFoundForProject("", "");
  return error;
}
