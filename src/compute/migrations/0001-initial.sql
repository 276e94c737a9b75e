-- nova.db: servers and everything that hangs on them. Tables and columns carry Nova's names (nova/db/main/models.py and
-- nova/db/api/models.py of Zed), because SQL on them is part of the courses. A deleted row keeps its place with
-- `deleted` set to its own id. Moments are text, UTC: `2013-07-16 05:41:08`.

CREATE TABLE instances (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL UNIQUE,
  -- The hypervisor's name for it: instance-0000001f. Nova derives it from the id; kept here because it holds the
  -- number of the cloud on this machine as well.
  name TEXT NOT NULL DEFAULT '',
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  user_id TEXT,
  project_id TEXT,
  image_ref TEXT,
  kernel_id TEXT,
  ramdisk_id TEXT,
  hostname TEXT,
  launch_index INTEGER,
  key_name TEXT,
  key_data TEXT,
  power_state INTEGER,
  vm_state TEXT,
  task_state TEXT,
  memory_mb INTEGER,
  vcpus INTEGER,
  root_gb INTEGER,
  ephemeral_gb INTEGER,
  host TEXT,
  node TEXT,
  instance_type_id INTEGER,
  user_data TEXT,
  reservation_id TEXT,
  scheduled_at TEXT,
  launched_at TEXT,
  terminated_at TEXT,
  availability_zone TEXT,
  display_name TEXT,
  display_description TEXT,
  launched_on TEXT,
  locked INTEGER NOT NULL DEFAULT 0,
  locked_by TEXT,
  os_type TEXT,
  architecture TEXT,
  vm_mode TEXT,
  root_device_name TEXT,
  default_ephemeral_device TEXT,
  default_swap_device TEXT,
  config_drive TEXT,
  access_ip_v4 TEXT,
  access_ip_v6 TEXT,
  auto_disk_config INTEGER,
  progress INTEGER,
  cleaned INTEGER NOT NULL DEFAULT 0,
  hidden INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX instances_project_id_deleted_idx ON instances (project_id, deleted, created_at, id);
CREATE INDEX instances_deleted_created_at_idx ON instances (deleted, created_at, id);
CREATE INDEX instances_host_node_deleted_idx ON instances (host, node, deleted);
CREATE INDEX instances_reservation_id_idx ON instances (reservation_id);
CREATE INDEX instances_updated_at_project_id_idx ON instances (updated_at, project_id);
CREATE INDEX instances_task_state_idx ON instances (task_state) WHERE task_state IS NOT NULL;

-- One row per server: what Nova keeps beside the instance as JSON.
CREATE TABLE instance_extra (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  instance_uuid TEXT NOT NULL UNIQUE,
  -- {"cur": {...}, "old": {...} | null, "new": {...} | null}: the flavor as it was when it was used.
  flavor TEXT NOT NULL,
  keypairs TEXT,
  trusted_certs TEXT
);

-- The last known addresses, for when the network service cannot be asked.
CREATE TABLE instance_info_caches (
  instance_uuid TEXT PRIMARY KEY,
  updated_at TEXT,
  network_info TEXT NOT NULL DEFAULT '[]'
);

CREATE TABLE instance_metadata (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  instance_uuid TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT,
  UNIQUE (instance_uuid, key)
);

CREATE TABLE instance_system_metadata (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  instance_uuid TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT,
  UNIQUE (instance_uuid, key)
);

CREATE TABLE instance_faults (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT NOT NULL,
  instance_uuid TEXT NOT NULL,
  code INTEGER NOT NULL,
  message TEXT,
  details TEXT,
  host TEXT
);
CREATE INDEX instance_faults_instance_uuid_idx ON instance_faults (instance_uuid, id);

CREATE TABLE instance_actions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  action TEXT,
  instance_uuid TEXT NOT NULL,
  request_id TEXT,
  user_id TEXT,
  project_id TEXT,
  start_time TEXT,
  finish_time TEXT,
  message TEXT
);
CREATE INDEX instance_actions_instance_uuid_idx ON instance_actions (instance_uuid, request_id);

CREATE TABLE instance_actions_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  event TEXT,
  action_id INTEGER NOT NULL,
  start_time TEXT,
  finish_time TEXT,
  result TEXT,
  traceback TEXT,
  host TEXT,
  details TEXT
);
CREATE INDEX instance_actions_events_action_id_idx ON instance_actions_events (action_id);

CREATE TABLE block_device_mapping (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  uuid TEXT NOT NULL UNIQUE,
  instance_uuid TEXT,
  source_type TEXT,
  destination_type TEXT,
  guest_format TEXT,
  device_type TEXT,
  disk_bus TEXT,
  boot_index INTEGER,
  device_name TEXT,
  delete_on_termination INTEGER NOT NULL DEFAULT 0,
  snapshot_id TEXT,
  volume_id TEXT,
  volume_size INTEGER,
  volume_type TEXT,
  image_id TEXT,
  no_device INTEGER,
  connection_info TEXT,
  tag TEXT,
  attachment_id TEXT
);
CREATE INDEX block_device_mapping_instance_uuid_idx ON block_device_mapping (instance_uuid, deleted);
CREATE INDEX block_device_mapping_volume_id_idx ON block_device_mapping (volume_id, deleted);

CREATE TABLE migrations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  uuid TEXT NOT NULL UNIQUE,
  instance_uuid TEXT,
  source_compute TEXT,
  dest_compute TEXT,
  source_node TEXT,
  dest_node TEXT,
  dest_host TEXT,
  old_instance_type_id INTEGER,
  new_instance_type_id INTEGER,
  status TEXT,
  migration_type TEXT,
  hidden INTEGER NOT NULL DEFAULT 0,
  memory_total INTEGER,
  memory_processed INTEGER,
  memory_remaining INTEGER,
  disk_total INTEGER,
  disk_processed INTEGER,
  disk_remaining INTEGER,
  user_id TEXT,
  project_id TEXT,
  -- What the source's driver left for the destination's; JSON.
  disk_info TEXT
);
CREATE INDEX migrations_instance_uuid_idx ON migrations (instance_uuid, status);
CREATE INDEX migrations_updated_at_idx ON migrations (updated_at);

CREATE TABLE tags (
  resource_id TEXT NOT NULL,
  tag TEXT NOT NULL,
  PRIMARY KEY (resource_id, tag)
) WITHOUT ROWID;
CREATE INDEX tags_tag_idx ON tags (tag);

CREATE TABLE console_auth_tokens (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  console_type TEXT NOT NULL,
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  internal_access_path TEXT,
  instance_uuid TEXT NOT NULL,
  -- Seconds since 1970.
  expires INTEGER NOT NULL,
  access_url_base TEXT
);
CREATE INDEX console_auth_tokens_instance_uuid_idx ON console_auth_tokens (instance_uuid);

-- What was asked for, for every later scheduling of the same server (nova_api.request_specs).
CREATE TABLE request_specs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  instance_uuid TEXT NOT NULL UNIQUE,
  spec TEXT NOT NULL
);

CREATE TABLE compute_nodes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  uuid TEXT NOT NULL UNIQUE,
  service_id INTEGER,
  host TEXT NOT NULL,
  hypervisor_hostname TEXT NOT NULL,
  vcpus INTEGER NOT NULL,
  memory_mb INTEGER NOT NULL,
  local_gb INTEGER NOT NULL,
  vcpus_used INTEGER NOT NULL,
  memory_mb_used INTEGER NOT NULL,
  local_gb_used INTEGER NOT NULL,
  hypervisor_type TEXT NOT NULL,
  hypervisor_version INTEGER NOT NULL,
  free_ram_mb INTEGER,
  free_disk_gb INTEGER,
  current_workload INTEGER,
  running_vms INTEGER,
  cpu_info TEXT NOT NULL,
  disk_available_least INTEGER,
  host_ip TEXT,
  supported_instances TEXT,
  metrics TEXT,
  stats TEXT NOT NULL DEFAULT '{}',
  numa_topology TEXT,
  ram_allocation_ratio REAL,
  cpu_allocation_ratio REAL,
  disk_allocation_ratio REAL,
  mapped INTEGER NOT NULL DEFAULT 0,
  UNIQUE (host, hypervisor_hostname, deleted)
);
