-- Groups of volumes, their types and snapshots.

CREATE TABLE groups (
  id TEXT PRIMARY KEY NOT NULL,
  user_id TEXT,
  project_id TEXT,
  cluster_name TEXT,
  host TEXT,
  availability_zone TEXT,
  name TEXT,
  description TEXT,
  status TEXT NOT NULL,
  group_type_id TEXT NOT NULL,
  group_snapshot_id TEXT,
  source_group_id TEXT,
  replication_status TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE group_volume_type_mapping (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  volume_type_id TEXT NOT NULL,
  group_id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE group_snapshots (
  id TEXT PRIMARY KEY NOT NULL,
  group_id TEXT NOT NULL,
  user_id TEXT,
  project_id TEXT,
  name TEXT,
  description TEXT,
  status TEXT NOT NULL,
  group_type_id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE group_types (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  is_public INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE group_type_specs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,
  value TEXT,
  group_type_id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX groups_list ON groups (deleted, project_id, created_at, id);
CREATE INDEX group_volume_type_mapping_group ON group_volume_type_mapping (group_id, deleted);
CREATE INDEX group_snapshots_list ON group_snapshots (deleted, project_id, created_at, id);
CREATE INDEX group_snapshots_group ON group_snapshots (group_id, deleted);
CREATE UNIQUE INDEX group_types_name ON group_types (name) WHERE deleted = 0;
CREATE UNIQUE INDEX group_type_specs_key ON group_type_specs (group_type_id, key) WHERE deleted = 0;
