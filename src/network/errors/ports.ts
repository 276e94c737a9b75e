// What Neutron says of ports and their addresses (neutron_lib/exceptions, neutron/ipam/exceptions.py, Zed).

import { Conflict, Invalid, NotFound } from "../../core/errors.ts";

export class PortNotFound extends NotFound {
  constructor(id: string) {
    super(`Port ${id} could not be found.`);
  }
}

export class PortInUse extends Conflict {
  constructor(id: string, networkId: string, deviceId: string) {
    super(
      `Unable to complete operation on port ${id} for network ${networkId}. Port already has an attached device ${deviceId}.`,
    );
  }
}

export class ServicePortInUse extends Conflict {
  constructor(id: string, reason: string) {
    super(`Port ${id} cannot be deleted directly via the port API: ${reason}.`);
  }
}

export class PortBound extends Conflict {
  constructor(id: string, vifType: string, oldMac: string, newMac: string) {
    super(
      `Unable to complete operation on port ${id}, port is already bound, port type: ${vifType}, old_mac ${oldMac}, new_mac ${newMac}.`,
    );
  }
}

export class MacAddressInUse extends Conflict {
  constructor(networkId: string, mac: string) {
    super(`Unable to complete operation for network ${networkId}. The mac address ${mac} is in use.`);
  }
}

export class InvalidIpForNetwork extends Invalid {
  constructor(address: string) {
    super(`IP address ${address} is not a valid IP for any of the subnets on the specified network.`);
  }
}

export class InvalidIpForSubnet extends Invalid {
  constructor(address: string) {
    super(`IP address ${address} is not a valid IP for the specified subnet.`);
  }
}

export class IpAddressAlreadyAllocated extends Conflict {
  constructor(address: string, subnetId: string) {
    super(`IP address ${address} already allocated in subnet ${subnetId}`);
  }
}

export class IpAddressGenerationFailure extends Conflict {
  constructor(networkId: string) {
    super(`No more IP addresses available on network ${networkId}.`);
  }
}

export class IpAddressGenerationFailureNoMatchingSubnet extends Conflict {
  constructor(networkId: string, serviceType: string) {
    super(
      `No valid service subnet for the given device owner, network ${networkId}, service type ${serviceType}.`,
    );
  }
}

export class AllocationOnAutoAddressSubnet extends Invalid {
  constructor(address: string, subnetId: string) {
    super(
      `IPv6 address ${address} cannot be directly assigned to a port on subnet ${subnetId} as the subnet is configured for automatic addresses`,
    );
  }
}

export class SubnetMismatchForPort extends Invalid {
  constructor(portId: string, subnetId: string) {
    super(`Subnet on port ${portId} does not match the requested subnet ${subnetId}.`);
  }
}

export class UnsupportedPortDeviceOwner extends Conflict {
  constructor(op: string, portId: string, owner: string) {
    super(`Operation ${op} is not supported for device_owner ${owner} on port ${portId}.`);
  }
}

export class DeviceIDNotOwnedByTenant extends Conflict {
  constructor(deviceId: string) {
    super(
      `The following device_id ${deviceId} is not owned by your tenant or matches another tenants router.`,
    );
  }
}

export class PortSecurityPortHasSecurityGroup extends Conflict {
  constructor() {
    super(
      "Port has security group associated. Cannot disable port security or IP address until security group is removed.",
    );
  }
}

export class PortSecurityAndIPRequiredForSecurityGroups extends Invalid {
  constructor() {
    super("Port security must be enabled and port must have an IP address in order to use security groups.");
  }
}

export class AddressPairAndPortSecurityRequired extends Conflict {
  constructor() {
    super("Port Security must be enabled in order to have allowed address pairs on a port.");
  }
}

export class AllowedAddressPairsMissingIP extends Invalid {
  constructor() {
    super("AllowedAddressPair must contain ip_address");
  }
}

export class DuplicateAddressPairInRequest extends Invalid {
  constructor(mac: string | null, address: string) {
    super(`Request contains duplicate address pair: mac_address ${mac ?? "None"} ip_address ${address}.`);
  }
}

export class AllowedAddressPairExhausted extends Invalid {
  constructor(limit: number) {
    super(`The number of allowed address pair exceeds the maximum ${limit}.`);
  }
}
