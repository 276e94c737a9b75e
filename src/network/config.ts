// The network services' settings. Authority for names: DevStack's nova and neutron libraries, nova.conf of Newton (the
// last with nova-network) and neutron.conf of Zed.

import { key, section } from "../config/keys.ts";

const MANAGERS = { FlatManager: "flat", FlatDHCPManager: "flatdhcp", VlanManager: "vlan" } as const;

/** nova.conf has the class with its module: `nova.network.manager.VlanManager`. */
function managerKind(text: string): (typeof MANAGERS)[keyof typeof MANAGERS] {
  const name = text.trim().split(".").at(-1) ?? "";
  const found = Object.entries(MANAGERS).find(([manager]) => manager.toLowerCase() === name.toLowerCase());
  if (!found) throw new Error(`one of ${Object.keys(MANAGERS).join(", ")}`);
  return found[1];
}

const TENANT_TYPES = ["vxlan", "gre", "local"] as const;

/** A list in Neutron's file; the first is used while it has numbers left. */
function tenantType(text: string): (typeof TENANT_TYPES)[number] {
  const found = TENANT_TYPES.find((type) => type === text.split(",")[0]!.trim().toLowerCase());
  if (!found) throw new Error(`one of ${TENANT_TYPES.join(", ")}`);
  return found;
}

export const networkSection = section("network", "Network (nova-network and neutron)", {
  FIXED_RANGE: key.cidr(
    "",
    "Addresses of the private network that is made at the first start. Empty: 10.0.0.0/24, or 10.0.N.0/24 for the Nth further cloud on this machine.",
    { option: "nova.conf/DEFAULT/fixed_range" },
  ),
  FIXED_NETWORK_SIZE: key.int(256, "Addresses in that network, counted from the start of FIXED_RANGE.", {
    min: 8,
    max: 65_536,
    option: "nova.conf/DEFAULT/network_size",
  }),
  NETWORK_GATEWAY: key.text("", "The private network's gateway. Empty: its first address."),
  PRIVATE_NETWORK_NAME: key.text("private", "Name of the private network."),
  PRIVATE_SUBNET_NAME: key.text("private-subnet", "Name of its subnet."),
  PUBLIC_NETWORK_NAME: key.text(
    "public",
    "Name of the external network, which is also the pool of its floating addresses.",
  ),
  PUBLIC_SUBNET_NAME: key.text("public-subnet", "Name of its subnet."),
  Q_ROUTER_NAME: key.text("router1", "Name of the router between the two."),
  FLOATING_RANGE: key.cidr(
    "",
    "Floating addresses. Empty: 172.24.4.0/24, or 172.24.(4+N).0/24 for the Nth further cloud on this machine.",
    { option: "nova.conf/DEFAULT/floating_range" },
  ),
  PUBLIC_NETWORK_GATEWAY: key.text(
    "",
    "Gateway of the external network. Empty: the first address of FLOATING_RANGE.",
  ),
  DEFAULT_FLOATING_POOL: key.text("public", "Pool floating addresses come from when none is named.", {
    option: "nova.conf/DEFAULT/default_floating_pool",
  }),
  AUTO_ASSIGN_FLOATING_IP: key.bool("False", "Give every new server a floating address.", {
    option: "nova.conf/DEFAULT/auto_assign_floating_ip",
  }),
  FLAT_NETWORK_BRIDGE: key.text(
    "",
    "Bridge of the private network. Empty: br100, with the cloud's number behind it for further clouds on this machine.",
    { option: "nova.conf/DEFAULT/flat_network_bridge" },
  ),
  FLAT_INTERFACE: key.text(
    "",
    "Network card put into that bridge, so that other machines share the network. Empty: none. A card that carries the default route is refused.",
    { option: "nova.conf/DEFAULT/flat_interface" },
  ),
  NETWORK_MANAGER: {
    ...key.text(
      "FlatDHCPManager",
      "What nova-network makes when it is not said: FlatDHCPManager, one network with a DHCP server; FlatManager, one without, whose guests are told their address in their configuration; VlanManager, a network with a bridge and a VLAN for each project.",
      { option: "nova.conf/DEFAULT/network_manager" },
    ),
    kind: "FlatManager | FlatDHCPManager | VlanManager",
    parse: managerKind,
  },
  VLAN_INTERFACE: key.text(
    "",
    "Card that the frames of VLAN networks leave this machine by, tagged. Empty: they stay on this machine.",
    { option: "nova.conf/DEFAULT/vlan_interface" },
  ),
  VLAN_START: key.int(100, "The first VLAN's number.", {
    min: 1,
    max: 4094,
    option: "nova.conf/DEFAULT/vlan_start",
  }),
  PUBLIC_INTERFACE: key.text(
    "",
    "Card that floating addresses are put on. A bridge that is there already carries the external network too, whose gateway is then out there. Empty: a bridge of our own, br-ex, which only this machine reaches.",
    { option: "nova.conf/DEFAULT/public_interface" },
  ),
  NETWORK_PLUMBING: key.choice(
    ["auto", "on", "off"],
    "auto",
    "on: make bridges, DHCP servers, filters and address translation. auto: when this process may and servers are not simulated (VIRT_DRIVER=fake). off: only keep the books.",
  ),
  ALLOW_SAME_NET_TRAFFIC: key.bool(
    "True",
    "Let servers of one nova-network network talk to each other whatever their security groups say.",
    { option: "nova.conf/DEFAULT/allow_same_net_traffic" },
  ),
  Q_USE_SECGROUP: key.bool(
    "True",
    "Filter servers' packets by their security groups, and against forged addresses. False: everything passes.",
    { option: "ml2_conf.ini/securitygroup/enable_security_group" },
  ),
  DHCP_DOMAIN: key.text("novalocal", "Domain of the guests.", { option: "nova.conf/DEFAULT/dhcp_domain" }),
  DHCP_LEASE_TIME: key.int(120, "Life of a DHCP lease in seconds.", {
    min: 120,
    option: "nova.conf/DEFAULT/dhcp_lease_time",
  }),
  NETWORK_HOST: key.text(
    "",
    "Host that the network agents are shown on. Empty: this machine. Every compute host has an agent of its own that plugs cards in.",
    { option: "nova.conf/DEFAULT/network_host" },
  ),
  TUNNEL_ENDPOINT_IP: key.text(
    "",
    "Address that tunnels between hosts would end at, as agents tell it. Empty: HOST_IP.",
    { option: "ml2_conf.ini/ovs/local_ip", formerOptions: ["ml2_conf.ini/vxlan/local_ip"] },
  ),
  NETWORK_MTU: key.int(1500, "Largest packet of new networks, in bytes.", {
    min: 68,
    max: 65_535,
    option: "neutron.conf/DEFAULT/global_physnet_mtu",
  }),
  TUNNEL_RANGES: key.text("1:1000", "Segment numbers of the networks that projects make, FIRST:LAST.", {
    option: "ml2_conf.ini/ml2_type_vxlan/vni_ranges",
    formerOptions: ["ml2_conf.ini/ml2_type_gre/tunnel_id_ranges"],
  }),
  Q_ML2_TENANT_NETWORK_TYPE: {
    ...key.text(
      "vxlan",
      "What the networks that projects make are said to be carried by: vxlan, gre or local. On one host it is a bridge each way.",
      { option: "ml2_conf.ini/ml2/tenant_network_types" },
    ),
    kind: "vxlan | gre | local",
    parse: tenantType,
  },
  NETWORK_AVAILABILITY_ZONE: key.text("nova", "Availability zone of the network agents.", {
    option: "neutron.conf/AGENT/availability_zone",
  }),
  DNS_DOMAIN: key.text(
    "openstacklocal",
    "Domain of ports on networks that were made through the Network API.",
    {
      option: "neutron.conf/DEFAULT/dns_domain",
    },
  ),
  AGENT_DOWN_TIME: key.int(75, "Seconds without a heartbeat after which a network agent counts as dead.", {
    min: 1,
    option: "neutron.conf/DEFAULT/agent_down_time",
  }),
  QUOTA_NETWORK: key.int(100, "Networks per project; -1 is no limit.", {
    min: -1,
    option: "neutron.conf/quotas/quota_network",
  }),
  QUOTA_SUBNET: key.int(100, "Subnets per project; -1 is no limit.", {
    min: -1,
    option: "neutron.conf/quotas/quota_subnet",
  }),
  QUOTA_SUBNETPOOL: key.int(-1, "Subnet pools per project; -1 is no limit.", { min: -1 }),
  QUOTA_PORT: key.int(500, "Ports per project; -1 is no limit.", {
    min: -1,
    option: "neutron.conf/quotas/quota_port",
  }),
  QUOTA_ROUTER: key.int(10, "Routers per project; -1 is no limit.", {
    min: -1,
    option: "neutron.conf/quotas/quota_router",
  }),
  QUOTA_FLOATINGIP: key.int(50, "Floating addresses per project; -1 is no limit.", {
    min: -1,
    option: "neutron.conf/quotas/quota_floatingip",
  }),
  QUOTA_SECURITY_GROUP: key.int(10, "Security groups per project; -1 is no limit.", {
    min: -1,
    option: "neutron.conf/quotas/quota_security_group",
  }),
  QUOTA_SECURITY_GROUP_RULE: key.int(100, "Security group rules per project; -1 is no limit.", {
    min: -1,
    option: "neutron.conf/quotas/quota_security_group_rule",
  }),
  QUOTA_RBAC_POLICY: key.int(10, "Sharing entries per project; -1 is no limit.", {
    min: -1,
    option: "neutron.conf/quotas/quota_rbac_policy",
  }),
  MAX_DNS_NAMESERVERS: key.int(5, "DNS servers per subnet.", {
    option: "neutron.conf/DEFAULT/max_dns_nameservers",
  }),
  MAX_SUBNET_HOST_ROUTES: key.int(20, "Host routes per subnet.", {
    option: "neutron.conf/DEFAULT/max_subnet_host_routes",
  }),
  MAX_ROUTES: key.int(30, "Extra routes per router.", { option: "neutron.conf/DEFAULT/max_routes" }),
  MAX_ALLOWED_ADDRESS_PAIR: key.int(10, "Allowed address pairs per port.", {
    option: "neutron.conf/DEFAULT/max_allowed_address_pair",
  }),
  PAGINATION_MAX_LIMIT: key.int(-1, "Most items the Network API returns at once; -1 is no limit.", {
    min: -1,
    option: "neutron.conf/DEFAULT/pagination_max_limit",
  }),
});
