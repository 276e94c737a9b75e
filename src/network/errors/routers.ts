// What Neutron says of routers and floating IPs (neutron_lib/exceptions/l3.py, extraroute.py, Zed).

import { Conflict, Invalid, NotFound } from "../../core/errors.ts";

export class RouterNotFound extends NotFound {
  constructor(id: string) {
    super(`Router ${id} could not be found`);
  }
}

export class RouterInUse extends Conflict {
  constructor(id: string, reason: string) {
    super(`Router ${id} ${reason}`);
  }
}

export class RouterInterfaceNotFound extends NotFound {
  constructor(id: string, portId: string) {
    super(`Router ${id} does not have an interface with id ${portId}`);
  }
}

export class RouterInterfaceNotFoundForSubnet extends NotFound {
  constructor(id: string, subnetId: string) {
    super(`Router ${id} has no interface on subnet ${subnetId}`);
  }
}

export class RouterInterfaceInUseByFloatingIP extends Conflict {
  constructor(id: string, subnetId: string) {
    super(
      `Router interface for subnet ${subnetId} on router ${id} cannot be deleted, as it is required by one or more floating IPs.`,
    );
  }
}

export class RouterInterfaceInUseByRoute extends Conflict {
  constructor(id: string, subnetId: string) {
    super(
      `Router interface for subnet ${subnetId} on router ${id} cannot be deleted, as it is required by one or more routes.`,
    );
  }
}

export class RouterExternalGatewayInUseByFloatingIp extends Conflict {
  constructor(id: string, networkId: string) {
    super(
      `Gateway cannot be updated for router ${id}, since a gateway to external network ${networkId} is required by one or more floating IPs.`,
    );
  }
}

export class InvalidRoutes extends Invalid {
  constructor(routes: string, reason: string) {
    super(`Invalid format for routes: ${routes}, ${reason}`);
  }
}

export class RoutesExhausted extends Invalid {
  constructor(id: string, limit: number) {
    super(`Unable to complete operation for ${id}. The number of routes exceeds the maximum ${limit}.`);
  }
}

export class FloatingIPNotFound extends NotFound {
  constructor(id: string) {
    super(`Floating IP ${id} could not be found`);
  }
}

export class ExternalIpAddressExhausted extends Invalid {
  constructor(networkId: string) {
    super(`Unable to find any IP address on external network ${networkId}.`);
  }
}

export class ExternalGatewayForFloatingIPNotFound extends NotFound {
  constructor(networkId: string, subnetId: string, portId: string) {
    super(
      `External network ${networkId} is not reachable from subnet ${subnetId}.  Therefore, cannot associate Port ${portId} with a Floating IP.`,
    );
  }
}

export class FloatingIPPortAlreadyAssociated extends Conflict {
  constructor(parts: { address: string; id: string; portId: string; fixedIp: string; networkId: string }) {
    super(
      `Cannot associate floating IP ${parts.address} (${parts.id}) with port ${parts.portId} using fixed IP ${parts.fixedIp}, as that fixed IP already has a floating IP on external network ${parts.networkId}.`,
    );
  }
}

export class PortForwardingNotFound extends NotFound {
  constructor(id: string) {
    super(`Port Forwarding ${id} could not be found.`);
  }
}

export class PortHasPortForwarding extends Invalid {
  constructor(portId: string) {
    super(`Cannot associate floating IP to port ${portId} because it already has a Port Forwarding binding.`);
  }
}

export class PortHasBindingFloatingIP extends Conflict {
  constructor(parts: { address: string; id: string; portId: string; fixedIp: string }) {
    super(
      `Cannot create port forwarding to floating IP ${parts.address} (${parts.id}) with port ${parts.portId} using fixed IP ${parts.fixedIp}, as that port already has a binding floating IP.`,
    );
  }
}

export class FipInUseByPortForwarding extends Conflict {
  constructor(id: string) {
    super(`Floating IP ${id} in use by Port Forwarding resources.`);
  }
}
