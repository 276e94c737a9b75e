-- Networks, addresses and filters, in nova.db. Where nova-network has a table its names are kept (nova/db/sqlalchemy/
-- models.py, Folsom to Newton), because operators' drills are SQL on them; everything else has Neutron's names
-- (neutron/db/models). Moments are UTC text, `2013-07-16 05:41:08`.

-- One row for every network of both APIs. kind: flatdhcp, flat and vlan are nova-network's, plumbed on the host itself;
-- neutron is a network made through the Network API. project_id is null for a network everybody may use.
CREATE TABLE networks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL UNIQUE,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  label TEXT NOT NULL,
  injected INTEGER NOT NULL DEFAULT 0,
  cidr TEXT,
  cidr_v6 TEXT,
  multi_host INTEGER NOT NULL DEFAULT 0,
  netmask TEXT,
  netmask_v6 TEXT,
  bridge TEXT,
  bridge_interface TEXT,
  gateway TEXT,
  gateway_v6 TEXT,
  broadcast TEXT,
  dns1 TEXT,
  dns2 TEXT,
  vlan INTEGER,
  vpn_public_address TEXT,
  vpn_public_port INTEGER,
  vpn_private_address TEXT,
  dhcp_start TEXT,
  dhcp_server TEXT,
  enable_dhcp INTEGER NOT NULL DEFAULT 1,
  share_address INTEGER NOT NULL DEFAULT 0,
  mtu INTEGER,
  rxtx_base INTEGER,
  project_id TEXT,
  priority INTEGER,
  host TEXT,
  kind TEXT NOT NULL DEFAULT 'neutron',
  admin_state_up INTEGER NOT NULL DEFAULT 1,
  status TEXT NOT NULL DEFAULT 'ACTIVE',
  external INTEGER NOT NULL DEFAULT 0,
  is_default INTEGER NOT NULL DEFAULT 0,
  port_security_enabled INTEGER NOT NULL DEFAULT 1,
  dns_domain TEXT NOT NULL DEFAULT '',
  network_type TEXT NOT NULL DEFAULT 'local',
  physical_network TEXT,
  segmentation_id INTEGER,
  availability_zone_hints TEXT NOT NULL DEFAULT '[]',
  description TEXT NOT NULL DEFAULT '',
  tags TEXT NOT NULL DEFAULT '[]',
  revision_number INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX networks_project ON networks (project_id);
CREATE INDEX networks_label ON networks (label);

CREATE TABLE subnetpools (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  project_id TEXT,
  name TEXT NOT NULL,
  ip_version INTEGER NOT NULL,
  prefixes TEXT NOT NULL,
  default_prefixlen INTEGER NOT NULL,
  min_prefixlen INTEGER NOT NULL,
  max_prefixlen INTEGER NOT NULL,
  default_quota INTEGER,
  is_default INTEGER NOT NULL DEFAULT 0,
  address_scope_id TEXT REFERENCES address_scopes (id),
  description TEXT NOT NULL DEFAULT '',
  tags TEXT NOT NULL DEFAULT '[]',
  revision_number INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE address_scopes (
  id TEXT PRIMARY KEY,
  project_id TEXT,
  name TEXT NOT NULL,
  ip_version INTEGER NOT NULL
);

CREATE TABLE subnets (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  network_id TEXT NOT NULL REFERENCES networks (uuid),
  project_id TEXT,
  name TEXT NOT NULL DEFAULT '',
  ip_version INTEGER NOT NULL,
  cidr TEXT NOT NULL,
  gateway_ip TEXT,
  enable_dhcp INTEGER NOT NULL DEFAULT 1,
  allocation_pools TEXT NOT NULL DEFAULT '[]',
  dns_nameservers TEXT NOT NULL DEFAULT '[]',
  host_routes TEXT NOT NULL DEFAULT '[]',
  service_types TEXT NOT NULL DEFAULT '[]',
  ipv6_ra_mode TEXT,
  ipv6_address_mode TEXT,
  subnetpool_id TEXT REFERENCES subnetpools (id),
  -- No address at a smaller distance from the start is free.
  lowest_free INTEGER NOT NULL DEFAULT 0,
  description TEXT NOT NULL DEFAULT '',
  tags TEXT NOT NULL DEFAULT '[]',
  revision_number INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX subnets_network ON subnets (network_id);
CREATE INDEX subnets_pool ON subnets (subnetpool_id);

CREATE TABLE ports (
  vif_id INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  network_id TEXT NOT NULL REFERENCES networks (uuid),
  project_id TEXT NOT NULL DEFAULT '',
  name TEXT NOT NULL DEFAULT '',
  mac_address TEXT NOT NULL,
  admin_state_up INTEGER NOT NULL DEFAULT 1,
  status TEXT NOT NULL DEFAULT 'DOWN',
  device_id TEXT NOT NULL DEFAULT '',
  device_owner TEXT NOT NULL DEFAULT '',
  port_security_enabled INTEGER NOT NULL DEFAULT 1,
  allowed_address_pairs TEXT NOT NULL DEFAULT '[]',
  extra_dhcp_opts TEXT NOT NULL DEFAULT '[]',
  dns_name TEXT NOT NULL DEFAULT '',
  dns_domain TEXT NOT NULL DEFAULT '',
  ip_allocation TEXT NOT NULL DEFAULT 'immediate',
  propagate_uplink_status INTEGER NOT NULL DEFAULT 1,
  device_profile TEXT,
  numa_affinity_policy TEXT,
  binding_host_id TEXT NOT NULL DEFAULT '',
  binding_profile TEXT NOT NULL DEFAULT '{}',
  binding_vnic_type TEXT NOT NULL DEFAULT 'normal',
  binding_vif_type TEXT NOT NULL DEFAULT 'unbound',
  -- Set for a card of a server: its place among the server's cards, the tag given with it, whether the server made it,
  -- and the host name that DHCP gives out.
  vif_order INTEGER,
  vif_tag TEXT,
  vif_owned INTEGER NOT NULL DEFAULT 0,
  hostname TEXT,
  description TEXT NOT NULL DEFAULT '',
  tags TEXT NOT NULL DEFAULT '[]',
  revision_number INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX ports_mac ON ports (network_id, mac_address);
CREATE INDEX ports_device ON ports (device_id);
CREATE INDEX ports_project ON ports (project_id);
CREATE INDEX ports_any_mac ON ports (mac_address);
CREATE INDEX ports_owner ON ports (device_owner);

-- One row for every address of a nova-network range from the start; for other subnets one for every address in use.
-- position is the distance from the subnet's own address, null when it does not fit.
CREATE TABLE fixed_ips (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  address TEXT NOT NULL,
  network_id INTEGER NOT NULL REFERENCES networks (id),
  virtual_interface_id INTEGER,
  instance_uuid TEXT,
  allocated INTEGER NOT NULL DEFAULT 0,
  leased INTEGER NOT NULL DEFAULT 0,
  reserved INTEGER NOT NULL DEFAULT 0,
  host TEXT,
  port_id TEXT,
  subnet_id TEXT NOT NULL REFERENCES subnets (id),
  position INTEGER
);
CREATE UNIQUE INDEX fixed_ips_subnet_address ON fixed_ips (subnet_id, address);
CREATE INDEX fixed_ips_subnet_position ON fixed_ips (subnet_id, position);
CREATE INDEX fixed_ips_port ON fixed_ips (port_id);
CREATE INDEX fixed_ips_instance ON fixed_ips (instance_uuid);
CREATE INDEX fixed_ips_address ON fixed_ips (address);

-- A row without a project waits in its pool for anybody. fixed_ip_id is the association.
CREATE TABLE floating_ips (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL UNIQUE,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  address TEXT NOT NULL UNIQUE,
  fixed_ip_id INTEGER,
  project_id TEXT,
  host TEXT,
  auto_assigned INTEGER NOT NULL DEFAULT 0,
  pool TEXT,
  interface TEXT,
  floating_network_id TEXT,
  floating_port_id TEXT,
  router_id TEXT,
  status TEXT NOT NULL DEFAULT 'DOWN',
  dns_name TEXT NOT NULL DEFAULT '',
  dns_domain TEXT NOT NULL DEFAULT '',
  description TEXT NOT NULL DEFAULT '',
  tags TEXT NOT NULL DEFAULT '[]',
  revision_number INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX floating_ips_fixed ON floating_ips (fixed_ip_id);
CREATE INDEX floating_ips_project ON floating_ips (project_id);
CREATE INDEX floating_ips_router ON floating_ips (router_id);

CREATE TABLE port_forwardings (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  floatingip_id TEXT NOT NULL REFERENCES floating_ips (uuid) ON DELETE CASCADE,
  protocol TEXT NOT NULL,
  external_port INTEGER NOT NULL,
  internal_port INTEGER NOT NULL,
  internal_port_id TEXT NOT NULL,
  internal_ip_address TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  revision_number INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX port_forwardings_external ON port_forwardings (floatingip_id, protocol, external_port);

CREATE TABLE routers (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  project_id TEXT,
  name TEXT NOT NULL DEFAULT '',
  admin_state_up INTEGER NOT NULL DEFAULT 1,
  status TEXT NOT NULL DEFAULT 'ACTIVE',
  gw_port_id TEXT,
  enable_snat INTEGER NOT NULL DEFAULT 1,
  distributed INTEGER NOT NULL DEFAULT 0,
  ha INTEGER NOT NULL DEFAULT 0,
  routes TEXT NOT NULL DEFAULT '[]',
  flavor_id TEXT,
  availability_zone_hints TEXT NOT NULL DEFAULT '[]',
  description TEXT NOT NULL DEFAULT '',
  tags TEXT NOT NULL DEFAULT '[]',
  revision_number INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX routers_project ON routers (project_id);
CREATE INDEX routers_gateway ON routers (gw_port_id);

CREATE TABLE security_groups (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL UNIQUE,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  user_id TEXT,
  project_id TEXT NOT NULL,
  is_default INTEGER NOT NULL DEFAULT 0,
  stateful INTEGER NOT NULL DEFAULT 1,
  tags TEXT NOT NULL DEFAULT '[]',
  revision_number INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX security_groups_project ON security_groups (project_id, name);
CREATE UNIQUE INDEX security_groups_default ON security_groups (project_id) WHERE is_default = 1;

-- Null in from_port, to_port, protocol and cidr means any; group_id is the source (or target) group.
CREATE TABLE security_group_rules (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL UNIQUE,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  parent_group_id INTEGER NOT NULL REFERENCES security_groups (id) ON DELETE CASCADE,
  protocol TEXT,
  from_port INTEGER,
  to_port INTEGER,
  cidr TEXT,
  group_id INTEGER REFERENCES security_groups (id) ON DELETE CASCADE,
  project_id TEXT NOT NULL,
  direction TEXT NOT NULL DEFAULT 'ingress',
  ethertype TEXT NOT NULL DEFAULT 'IPv4',
  address_group_id TEXT REFERENCES address_groups (id),
  description TEXT NOT NULL DEFAULT '',
  revision_number INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX security_group_rules_parent ON security_group_rules (parent_group_id);
CREATE INDEX security_group_rules_source ON security_group_rules (group_id);
CREATE INDEX security_group_rules_addresses ON security_group_rules (address_group_id);

CREATE TABLE security_group_default_rules (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  protocol TEXT,
  from_port INTEGER,
  to_port INTEGER,
  cidr TEXT
);

CREATE TABLE port_security_groups (
  port_id TEXT NOT NULL REFERENCES ports (id) ON DELETE CASCADE,
  security_group_id INTEGER NOT NULL REFERENCES security_groups (id),
  PRIMARY KEY (port_id, security_group_id)
) WITHOUT ROWID;
CREATE INDEX port_security_groups_group ON port_security_groups (security_group_id);

CREATE TABLE address_groups (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  project_id TEXT,
  name TEXT NOT NULL DEFAULT '',
  description TEXT NOT NULL DEFAULT '',
  addresses TEXT NOT NULL DEFAULT '[]',
  revision_number INTEGER NOT NULL DEFAULT 0
);

-- object_type: network, subnetpool, address_scope, security_group, address_group. target_project may be '*'.
CREATE TABLE rbac_policies (
  id TEXT PRIMARY KEY,
  object_type TEXT NOT NULL,
  object_id TEXT NOT NULL,
  action TEXT NOT NULL,
  target_project TEXT NOT NULL,
  project_id TEXT
);
CREATE UNIQUE INDEX rbac_policies_values ON rbac_policies (object_type, object_id, action, target_project);
CREATE INDEX rbac_policies_target ON rbac_policies (object_type, target_project);

CREATE TABLE network_quotas (
  project_id TEXT NOT NULL,
  resource TEXT NOT NULL,
  hard_limit INTEGER NOT NULL,
  PRIMARY KEY (project_id, resource)
) WITHOUT ROWID;

CREATE TABLE agents (
  id TEXT PRIMARY KEY,
  agent_type TEXT NOT NULL,
  binary TEXT NOT NULL,
  topic TEXT NOT NULL,
  host TEXT NOT NULL,
  availability_zone TEXT,
  admin_state_up INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL,
  started_at TEXT NOT NULL,
  heartbeat_timestamp TEXT NOT NULL,
  description TEXT,
  configurations TEXT NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX agents_type_host ON agents (agent_type, host);

CREATE TABLE network_dhcp_agents (
  network_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  PRIMARY KEY (network_id, agent_id)
) WITHOUT ROWID;

CREATE TABLE router_l3_agents (
  router_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  PRIMARY KEY (router_id, agent_id)
) WITHOUT ROWID;

CREATE TABLE metering_labels (
  id TEXT PRIMARY KEY,
  project_id TEXT,
  name TEXT NOT NULL DEFAULT '',
  description TEXT NOT NULL DEFAULT '',
  shared INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE metering_label_rules (
  id TEXT PRIMARY KEY,
  metering_label_id TEXT NOT NULL REFERENCES metering_labels (id) ON DELETE CASCADE,
  direction TEXT NOT NULL,
  excluded INTEGER NOT NULL DEFAULT 0,
  remote_ip_prefix TEXT,
  source_ip_prefix TEXT,
  destination_ip_prefix TEXT
);
CREATE INDEX metering_label_rules_label ON metering_label_rules (metering_label_id);

CREATE TABLE network_flavors (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL DEFAULT '',
  description TEXT NOT NULL DEFAULT '',
  service_type TEXT NOT NULL,
  enabled INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE service_profiles (
  id TEXT PRIMARY KEY,
  description TEXT NOT NULL DEFAULT '',
  driver TEXT NOT NULL DEFAULT '',
  metainfo TEXT NOT NULL DEFAULT '',
  enabled INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE flavor_service_profiles (
  flavor_id TEXT NOT NULL REFERENCES network_flavors (id) ON DELETE CASCADE,
  service_profile_id TEXT NOT NULL REFERENCES service_profiles (id),
  PRIMARY KEY (flavor_id, service_profile_id)
) WITHOUT ROWID;

-- nova-network's DNS: names in zones, for the calls of old microversions.
CREATE TABLE dns_domains (
  domain TEXT PRIMARY KEY,
  created_at TEXT,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  scope TEXT,
  availability_zone TEXT,
  project_id TEXT
);

CREATE TABLE dns_entries (
  domain TEXT NOT NULL REFERENCES dns_domains (domain) ON DELETE CASCADE,
  name TEXT NOT NULL,
  ip TEXT NOT NULL,
  dns_type TEXT NOT NULL,
  PRIMARY KEY (domain, name)
) WITHOUT ROWID;

-- What the first start has made, so that what an administrator removed stays removed.
CREATE TABLE network_bootstrap (
  step TEXT PRIMARY KEY,
  done_at TEXT NOT NULL
) WITHOUT ROWID;

-- nova-network's view of a server's cards and of the groups they are in.
CREATE VIEW virtual_interfaces AS
  SELECT p.vif_id AS id, p.created_at, p.updated_at, NULL AS deleted_at, 0 AS deleted, p.mac_address AS address,
    n.id AS network_id, p.device_id AS instance_uuid, p.id AS uuid, p.vif_tag AS tag
  FROM ports p JOIN networks n ON n.uuid = p.network_id WHERE p.device_owner LIKE 'compute:%';
CREATE VIEW security_group_instance_association AS
  SELECT min(p.vif_id) AS id, min(p.created_at) AS created_at, NULL AS updated_at, NULL AS deleted_at, 0 AS deleted,
    s.security_group_id, p.device_id AS instance_uuid
  FROM ports p JOIN port_security_groups s ON s.port_id = p.id WHERE p.device_owner LIKE 'compute:%'
  GROUP BY s.security_group_id, p.device_id;
