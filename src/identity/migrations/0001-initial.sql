-- Table and column names are Keystone's (keystone/*/backends/sql.py), Folsom's to Zed's; `domain`, `tenant`, `token`
-- and `migrate_version` are views, kept because the courses read them.
CREATE TABLE project (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  domain_id TEXT NOT NULL,
  description TEXT,
  enabled INTEGER NOT NULL DEFAULT 1,
  parent_id TEXT,
  is_domain INTEGER NOT NULL DEFAULT 0,
  options TEXT NOT NULL DEFAULT '{}',
  extra TEXT NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX project_domain_name ON project (domain_id, name);
CREATE INDEX project_parent ON project (parent_id);

CREATE TABLE project_tag (
  project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  PRIMARY KEY (project_id, name)
);

CREATE TABLE user (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  domain_id TEXT NOT NULL,
  enabled INTEGER NOT NULL DEFAULT 1,
  default_project_id TEXT,
  password TEXT,
  password_created_at INTEGER,
  password_expires_at INTEGER,
  created_at INTEGER,
  last_active_at INTEGER,
  options TEXT NOT NULL DEFAULT '{}',
  extra TEXT NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX user_domain_name ON user (domain_id, name);

CREATE TABLE "group" (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  domain_id TEXT NOT NULL,
  description TEXT,
  extra TEXT NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX group_domain_name ON "group" (domain_id, name);

CREATE TABLE user_group_membership (
  user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  group_id TEXT NOT NULL REFERENCES "group" (id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, group_id)
);
CREATE INDEX membership_group ON user_group_membership (group_id);

CREATE TABLE role (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  domain_id TEXT,
  description TEXT,
  options TEXT NOT NULL DEFAULT '{}',
  extra TEXT NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX role_domain_name ON role (coalesce(domain_id, ''), name);

CREATE TABLE implied_role (
  prior_role_id TEXT NOT NULL REFERENCES role (id) ON DELETE CASCADE,
  implied_role_id TEXT NOT NULL REFERENCES role (id) ON DELETE CASCADE,
  PRIMARY KEY (prior_role_id, implied_role_id)
);

-- type: UserProject, GroupProject, UserDomain, GroupDomain, UserSystem, GroupSystem. target_id of a system
-- assignment is 'system'.
CREATE TABLE assignment (
  type TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  target_id TEXT NOT NULL,
  role_id TEXT NOT NULL REFERENCES role (id) ON DELETE CASCADE,
  inherited INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (type, actor_id, target_id, role_id, inherited)
);
CREATE INDEX assignment_actor ON assignment (actor_id);
CREATE INDEX assignment_target ON assignment (target_id);

CREATE TABLE region (
  id TEXT PRIMARY KEY,
  description TEXT NOT NULL DEFAULT '',
  parent_region_id TEXT REFERENCES region (id),
  extra TEXT NOT NULL DEFAULT '{}'
);

CREATE TABLE service (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  name TEXT,
  description TEXT,
  enabled INTEGER NOT NULL DEFAULT 1,
  extra TEXT NOT NULL DEFAULT '{}'
);

-- legacy_endpoint_id groups the three rows that v2.0 shows as one endpoint. window names the service of this cloud
-- whose address the url follows from start to start; null for endpoints that users made.
CREATE TABLE endpoint (
  id TEXT PRIMARY KEY,
  legacy_endpoint_id TEXT,
  interface TEXT NOT NULL,
  region_id TEXT REFERENCES region (id),
  service_id TEXT NOT NULL REFERENCES service (id) ON DELETE CASCADE,
  url TEXT NOT NULL,
  enabled INTEGER NOT NULL DEFAULT 1,
  window TEXT,
  extra TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX endpoint_service ON endpoint (service_id);

-- What this cloud has ever put into the catalog by itself, so that a service an administrator removed stays removed.
CREATE TABLE published_endpoint (
  name TEXT PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE policy (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  blob TEXT NOT NULL,
  extra TEXT NOT NULL DEFAULT '{}'
);

CREATE TABLE credential (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  project_id TEXT,
  blob TEXT NOT NULL,
  type TEXT NOT NULL,
  extra TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX credential_user ON credential (user_id);

CREATE TABLE trust (
  id TEXT PRIMARY KEY,
  trustor_user_id TEXT NOT NULL,
  trustee_user_id TEXT NOT NULL,
  project_id TEXT,
  impersonation INTEGER NOT NULL,
  deleted_at INTEGER,
  expires_at INTEGER,
  remaining_uses INTEGER,
  redelegated_trust_id TEXT,
  redelegation_count INTEGER NOT NULL DEFAULT 0,
  extra TEXT NOT NULL DEFAULT '{}'
);
CREATE TABLE trust_role (
  trust_id TEXT NOT NULL REFERENCES trust (id) ON DELETE CASCADE,
  role_id TEXT NOT NULL,
  PRIMARY KEY (trust_id, role_id)
);

-- A token is refused when every column that is set matches it and it was issued before `issued_before` (ms).
CREATE TABLE revocation_event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  audit_id TEXT,
  audit_chain_id TEXT,
  user_id TEXT,
  project_id TEXT,
  domain_id TEXT,
  role_id TEXT,
  trust_id TEXT,
  issued_before INTEGER NOT NULL,
  revoked_at INTEGER NOT NULL
);
CREATE INDEX revocation_event_at ON revocation_event (revoked_at);

CREATE VIEW domain AS SELECT id, name, enabled, extra, description FROM project WHERE is_domain = 1;
CREATE VIEW tenant AS SELECT id, name, extra, description, enabled FROM project WHERE is_domain = 0;
CREATE VIEW token AS SELECT audit_id AS id, NULL AS expires, NULL AS extra, 0 AS valid, user_id, trust_id
  FROM revocation_event WHERE audit_id IS NOT NULL;
CREATE VIEW migrate_version AS SELECT 'keystone' AS repository_id, count(*) AS version FROM stack_migrations;
