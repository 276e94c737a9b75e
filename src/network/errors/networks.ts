// What Neutron says of networks (neutron_lib/exceptions, Zed). The class name is the `type` in the error body.

import { Conflict, Invalid, NotFound, Unavailable } from "../../core/errors.ts";

export class NetworkNotFound extends NotFound {
  constructor(id: string) {
    super(`Network ${id} could not be found.`);
  }
}

export class NetworkInUse extends Conflict {
  constructor(id: string, reason: string) {
    super(`Unable to complete operation on network ${id}. ${reason}.`);
  }
}

export class InvalidSharedSetting extends Conflict {
  constructor(network: string) {
    super(`Unable to reconfigure sharing settings for network ${network}. Multiple tenants are using it.`);
  }
}

export class ExternalNetworkInUse extends Conflict {
  constructor(id: string) {
    super(
      `External network ${id} cannot be updated to be made non-external, since it has existing gateway ports.`,
    );
  }
}

export class FlatNetworkInUse extends Conflict {
  constructor(physical: string) {
    super(`Unable to create the flat network. Physical network ${physical} is in use.`);
  }
}

export class VlanIdInUse extends Conflict {
  constructor(vlan: number, physical: string) {
    super(`Unable to create the network. The VLAN ${vlan} on physical network ${physical} is in use.`);
  }
}

export class TunnelIdInUse extends Conflict {
  constructor(id: number) {
    super(`Unable to create the network. The tunnel ID ${id} is in use.`);
  }
}

export class NoNetworkAvailable extends Unavailable {
  constructor() {
    super("Unable to create the network. No tenant network is available for allocation.");
  }
}

export class SegmentsSetInConjunctionWithProviders extends Invalid {
  constructor() {
    super("Segments and provider values cannot both be set.");
  }
}

export class AvailabilityZoneNotFound extends NotFound {
  constructor(zone: string) {
    super(`AvailabilityZone ${zone} could not be found.`);
  }
}
