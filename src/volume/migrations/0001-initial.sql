-- cinder.db: the classic tables of block storage (cinder/db/sqlalchemy/models.py), with what Folsom's had besides.
-- A deleted row stays, marked, as in every database of OpenStack.

CREATE TABLE backend_stats (
  host TEXT PRIMARY KEY NOT NULL,
  capabilities TEXT NOT NULL,
  updated_at TEXT NOT NULL
);

CREATE TABLE default_volume_types (
  project_id TEXT PRIMARY KEY NOT NULL,
  volume_type_id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE encryption (
  encryption_id TEXT PRIMARY KEY NOT NULL,
  cipher TEXT,
  key_size INTEGER,
  provider TEXT,
  control_location TEXT,
  volume_type_id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE quality_of_service_specs (
  id TEXT PRIMARY KEY NOT NULL,
  specs_id TEXT,
  key TEXT NOT NULL,
  value TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE services (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL,
  cluster_name TEXT,
  host TEXT NOT NULL,
  binary TEXT NOT NULL,
  topic TEXT NOT NULL,
  report_count INTEGER NOT NULL DEFAULT 0,
  disabled INTEGER NOT NULL DEFAULT 0,
  availability_zone TEXT NOT NULL DEFAULT 'nova',
  disabled_reason TEXT,
  modified_at TEXT,
  replication_status TEXT NOT NULL DEFAULT 'disabled',
  active_backend_id TEXT,
  frozen INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE snapshot_metadata (
  snapshot_id TEXT NOT NULL,
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,
  value TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE snapshots (
  id TEXT PRIMARY KEY NOT NULL,
  user_id TEXT,
  project_id TEXT,
  volume_id TEXT NOT NULL,
  group_snapshot_id TEXT,
  status TEXT NOT NULL,
  progress TEXT,
  volume_size INTEGER NOT NULL DEFAULT 0,
  scheduled_at TEXT,
  display_name TEXT,
  display_description TEXT,
  encryption_key_id TEXT,
  volume_type_id TEXT NOT NULL,
  provider_location TEXT,
  provider_id TEXT,
  use_quota INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE volume_admin_metadata (
  volume_id TEXT NOT NULL,
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,
  value TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE volume_attachment (
  id TEXT PRIMARY KEY NOT NULL,
  volume_id TEXT NOT NULL,
  instance_uuid TEXT,
  attached_host TEXT,
  mountpoint TEXT,
  attach_time TEXT,
  detach_time TEXT,
  attach_status TEXT NOT NULL,
  attach_mode TEXT,
  connection_info TEXT,
  connector TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE volume_glance_metadata (
  volume_id TEXT,
  snapshot_id TEXT,
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,
  value TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE volume_metadata (
  volume_id TEXT NOT NULL,
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,
  value TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE volume_type_extra_specs (
  volume_type_id TEXT NOT NULL,
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,
  value TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE volume_type_projects (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  volume_type_id TEXT NOT NULL,
  project_id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE volume_types (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  qos_specs_id TEXT,
  is_public INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE volumes (
  id TEXT PRIMARY KEY NOT NULL,
  _name_id TEXT,
  user_id TEXT,
  project_id TEXT,
  snapshot_id TEXT,
  cluster_name TEXT,
  host TEXT,
  size INTEGER NOT NULL DEFAULT 0,
  availability_zone TEXT,
  status TEXT NOT NULL,
  attach_status TEXT NOT NULL DEFAULT 'detached',
  migration_status TEXT,
  previous_status TEXT,
  scheduled_at TEXT,
  launched_at TEXT,
  terminated_at TEXT,
  display_name TEXT,
  display_description TEXT,
  provider_location TEXT,
  provider_id TEXT,
  volume_type_id TEXT NOT NULL,
  source_volid TEXT,
  encryption_key_id TEXT,
  group_id TEXT,
  bootable INTEGER NOT NULL DEFAULT 0,
  multiattach INTEGER NOT NULL DEFAULT 0,
  replication_status TEXT,
  use_quota INTEGER NOT NULL DEFAULT 1,
  service_uuid TEXT,
  shared_targets INTEGER NOT NULL DEFAULT 0,
  instance_uuid TEXT,
  attached_host TEXT,
  mountpoint TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE messages (
  id TEXT PRIMARY KEY NOT NULL,
  project_id TEXT NOT NULL,
  message_level TEXT NOT NULL,
  request_id TEXT,
  resource_type TEXT,
  resource_uuid TEXT,
  event_id TEXT NOT NULL,
  detail_id TEXT,
  action_id TEXT,
  expires_at TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE quota_classes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  class_name TEXT NOT NULL,
  resource TEXT NOT NULL,
  hard_limit INTEGER,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE quota_usages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id TEXT NOT NULL,
  resource TEXT NOT NULL,
  in_use INTEGER NOT NULL DEFAULT 0,
  reserved INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE quotas (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id TEXT NOT NULL,
  resource TEXT NOT NULL,
  hard_limit INTEGER,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE reservations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL,
  project_id TEXT NOT NULL,
  resource TEXT NOT NULL,
  delta INTEGER NOT NULL,
  expire TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE transfers (
  id TEXT PRIMARY KEY NOT NULL,
  volume_id TEXT NOT NULL,
  display_name TEXT,
  salt TEXT NOT NULL,
  crypt_hash TEXT NOT NULL,
  expires_at TEXT,
  no_snapshots INTEGER NOT NULL DEFAULT 0,
  source_project_id TEXT,
  destination_project_id TEXT,
  accepted INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX volumes_list ON volumes (deleted, project_id, created_at, id);
CREATE INDEX volumes_all ON volumes (deleted, created_at, id);
CREATE INDEX volumes_usage ON volumes (project_id, deleted, use_quota, volume_type_id, migration_status, size);
CREATE INDEX volumes_host ON volumes (deleted, host, size);
CREATE INDEX volumes_group ON volumes (group_id) WHERE group_id IS NOT NULL;
CREATE INDEX volumes_source ON volumes (source_volid) WHERE source_volid IS NOT NULL;
CREATE INDEX volumes_data ON volumes (_name_id) WHERE _name_id IS NOT NULL;
CREATE INDEX volumes_type ON volumes (volume_type_id, deleted);
CREATE INDEX volumes_instance ON volumes (instance_uuid) WHERE instance_uuid IS NOT NULL;
CREATE INDEX volume_attachment_volume ON volume_attachment (volume_id, deleted);
CREATE INDEX volume_attachment_instance ON volume_attachment (instance_uuid, deleted);
CREATE INDEX volume_attachment_all ON volume_attachment (deleted, created_at, id);
CREATE INDEX snapshots_list ON snapshots (deleted, project_id, created_at, id);
CREATE INDEX snapshots_all ON snapshots (deleted, created_at, id);
CREATE INDEX snapshots_usage ON snapshots (project_id, deleted, use_quota, volume_type_id, volume_size);
CREATE INDEX snapshots_volume ON snapshots (volume_id, deleted);
CREATE INDEX snapshots_group ON snapshots (group_snapshot_id) WHERE group_snapshot_id IS NOT NULL;
CREATE UNIQUE INDEX volume_metadata_key ON volume_metadata (volume_id, key) WHERE deleted = 0;
CREATE UNIQUE INDEX volume_admin_metadata_key ON volume_admin_metadata (volume_id, key) WHERE deleted = 0;
CREATE UNIQUE INDEX snapshot_metadata_key ON snapshot_metadata (snapshot_id, key) WHERE deleted = 0;
CREATE UNIQUE INDEX volume_glance_metadata_key ON volume_glance_metadata (volume_id, key) WHERE deleted = 0;
CREATE UNIQUE INDEX snapshot_glance_metadata_key ON volume_glance_metadata (snapshot_id, key) WHERE deleted = 0;
CREATE UNIQUE INDEX volume_types_name ON volume_types (name) WHERE deleted = 0;
CREATE UNIQUE INDEX volume_type_extra_specs_key ON volume_type_extra_specs (volume_type_id, key) WHERE deleted = 0;
CREATE UNIQUE INDEX volume_type_projects_pair ON volume_type_projects (volume_type_id, project_id) WHERE deleted = 0;
CREATE UNIQUE INDEX encryption_type ON encryption (volume_type_id) WHERE deleted = 0;
CREATE INDEX quality_of_service_specs_set ON quality_of_service_specs (specs_id, deleted);
CREATE UNIQUE INDEX services_host ON services (binary, host) WHERE deleted = 0;
CREATE UNIQUE INDEX quotas_resource ON quotas (project_id, resource) WHERE deleted = 0;
CREATE UNIQUE INDEX quota_classes_resource ON quota_classes (class_name, resource) WHERE deleted = 0;
CREATE UNIQUE INDEX quota_usages_resource ON quota_usages (project_id, resource) WHERE deleted = 0;
CREATE INDEX reservations_project ON reservations (project_id, deleted);
CREATE INDEX reservations_uuid ON reservations (uuid);
CREATE INDEX transfers_volume ON transfers (volume_id, deleted);
CREATE INDEX messages_list ON messages (deleted, project_id, created_at, id);

-- The operations guide's way out after a power cut, `update volumes set attach_status = 'detached', mountpoint = NULL`,
-- ends the attachments too: they are rows of their own nowadays.
CREATE TRIGGER volumes_detached_by_hand AFTER UPDATE OF attach_status ON volumes
WHEN NEW.attach_status = 'detached' AND OLD.attach_status <> 'detached'
BEGIN
  UPDATE volume_attachment
  SET deleted = 1, attach_status = 'detached', deleted_at = strftime('%Y-%m-%d %H:%M:%f000', 'now'),
      detach_time = strftime('%Y-%m-%d %H:%M:%f000', 'now')
  WHERE volume_id = NEW.id AND deleted = 0 AND attach_status = 'attached';
  UPDATE volumes SET instance_uuid = NULL, attached_host = NULL, mountpoint = NULL WHERE id = NEW.id;
END;
