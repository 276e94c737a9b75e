-- Metadata definitions, by Glance's names (glance/db/sqlalchemy/models_metadef.py of Zed). The resource types are those
-- that `glance-manage db_load_metadefs` brings.
CREATE TABLE metadef_namespaces (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  namespace TEXT NOT NULL UNIQUE,
  display_name TEXT,
  description TEXT,
  visibility TEXT NOT NULL DEFAULT 'private',
  protected INTEGER NOT NULL DEFAULT 0,
  owner TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT
);
CREATE INDEX metadef_namespaces_owner ON metadef_namespaces (owner);

CREATE TABLE metadef_objects (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  namespace_id INTEGER NOT NULL REFERENCES metadef_namespaces (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  description TEXT,
  required TEXT,
  json_schema TEXT NOT NULL DEFAULT '{}',
  created_at TEXT NOT NULL,
  updated_at TEXT,
  UNIQUE (namespace_id, name)
);

CREATE TABLE metadef_properties (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  namespace_id INTEGER NOT NULL REFERENCES metadef_namespaces (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  json_schema TEXT NOT NULL DEFAULT '{}',
  created_at TEXT NOT NULL,
  updated_at TEXT,
  UNIQUE (namespace_id, name)
);

CREATE TABLE metadef_tags (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  namespace_id INTEGER NOT NULL REFERENCES metadef_namespaces (id) ON DELETE CASCADE,
  name TEXT NOT NULL COLLATE NOCASE,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  UNIQUE (namespace_id, name)
);

CREATE TABLE metadef_resource_types (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  protected INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL,
  updated_at TEXT
);

CREATE TABLE metadef_namespace_resource_types (
  resource_type_id INTEGER NOT NULL REFERENCES metadef_resource_types (id),
  namespace_id INTEGER NOT NULL REFERENCES metadef_namespaces (id) ON DELETE CASCADE,
  properties_target TEXT,
  prefix TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  PRIMARY KEY (resource_type_id, namespace_id)
);
CREATE INDEX metadef_namespace_resource_types_namespace ON metadef_namespace_resource_types (namespace_id);

INSERT INTO metadef_resource_types (name, protected, created_at, updated_at)
SELECT value, 1, strftime('%Y-%m-%d %H:%M:%S.000000', 'now'), strftime('%Y-%m-%d %H:%M:%S.000000', 'now')
FROM json_each('["OS::Cinder::Volume", "OS::Glance::Image", "OS::Nova::Aggregate", "OS::Nova::Flavor", "OS::Nova::Server", "OS::Trove::Instance"]');
