// What Neutron says of subnets, subnet pools and address scopes (neutron_lib/exceptions, Zed).

import { Conflict, Invalid, NotFound } from "../../core/errors.ts";
import { pyRepr } from "../../core/python.ts";

export class SubnetNotFound extends NotFound {
  constructor(id: string) {
    super(`Subnet ${id} could not be found.`);
  }
}

export class SubnetInUse extends Conflict {
  constructor(id: string, reason = "One or more ports have an IP allocation from this subnet") {
    super(`Unable to complete operation on subnet ${id}: ${reason}.`);
  }
}

export class InvalidAllocationPool extends Invalid {
  constructor(pool: string) {
    super(`The allocation pool ${pool} is not valid.`);
  }
}

export class OutOfBoundsAllocationPool extends Invalid {
  constructor(pool: string, cidr: string) {
    super(`The allocation pool ${pool} spans beyond the subnet cidr ${cidr}.`);
  }
}

export class OverlappingAllocationPools extends Conflict {
  constructor(one: string, two: string, cidr: string) {
    super(`Found overlapping allocation pools: ${one} ${two} for subnet ${cidr}.`);
  }
}

export class GatewayConflictWithAllocationPools extends Conflict {
  constructor(address: string, pool: string) {
    super(`Gateway ip ${address} conflicts with allocation pool ${pool}.`);
  }
}

export class GatewayIpInUse extends Conflict {
  constructor(address: string, portId: string) {
    super(`Current gateway ip ${address} already in use by port ${portId}. Unable to update.`);
  }
}

export class DNSNameServersExhausted extends Invalid {
  constructor(subnet: string, limit: number) {
    super(
      `Unable to complete operation for ${subnet}. The number of DNS nameservers exceeds the limit ${limit}.`,
    );
  }
}

export class HostRoutesExhausted extends Invalid {
  constructor(subnet: string, limit: number) {
    super(
      `Unable to complete operation for ${subnet}. The number of host routes exceeds the limit ${limit}.`,
    );
  }
}

export class InvalidSubnetServiceType extends Invalid {
  constructor(type: string) {
    super(`Subnet service type ${type} does not correspond to a valid device owner.`);
  }
}

export class InvalidInputSubnetServiceType extends Invalid {
  constructor(type: unknown) {
    super(`Subnet service type ${pyRepr(type)} is not a string.`);
  }
}

export class SubnetPoolNotFound extends NotFound {
  constructor(id: string) {
    super(`Subnet pool ${id} could not be found.`);
  }
}

export class EmptySubnetPoolPrefixList extends Invalid {
  constructor() {
    super("Empty subnet pool prefix list.");
  }
}

export class PrefixVersionMismatch extends Invalid {
  constructor() {
    super("Cannot mix IPv4 and IPv6 prefixes in a subnet pool.");
  }
}

export class UnsupportedMinSubnetPoolPrefix extends Invalid {
  constructor(prefix: number, version: number) {
    super(`Prefix '${prefix}' not supported in IPv${version} pool.`);
  }
}

export class IllegalSubnetPoolPrefixBounds extends Invalid {
  constructor(type: string, length: number, baseType: string, baseLength: number) {
    super(`Illegal prefix bounds: ${type}=${length}, ${baseType}=${baseLength}.`);
  }
}

export class IllegalSubnetPoolPrefixUpdate extends Invalid {
  constructor(msg: string) {
    super(`Illegal update to prefixes: ${msg}.`);
  }
}

export class IllegalSubnetPoolUpdate extends Invalid {
  constructor(reason: string) {
    super(`Illegal subnetpool update : ${reason}.`);
  }
}

/** A plain NeutronException upstream, hence an answer 500; here it is the client's doing. */
export class SubnetAllocationError extends Invalid {
  constructor(reason: string) {
    super(`Failed to allocate subnet: ${reason}.`);
  }
}

export class MinPrefixSubnetAllocationError extends Invalid {
  constructor(length: number, min: number) {
    super(`Unable to allocate subnet with prefix length ${length}, minimum allowed prefix is ${min}.`);
  }
}

export class MaxPrefixSubnetAllocationError extends Invalid {
  constructor(length: number, max: number) {
    super(`Unable to allocate subnet with prefix length ${length}, maximum allowed prefix is ${max}.`);
  }
}

export class SubnetPoolDeleteError extends Invalid {
  constructor(reason: string) {
    super(`Unable to delete subnet pool: ${reason}.`);
  }
}

export class SubnetPoolQuotaExceeded extends Conflict {
  constructor() {
    super("Per-tenant subnet pool prefix quota exceeded.");
  }
}

export class NetworkSubnetPoolAffinityError extends Invalid {
  constructor() {
    super("Subnets hosted on the same network must be allocated from the same subnet pool.");
  }
}

export class AddressScopeNotFound extends NotFound {
  constructor(id: string) {
    super(`Address scope ${id} could not be found.`);
  }
}

export class AddressScopeInUse extends Conflict {
  constructor(id: string) {
    super(
      `Unable to complete operation on address scope ${id}. There are one or more subnet pools in use on the address scope.`,
    );
  }
}

export class AddressScopeUpdateError extends Invalid {
  constructor(id: string, reason: string) {
    super(`Unable to update address scope ${id} : ${reason}.`);
  }
}

export class AddressScopePrefixConflict extends Conflict {
  constructor() {
    super(
      "Failed to associate address scope: subnetpools within an address scope must have unique prefixes.",
    );
  }
}

export class NetworkAddressScopeAffinityError extends Invalid {
  constructor() {
    super(
      "Subnets of the same address family hosted on the same network must all participate in the same address scope.",
    );
  }
}

export class IllegalSubnetPoolAssociationToAddressScope extends Invalid {
  constructor(pool: string, scope: string) {
    super(
      `Illegal subnetpool association: subnetpool ${pool} cannot be associated with address scope ${scope}.`,
    );
  }
}

export class IllegalSubnetPoolIpVersionAssociationToAddressScope extends Invalid {
  constructor(pool: string, scope: string, version: number) {
    super(
      `Illegal subnetpool association: subnetpool ${pool} cannot associate with address scope ${scope} because subnetpool ip_version is not ${version}.`,
    );
  }
}
