// What Neutron says of quotas, sharing, tags, agents, metering and service flavors (Zed).

import { Conflict, Invalid, NotFound } from "../../core/errors.ts";
import { pyRepr } from "../../core/python.ts";

export class OverQuota extends Conflict {
  constructor(resources: readonly string[]) {
    super(`Quota exceeded for resources: ${pyRepr(resources)}.`);
  }
}

export class QuotaMissingTenant extends Invalid {
  constructor() {
    super("Tenant-id was missing from quota request.");
  }
}

export class RbacPolicyNotFound extends NotFound {
  constructor(id: string, type: string) {
    super(`RBAC policy of type ${type} with ID ${id} not found`);
  }
}

export class DuplicateRbacPolicy extends Conflict {
  constructor() {
    super("An RBAC policy already exists with those values.");
  }
}

export class RbacPolicyInitError extends Invalid {
  constructor(objectId: string, reason: string) {
    super(`Failed to create RBAC policy on object ${objectId} because ${reason}.`);
  }
}

export class RbacPolicyInUse extends Conflict {
  constructor(objectId: string, details: string) {
    super(
      `RBAC policy on object ${objectId} cannot be removed because other objects depend on it.\nDetails: ${details}`,
    );
  }
}

export class TagResourceNotFound extends NotFound {
  constructor(resource: string, id: string) {
    super(`Resource ${resource} ${id} could not be found.`);
  }
}

export class TagNotFound extends NotFound {
  constructor(tag: string) {
    super(`Tag ${tag} could not be found.`);
  }
}

export class AgentNotFound extends NotFound {
  constructor(id: string) {
    super(`Agent ${id} could not be found.`);
  }
}

export class InvalidDHCPAgent extends NotFound {
  constructor(id: string) {
    super(`Agent ${id} is not a valid DHCP Agent or has been disabled.`);
  }
}

export class NetworkHostedByDHCPAgent extends Conflict {
  constructor(networkId: string, agentId: string) {
    super(`The network ${networkId} has been already hosted by the DHCP Agent ${agentId}.`);
  }
}

export class NetworkNotHostedByDhcpAgent extends Conflict {
  constructor(networkId: string, agentId: string) {
    super(`The network ${networkId} is not hosted by the DHCP Agent ${agentId}.`);
  }
}

export class InvalidL3Agent extends NotFound {
  constructor(id: string) {
    super(`Agent ${id} is not a L3 Agent or has been disabled`);
  }
}

export class RouterHostedByL3Agent extends Conflict {
  constructor(routerId: string, agentId: string) {
    super(`The router ${routerId} has been already hosted by the L3 Agent ${agentId}.`);
  }
}

export class RouterNotHostedByL3Agent extends Conflict {
  constructor(routerId: string, agentId: string) {
    super(`The router ${routerId} is not hosted by L3 agent ${agentId}.`);
  }
}

export class MeteringLabelNotFound extends NotFound {
  constructor(id: string) {
    super(`Metering label '${id}' does not exist.`);
  }
}

export class MeteringLabelRuleNotFound extends NotFound {
  constructor(id: string) {
    super(`Metering label rule '${id}' does not exist.`);
  }
}

export class MeteringLabelRuleOverlaps extends Conflict {
  constructor(prefix: string) {
    super(`Metering label rule with remote_ip_prefix '${prefix}' overlaps another.`);
  }
}

export class FlavorNotFound extends NotFound {
  constructor(id: string) {
    super(`Flavor ${id} could not be found.`);
  }
}

export class FlavorInUse extends Conflict {
  constructor(id: string) {
    super(`Flavor ${id} is used by some service instance.`);
  }
}

export class InvalidServiceType extends Invalid {
  constructor(type: string) {
    super(`Invalid service type: ${type}.`);
  }
}

export class ServiceProfileNotFound extends NotFound {
  constructor(id: string) {
    super(`Service Profile ${id} could not be found.`);
  }
}

export class ServiceProfileInUse extends Conflict {
  constructor(id: string) {
    super(`Service Profile ${id} is used by some service instance.`);
  }
}

export class ServiceProfileEmpty extends Invalid {
  constructor() {
    super("Service Profile needs either a driver or metainfo.");
  }
}

export class FlavorServiceProfileBindingExists extends Conflict {
  constructor(profileId: string, flavorId: string) {
    super(`Service Profile ${profileId} is already associated with flavor ${flavorId}.`);
  }
}

export class FlavorServiceProfileBindingNotFound extends NotFound {
  constructor(profileId: string, flavorId: string) {
    super(`Service Profile ${profileId} is not associated with flavor ${flavorId}.`);
  }
}
