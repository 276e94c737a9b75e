-- Table and column names are Placement's (placement/db/sqlalchemy/models.py of Zed).
CREATE TABLE resource_classes (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  created_at TEXT,
  updated_at TEXT
);

CREATE TABLE traits (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  created_at TEXT,
  updated_at TEXT
);

-- root_provider_id is the provider's own id when it has no parent.
CREATE TABLE resource_providers (
  id INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL UNIQUE,
  name TEXT UNIQUE,
  generation INTEGER NOT NULL DEFAULT 0,
  root_provider_id INTEGER,
  parent_provider_id INTEGER REFERENCES resource_providers (id),
  created_at TEXT,
  updated_at TEXT
);
CREATE INDEX resource_providers_root_provider_id_idx ON resource_providers (root_provider_id);
CREATE INDEX resource_providers_parent_provider_id_idx ON resource_providers (parent_provider_id);

CREATE TABLE inventories (
  id INTEGER PRIMARY KEY,
  resource_provider_id INTEGER NOT NULL REFERENCES resource_providers (id),
  resource_class_id INTEGER NOT NULL REFERENCES resource_classes (id),
  total INTEGER NOT NULL,
  reserved INTEGER NOT NULL,
  min_unit INTEGER NOT NULL,
  max_unit INTEGER NOT NULL,
  step_size INTEGER NOT NULL,
  allocation_ratio REAL NOT NULL,
  created_at TEXT,
  updated_at TEXT,
  UNIQUE (resource_provider_id, resource_class_id)
);
CREATE INDEX inventories_resource_class_id_idx ON inventories (resource_class_id);

CREATE TABLE allocations (
  id INTEGER PRIMARY KEY,
  resource_provider_id INTEGER NOT NULL REFERENCES resource_providers (id),
  consumer_id TEXT NOT NULL,
  resource_class_id INTEGER NOT NULL REFERENCES resource_classes (id),
  used INTEGER NOT NULL,
  created_at TEXT,
  updated_at TEXT
);
CREATE INDEX allocations_resource_provider_class_used_idx
  ON allocations (resource_provider_id, resource_class_id, used);
CREATE INDEX allocations_resource_class_id_idx ON allocations (resource_class_id);
CREATE INDEX allocations_consumer_id_idx ON allocations (consumer_id);

CREATE TABLE placement_aggregates (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT UNIQUE,
  created_at TEXT,
  updated_at TEXT
);

CREATE TABLE resource_provider_aggregates (
  resource_provider_id INTEGER NOT NULL REFERENCES resource_providers (id),
  aggregate_id INTEGER NOT NULL REFERENCES placement_aggregates (id),
  created_at TEXT,
  updated_at TEXT,
  PRIMARY KEY (resource_provider_id, aggregate_id)
);
CREATE INDEX resource_provider_aggregates_aggregate_id_idx ON resource_provider_aggregates (aggregate_id);

CREATE TABLE resource_provider_traits (
  trait_id INTEGER NOT NULL REFERENCES traits (id),
  resource_provider_id INTEGER NOT NULL REFERENCES resource_providers (id),
  created_at TEXT,
  updated_at TEXT,
  PRIMARY KEY (trait_id, resource_provider_id)
);
CREATE INDEX resource_provider_traits_resource_provider_trait_idx
  ON resource_provider_traits (resource_provider_id, trait_id);

CREATE TABLE projects (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  external_id TEXT NOT NULL UNIQUE,
  created_at TEXT,
  updated_at TEXT
);

CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  external_id TEXT NOT NULL UNIQUE,
  created_at TEXT,
  updated_at TEXT
);

CREATE TABLE consumer_types (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  created_at TEXT,
  updated_at TEXT
);

CREATE TABLE consumers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL UNIQUE,
  project_id INTEGER NOT NULL REFERENCES projects (id),
  user_id INTEGER NOT NULL REFERENCES users (id),
  generation INTEGER NOT NULL DEFAULT 0,
  consumer_type_id INTEGER REFERENCES consumer_types (id),
  created_at TEXT,
  updated_at TEXT
);
CREATE INDEX consumers_project_id_uuid_idx ON consumers (project_id, uuid);
CREATE INDEX consumers_project_id_user_id_uuid_idx ON consumers (project_id, user_id, uuid);
CREATE INDEX consumers_consumer_type_id_idx ON consumers (consumer_type_id);
