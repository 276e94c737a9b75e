// The network service: nova-network, which plumbs, and neutron-server, the Network API over the same tables.

import type { ServiceDeclaration } from "../core/service.ts";
import { createNeutronServer } from "./api/server.ts";
import { novaNetworkPolicies } from "./compute-api/policies.ts";
import { networkSection } from "./config.ts";
import { cleanupNetwork } from "./engine/make.ts";
import { migrations } from "./migrations/index.ts";
import { createNovaNetwork } from "./nova-network.ts";
import { policies } from "./policies.ts";

export const novaNetwork: ServiceDeclaration = {
  window: "n-net",
  program: "nova-network",
  project: "nova",
  summary: "Plumbs networks: bridges, DHCP, address translation, floating IPs, packet filters.",
  requires: ["key"],
  sections: [networkSection],
  policies: novaNetworkPolicies,
  migrations,
  logFile: "nova/nova-network.log",
  create: createNovaNetwork,
  cleanup: cleanupNetwork,
};

export const neutron: ServiceDeclaration = {
  window: "q-svc",
  program: "neutron-server",
  project: "neutron",
  database: "nova",
  summary: "Network API: networks, subnets, ports, routers, floating IPs, security groups.",
  ports: [9696],
  mount: "/network",
  catalog: [{ type: "network", name: "neutron", description: "OpenStack Networking", path: "" }],
  requires: ["key"],
  sections: [networkSection],
  policies,
  migrations,
  logFile: "neutron/server.log",
  create: createNeutronServer,
};
