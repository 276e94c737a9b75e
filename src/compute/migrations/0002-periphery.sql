-- nova.db: flavors, key pairs, quotas, services, aggregates and server groups, by Nova's names (nova/db/api/models.py and
-- nova/db/main/models.py of Zed). What Nova keeps in nova_api lies here too. Moments are text, UTC.

CREATE TABLE flavors (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT,
  updated_at TEXT,
  name TEXT NOT NULL UNIQUE,
  memory_mb INTEGER NOT NULL,
  vcpus INTEGER NOT NULL,
  root_gb INTEGER,
  ephemeral_gb INTEGER,
  flavorid TEXT NOT NULL UNIQUE,
  swap INTEGER NOT NULL,
  rxtx_factor REAL,
  vcpu_weight INTEGER,
  disabled INTEGER NOT NULL DEFAULT 0,
  is_public INTEGER NOT NULL DEFAULT 1,
  description TEXT
);

CREATE TABLE flavor_extra_specs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT,
  updated_at TEXT,
  flavor_id INTEGER NOT NULL REFERENCES flavors (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT,
  UNIQUE (flavor_id, key)
);

CREATE TABLE flavor_projects (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT,
  updated_at TEXT,
  flavor_id INTEGER NOT NULL REFERENCES flavors (id) ON DELETE CASCADE,
  project_id TEXT NOT NULL,
  UNIQUE (flavor_id, project_id)
);

-- Folsom's name for flavors.
CREATE VIEW instance_types AS
  SELECT created_at, updated_at, NULL AS deleted_at, 0 AS deleted, name, id, memory_mb, vcpus, swap, vcpu_weight,
         flavorid, rxtx_factor, root_gb, ephemeral_gb, disabled, is_public
    FROM flavors;

CREATE TABLE key_pairs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  name TEXT NOT NULL,
  user_id TEXT NOT NULL,
  fingerprint TEXT,
  public_key TEXT,
  type TEXT NOT NULL DEFAULT 'ssh',
  UNIQUE (user_id, name)
);

CREATE TABLE quotas (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  project_id TEXT NOT NULL,
  resource TEXT NOT NULL,
  -- -1: no limit.
  hard_limit INTEGER,
  UNIQUE (project_id, resource)
);

CREATE TABLE project_user_quotas (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  user_id TEXT NOT NULL,
  project_id TEXT NOT NULL,
  resource TEXT NOT NULL,
  hard_limit INTEGER,
  UNIQUE (user_id, project_id, resource)
);
CREATE INDEX project_user_quotas_project_id_idx ON project_user_quotas (project_id);

CREATE TABLE quota_classes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  class_name TEXT NOT NULL,
  resource TEXT NOT NULL,
  hard_limit INTEGER,
  UNIQUE (class_name, resource)
);

-- Kept by the triggers below, so that it is true whoever changes a server, and a check costs the same for ten servers
-- and for a hundred thousand. One row per project, user and resource.
CREATE TABLE quota_usages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  project_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  resource TEXT NOT NULL,
  in_use INTEGER NOT NULL,
  reserved INTEGER NOT NULL DEFAULT 0,
  until_refresh INTEGER,
  UNIQUE (project_id, user_id, resource)
);

-- Nova's count leaves out what is deleted, soft-deleted or hidden (nova/objects/instance.py, get_counts).
CREATE TRIGGER quota_usages_insert AFTER INSERT ON instances
WHEN NEW.deleted = 0 AND NEW.hidden = 0 AND NEW.vm_state IS NOT 'soft-delete'
BEGIN
  INSERT INTO quota_usages (project_id, user_id, resource, in_use, created_at)
  VALUES (coalesce(NEW.project_id, ''), coalesce(NEW.user_id, ''), 'instances', 1, datetime('now')),
         (coalesce(NEW.project_id, ''), coalesce(NEW.user_id, ''), 'cores', coalesce(NEW.vcpus, 0), datetime('now')),
         (coalesce(NEW.project_id, ''), coalesce(NEW.user_id, ''), 'ram', coalesce(NEW.memory_mb, 0), datetime('now'))
  ON CONFLICT (project_id, user_id, resource)
    DO UPDATE SET in_use = in_use + excluded.in_use, updated_at = excluded.created_at;
END;

CREATE TRIGGER quota_usages_update
AFTER UPDATE OF deleted, hidden, vm_state, vcpus, memory_mb, project_id, user_id ON instances
WHEN (OLD.deleted = 0 AND OLD.hidden = 0 AND OLD.vm_state IS NOT 'soft-delete')
       IS NOT (NEW.deleted = 0 AND NEW.hidden = 0 AND NEW.vm_state IS NOT 'soft-delete')
  OR OLD.vcpus IS NOT NEW.vcpus OR OLD.memory_mb IS NOT NEW.memory_mb
  OR OLD.project_id IS NOT NEW.project_id OR OLD.user_id IS NOT NEW.user_id
BEGIN
  UPDATE quota_usages
     SET in_use = in_use - CASE resource WHEN 'instances' THEN 1 WHEN 'cores' THEN coalesce(OLD.vcpus, 0)
                                         ELSE coalesce(OLD.memory_mb, 0) END,
         updated_at = datetime('now')
   WHERE project_id = coalesce(OLD.project_id, '') AND user_id = coalesce(OLD.user_id, '')
     AND resource IN ('instances', 'cores', 'ram')
     AND OLD.deleted = 0 AND OLD.hidden = 0 AND OLD.vm_state IS NOT 'soft-delete';
  INSERT INTO quota_usages (project_id, user_id, resource, in_use, created_at)
  SELECT coalesce(NEW.project_id, ''), coalesce(NEW.user_id, ''), r.column1,
         CASE r.column1 WHEN 'instances' THEN 1 WHEN 'cores' THEN coalesce(NEW.vcpus, 0)
                        ELSE coalesce(NEW.memory_mb, 0) END, datetime('now')
    FROM (VALUES ('instances'), ('cores'), ('ram')) AS r
   WHERE NEW.deleted = 0 AND NEW.hidden = 0 AND NEW.vm_state IS NOT 'soft-delete'
  ON CONFLICT (project_id, user_id, resource)
    DO UPDATE SET in_use = in_use + excluded.in_use, updated_at = excluded.created_at;
END;

CREATE TRIGGER quota_usages_delete AFTER DELETE ON instances
WHEN OLD.deleted = 0 AND OLD.hidden = 0 AND OLD.vm_state IS NOT 'soft-delete'
BEGIN
  UPDATE quota_usages
     SET in_use = in_use - CASE resource WHEN 'instances' THEN 1 WHEN 'cores' THEN coalesce(OLD.vcpus, 0)
                                         ELSE coalesce(OLD.memory_mb, 0) END,
         updated_at = datetime('now')
   WHERE project_id = coalesce(OLD.project_id, '') AND user_id = coalesce(OLD.user_id, '')
     AND resource IN ('instances', 'cores', 'ram');
END;

CREATE TABLE services (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  uuid TEXT NOT NULL UNIQUE,
  host TEXT,
  binary TEXT,
  topic TEXT,
  report_count INTEGER NOT NULL DEFAULT 0,
  disabled INTEGER NOT NULL DEFAULT 0,
  disabled_reason TEXT,
  last_seen_up TEXT,
  forced_down INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 0,
  UNIQUE (host, binary, deleted)
);

CREATE TABLE aggregates (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  uuid TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE
);

CREATE TABLE aggregate_hosts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT,
  updated_at TEXT,
  host TEXT NOT NULL,
  aggregate_id INTEGER NOT NULL REFERENCES aggregates (id) ON DELETE CASCADE,
  UNIQUE (host, aggregate_id)
);
CREATE INDEX aggregate_hosts_aggregate_id_idx ON aggregate_hosts (aggregate_id);

CREATE TABLE aggregate_metadata (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT,
  updated_at TEXT,
  aggregate_id INTEGER NOT NULL REFERENCES aggregates (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  UNIQUE (aggregate_id, key)
);

CREATE TABLE instance_groups (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT,
  updated_at TEXT,
  user_id TEXT,
  project_id TEXT,
  uuid TEXT NOT NULL UNIQUE,
  name TEXT
);
CREATE INDEX instance_groups_project_id_idx ON instance_groups (project_id);

CREATE TABLE instance_group_policy (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT,
  updated_at TEXT,
  policy TEXT,
  -- JSON: {"max_server_per_host": 3}
  rules TEXT,
  group_id INTEGER NOT NULL UNIQUE REFERENCES instance_groups (id) ON DELETE CASCADE
);

CREATE TABLE instance_group_member (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT,
  updated_at TEXT,
  instance_uuid TEXT NOT NULL UNIQUE,
  group_id INTEGER NOT NULL REFERENCES instance_groups (id) ON DELETE CASCADE
);
CREATE INDEX instance_group_member_group_id_idx ON instance_group_member (group_id);

-- Numbers behind EC2's names of images: `ami-00000001`.
CREATE TABLE s3_images (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT,
  uuid TEXT NOT NULL UNIQUE
);
