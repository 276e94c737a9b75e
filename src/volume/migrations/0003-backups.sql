-- Backups of volumes in the object store (cinder/db/sqlalchemy/models.py of Zed: Backup, BackupMetadata).

CREATE TABLE backups (
  id TEXT PRIMARY KEY NOT NULL,
  user_id TEXT,
  project_id TEXT,
  volume_id TEXT NOT NULL,
  host TEXT,
  availability_zone TEXT,
  display_name TEXT,
  display_description TEXT,
  container TEXT,
  parent_id TEXT,
  status TEXT NOT NULL,
  fail_reason TEXT,
  service_metadata TEXT,
  service TEXT,
  size INTEGER NOT NULL DEFAULT 0,
  object_count INTEGER NOT NULL DEFAULT 0,
  temp_volume_id TEXT,
  temp_snapshot_id TEXT,
  num_dependent_backups INTEGER NOT NULL DEFAULT 0,
  snapshot_id TEXT,
  data_timestamp TEXT,
  restore_volume_id TEXT,
  encryption_key_id TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE backup_metadata (
  backup_id TEXT NOT NULL,
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,
  value TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX backups_list ON backups (deleted, project_id, created_at, id);
CREATE INDEX backups_all ON backups (deleted, created_at, id);
CREATE INDEX backups_usage ON backups (project_id, deleted, size);
CREATE INDEX backups_volume ON backups (volume_id, deleted);
CREATE INDEX backups_parent ON backups (parent_id) WHERE parent_id IS NOT NULL;
CREATE UNIQUE INDEX backup_metadata_key ON backup_metadata (backup_id, key) WHERE deleted = 0;
