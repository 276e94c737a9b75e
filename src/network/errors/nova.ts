// What nova-network and the compute API say of networks (nova/exception.py, Newton to Zed).

import { CloudError, Conflict, Forbidden, Invalid, NotFound } from "../../core/errors.ts";

export class CidrConflict extends Conflict {
  constructor(message: string) {
    super(message);
  }
}

export class NetworkNotCreated extends Invalid {
  constructor(req: string) {
    super(`${req} is required to create a network.`);
  }
}

export class NetworkNotFoundForCidr extends NotFound {
  constructor(cidr: string) {
    super(`Network could not be found with cidr ${cidr}.`);
  }
}

export class PortBindingFailed extends Invalid {
  constructor(portId: string) {
    super(`Binding failed for port ${portId}, please check neutron logs for more information.`);
  }
}

export class FixedIpNotFoundForAddress extends NotFound {
  constructor(address: string) {
    super(`Fixed IP not found for address ${address}.`);
  }
}

export class FixedIpInvalid extends Invalid {
  constructor(address: string) {
    super(`Fixed IP address ${address} is invalid.`);
  }
}

export class FixedIpAlreadyInUse extends Conflict {
  constructor(address: string, instance: string) {
    super(`Fixed IP address ${address} is already in use on instance ${instance}.`);
  }
}

export class NoMoreFixedIps extends Invalid {
  constructor(networkId: string) {
    super(`No fixed IP addresses available for network: ${networkId}`);
  }
}

export class NetworkRequiresSubnet extends Invalid {
  constructor(networkId: string) {
    super(`Network ${networkId} requires a subnet in order to boot instances on.`);
  }
}

export class NetworkAmbiguous extends Conflict {
  constructor() {
    super("Multiple possible networks found, use a Network ID to be more specific.");
  }
}

export class NetworkDuplicated extends Invalid {
  constructor(networkId: string) {
    super(`Network ${networkId} is duplicated.`);
  }
}

export class ExternalNetworkAttachForbidden extends Forbidden {
  constructor(networkId: string) {
    super(`It is not allowed to create an interface on external network ${networkId}`);
  }
}

export class PortNotUsable extends Invalid {
  constructor(portId: string, instance: string) {
    super(`Port ${portId} not usable for instance ${instance}.`);
  }
}

export class PortInUse extends Conflict {
  constructor(portId: string) {
    super(`Port ${portId} is still in use.`);
  }
}

export class PortRequiresFixedIP extends Invalid {
  constructor(portId: string) {
    super(`Port ${portId} requires a FixedIP in order to be used.`);
  }
}

export class PortLimitExceeded extends CloudError {
  constructor() {
    super("over-quota", "Maximum number of ports exceeded");
  }
}

export class FixedIpLimitExceeded extends CloudError {
  constructor() {
    super("over-quota", "Maximum number of fixed IPs exceeded");
  }
}

export class SecurityGroupNotFoundForProject extends Invalid {
  constructor(group: string, projectId: string) {
    super(`Security group ${group} not found for project ${projectId}.`);
  }
}

export class NoUniqueMatch extends Conflict {
  constructor(group: string) {
    super(`Multiple security groups found matching '${group}'. Use an ID to be more specific.`);
  }
}

export class SecurityGroupCannotBeApplied extends Invalid {
  constructor() {
    super("Network requires port_security_enabled and subnet associated in order to apply security groups.");
  }
}

export class NoMoreFloatingIps extends NotFound {
  constructor(pool?: string) {
    super(pool === undefined ? "No more floating IPs available." : `No more floating IPs in pool ${pool}.`);
  }
}

export class FloatingIpNotFound extends NotFound {
  constructor(id: string) {
    super(`Floating IP not found for ID ${id}`);
  }
}

export class FloatingIpNotFoundForAddress extends NotFound {
  constructor(address: string) {
    super(`Floating IP not found for address ${address}.`);
  }
}

export class FloatingIpPoolNotFound extends NotFound {
  constructor() {
    super("Floating IP pool not found.");
  }
}

export class FloatingIpLimitExceeded extends CloudError {
  constructor() {
    super("over-quota", "Maximum number of floating IPs exceeded");
  }
}

export class FloatingIpExists extends Conflict {
  constructor(address: string) {
    super(`Floating IP ${address} already exists.`);
  }
}

export class FloatingIpAssociateFailed extends Invalid {}

export class FloatingIpNotAssociated extends Conflict {
  constructor(address: string, instance: string) {
    super(`Floating IP ${address} is not associated with instance ${instance}.`);
  }
}

export class SecurityGroupLimitExceeded extends Forbidden {
  constructor() {
    super("Maximum number of security groups or rules exceeded");
  }
}

/** nova.exception.InvalidInput. */
export class InvalidInputReceived extends Invalid {
  constructor(reason: string) {
    super(`Invalid input received: ${reason}`);
  }
}

export class InvalidCidr extends Invalid {
  constructor(cidr: string) {
    super(`${cidr} is not a valid IP network.`);
  }
}

export class InvalidIpProtocol extends Invalid {
  constructor(protocol: string) {
    super(`Invalid IP protocol ${protocol}.`);
  }
}

export class InvalidPortRange extends Invalid {
  constructor(from: number, to: number, message: string) {
    super(`Invalid port range ${from}:${to}. ${message}`);
  }
}

export class NetworkInUse extends Conflict {
  constructor(networkId: string) {
    super(`Network ${networkId} is still in use.`);
  }
}

export class NoMoreNetworks extends Invalid {
  constructor() {
    super("No more available networks.");
  }
}

export class NoFloatingIpsFoundForHost extends NotFound {
  constructor(host: string) {
    super(`Zero floating IPs defined for host ${host}.`);
  }
}
