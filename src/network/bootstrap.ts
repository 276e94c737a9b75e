// What a new cloud's network holds: a private nova-network network for everybody, an external network with floating
// addresses, and a router between them, as DevStack makes them. Each step is noted, so that what an administrator
// removes stays removed.

import { adminContext } from "../core/context.ts";
import { formatAddress, formatCidr, parseCidr } from "./ip.ts";
import type { NetworkParts } from "./parts.ts";
import { PUBLIC_PHYSICAL } from "./rules/agent-facts.ts";

export interface BootstrapOptions {
  requestId: string;
  /** Who owns what is made; the project `admin`. */
  adminProjectId: string;
}

const STEP = "networks";

/** True when this was the first start. */
export function bootstrap(parts: NetworkParts, options: BootstrapOptions): boolean {
  const { store, base } = parts;
  if (store.bootstrap.get(STEP)) return false;
  const { config, names } = base;
  const context = { ...adminContext(options.requestId), projectId: options.adminProjectId };
  return store.transaction(() => {
    store.bootstrap.insert({ step: STEP, done_at: store.now() });
    const range = parseCidr(config.FIXED_RANGE || names.fixedRange)!;
    const size = Math.min(config.FIXED_NETWORK_SIZE, Number(range.last - range.first + 1n));
    const [network] = parts.flatNetworks.create({
      label: config.PRIVATE_NETWORK_NAME,
      cidr: formatCidr(range),
      network_size: size,
      kind: config.NETWORK_MANAGER,
      ...(config.NETWORK_MANAGER === "vlan"
        ? {}
        : {
            bridge: config.FLAT_NETWORK_BRIDGE || names.flatBridge,
            bridge_interface: config.FLAT_INTERFACE || null,
          }),
      gateway: config.NETWORK_GATEWAY || null,
      subnet_name: config.PRIVATE_SUBNET_NAME,
      owner_id: options.adminProjectId,
    });
    const external = parts.networks.create(context, {
      project_id: options.adminProjectId,
      name: config.PUBLIC_NETWORK_NAME,
      external: true,
      is_default: true,
      provider: { network_type: "flat", physical_network: PUBLIC_PHYSICAL },
    });
    const floating = parseCidr(config.FLOATING_RANGE || names.floatingRange)!;
    const gateway = config.PUBLIC_NETWORK_GATEWAY || formatAddress(4, floating.first + 1n);
    parts.subnets.create(context, {
      project_id: options.adminProjectId,
      network_id: external.uuid,
      name: config.PUBLIC_SUBNET_NAME,
      ip_version: 4,
      cidr: formatCidr(floating),
      gateway_ip: gateway,
      enable_dhcp: false,
    });
    parts.floatingPools.createBulk(formatCidr(floating), config.PUBLIC_NETWORK_NAME, base.publicCard);
    store.floating.forget(gateway);
    const router = parts.routers.create(context, options.adminProjectId, {
      name: config.Q_ROUTER_NAME,
      gateway: { network_id: external.uuid },
    });
    const subnet = store.subnets.first({ network_id: network!.uuid })!;
    parts.interfaces.add(context, router.id, { subnet_id: subnet.id });
    return true;
  });
}
