// What Neutron says of security groups and address groups (neutron/extensions/securitygroup.py, Zed).

import { Conflict, Invalid, NotFound } from "../../core/errors.ts";
import { pyRepr } from "../../core/python.ts";

export class SecurityGroupNotFound extends NotFound {
  constructor(id: string) {
    super(`Security group ${id} does not exist`);
  }
}

export class SecurityGroupRuleNotFound extends NotFound {
  constructor(id: string) {
    super(`Security group rule ${id} does not exist`);
  }
}

export class SecurityGroupInUse extends Conflict {
  constructor(id: string, reason = "in use") {
    super(`Security Group ${id} ${reason}.`);
  }
}

export class SecurityGroupCannotRemoveDefault extends Conflict {
  constructor() {
    super("Insufficient rights for removing default security group.");
  }
}

export class SecurityGroupCannotUpdateDefault extends Conflict {
  constructor() {
    super("Updating default security group not allowed.");
  }
}

export class SecurityGroupDefaultAlreadyExists extends Conflict {
  constructor() {
    super("Default security group already exists.");
  }
}

export class SecurityGroupConflict extends Conflict {
  constructor(reason: string) {
    super(`Error ${reason} while attempting the operation.`);
  }
}

export class SecurityGroupRuleExists extends Conflict {
  constructor(ruleId: string) {
    super(`Security group rule already exists. Rule id is ${ruleId}.`);
  }
}

export class DuplicateSecurityGroupRuleInPost extends Conflict {
  constructor() {
    super("Duplicate Security Group Rule in POST.");
  }
}

export class SecurityGroupRuleInvalidProtocol extends Invalid {
  constructor(protocol: unknown, values: readonly unknown[]) {
    const shown = typeof protocol === "string" ? protocol : pyRepr(protocol);
    super(
      `Security group rule protocol ${shown} not supported. Only protocol values ${pyRepr(values)} and integer representations [0 to 255] are supported.`,
    );
  }
}

export class SecurityGroupRuleInvalidEtherType extends Invalid {
  constructor(ethertype: unknown) {
    const shown = typeof ethertype === "string" ? ethertype : pyRepr(ethertype);
    super(`Security group rule for ethertype '${shown}' not supported. Allowed values are ['IPv4', 'IPv6'].`);
  }
}

export class SecurityGroupInvalidPortRange extends Invalid {
  constructor() {
    super("For TCP/UDP protocols, port_range_min must be <= port_range_max");
  }
}

export class SecurityGroupInvalidPortValue extends Invalid {
  constructor(port: unknown) {
    super(`Invalid value for port ${typeof port === "string" ? port : pyRepr(port)}`);
  }
}

export class SecurityGroupInvalidIcmpValue extends Invalid {
  constructor(field: string, attr: string, value: number) {
    super(`Invalid value for ICMP ${field} (${attr}) ${value}. It must be 0 to 255.`);
  }
}

export class SecurityGroupMissingIcmpType extends Invalid {
  constructor(value: number) {
    super(`ICMP code (port-range-max) ${value} is provided but ICMP type (port-range-min) is missing.`);
  }
}

export class SecurityGroupInvalidProtocolForPort extends Invalid {
  constructor(protocol: number) {
    super(
      `Ports cannot be specified for protocol ${protocol}. Ports are only supported for DCCP, SCTP, TCP, UDP, UDPLITE.`,
    );
  }
}

export class SecurityGroupProtocolRequiredWithPorts extends Invalid {
  constructor() {
    super("Must also specify protocol if port range is given.");
  }
}

export class SecurityGroupEthertypeConflictWithProtocol extends Invalid {
  constructor(ethertype: string, protocol: string) {
    super(`Invalid ethertype ${ethertype} for protocol ${protocol}.`);
  }
}

export class SecurityGroupRuleParameterConflict extends Invalid {
  constructor(ethertype: string, cidr: string) {
    super(`Conflicting value ethertype ${ethertype} for CIDR ${cidr}`);
  }
}

export class SecurityGroupMultipleRemoteEntites extends Invalid {
  constructor() {
    super("Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.");
  }
}

export class SecurityGroupNotSingleGroupRules extends Invalid {
  constructor() {
    super("Only allowed to update rules for one security profile at a time");
  }
}

export class SecurityGroupRulesNotSingleTenant extends Invalid {
  constructor() {
    super("Multiple tenant_ids in bulk security group rule create not allowed");
  }
}

export class InvalidCIDR extends Invalid {
  constructor(input: unknown) {
    super(`Invalid CIDR ${typeof input === "string" ? input : pyRepr(input)} given as IP prefix.`);
  }
}

export class AddressGroupNotFound extends NotFound {
  constructor(id: string) {
    super(`Address group ${id} could not be found.`);
  }
}

export class AddressGroupInUse extends Conflict {
  constructor(id: string) {
    super(`Address group ${id} is in use on one or more security group rules.`);
  }
}

export class AddressesNotFound extends NotFound {
  constructor(addresses: readonly string[], id: string) {
    super(`Addresses ${pyRepr(addresses)} not found in the address group ${id}.`);
  }
}

export class AddressesAlreadyExist extends Invalid {
  constructor(addresses: readonly string[], id: string) {
    super(`Addresses ${pyRepr(addresses)} already exist in the address group ${id}.`);
  }
}
