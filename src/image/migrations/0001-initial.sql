-- Tables and columns are Glance's (glance/db/sqlalchemy/models.py of Zed). Moments are UTC text as SQLAlchemy writes them
-- (2013-07-16 05:41:08.123000). `images.is_public` is Folsom's column, kept in step because the courses' queries read it.
-- A deleted row stays, with `deleted` = 1 and `deleted_at`.
CREATE TABLE images (
  id TEXT PRIMARY KEY,
  name TEXT,
  disk_format TEXT,
  container_format TEXT,
  size INTEGER,
  virtual_size INTEGER,
  status TEXT NOT NULL,
  visibility TEXT NOT NULL DEFAULT 'shared',
  checksum TEXT,
  os_hash_algo TEXT,
  os_hash_value TEXT,
  min_disk INTEGER NOT NULL DEFAULT 0,
  min_ram INTEGER NOT NULL DEFAULT 0,
  owner TEXT,
  protected INTEGER NOT NULL DEFAULT 0,
  os_hidden INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  is_public INTEGER GENERATED ALWAYS AS (visibility = 'public') VIRTUAL
);
CREATE INDEX images_created_at ON images (deleted, created_at, id);
CREATE INDEX images_owner ON images (owner, deleted);
CREATE INDEX images_visibility ON images (visibility, deleted);
CREATE INDEX images_name ON images (name);
CREATE INDEX images_checksum ON images (checksum);
CREATE INDEX images_os_hash_value ON images (os_hash_value);

CREATE TABLE image_properties (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  UNIQUE (image_id, name)
);
CREATE INDEX image_properties_name_value ON image_properties (name, value);

CREATE TABLE image_tags (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  value TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX image_tags_image ON image_tags (image_id, value);
CREATE INDEX image_tags_value ON image_tags (value);

CREATE TABLE image_locations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  value TEXT NOT NULL,
  meta_data TEXT NOT NULL DEFAULT '{}',
  status TEXT NOT NULL DEFAULT 'active',
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX image_locations_image ON image_locations (image_id);

CREATE TABLE image_members (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  member TEXT NOT NULL,
  can_share INTEGER NOT NULL DEFAULT 0,
  status TEXT NOT NULL DEFAULT 'pending',
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  UNIQUE (image_id, member)
);
CREATE INDEX image_members_member ON image_members (member, status);

CREATE TABLE tasks (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  status TEXT NOT NULL,
  owner TEXT NOT NULL,
  expires_at TEXT,
  image_id TEXT,
  request_id TEXT,
  user_id TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  deleted_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX tasks_image ON tasks (image_id);
CREATE INDEX tasks_created_at ON tasks (deleted, created_at, id);

CREATE TABLE task_info (
  task_id TEXT PRIMARY KEY REFERENCES tasks (id) ON DELETE CASCADE,
  input TEXT,
  result TEXT,
  message TEXT
) WITHOUT ROWID;

-- What this cloud has ever registered by itself (the guest, IMAGE_URLS), so that an image an administrator deleted is
-- not brought back. `source` names file and checksum, or the URL.
CREATE TABLE registered_images (
  source TEXT PRIMARY KEY,
  image_id TEXT NOT NULL
) WITHOUT ROWID;

CREATE VIEW migrate_version AS SELECT 'Glance Migrations' AS repository_id, count(*) AS version FROM stack_migrations;
CREATE VIEW alembic_version AS SELECT 'zed_expand01' AS version_num;
