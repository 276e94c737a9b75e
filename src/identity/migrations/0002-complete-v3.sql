-- What the whole of v3 needs. Names are Keystone's; times are milliseconds.
ALTER TABLE user ADD COLUMN failed_auth_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE user ADD COLUMN failed_auth_at INTEGER;

-- Former and present passwords of a user, oldest first: for the rule against using one again.
CREATE TABLE password (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  password_hash TEXT,
  self_service INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
);
CREATE INDEX password_user ON password (user_id);

-- Microseconds are a fraction of its milliseconds.
ALTER TABLE trust DROP COLUMN expires_at;
ALTER TABLE trust ADD COLUMN expires_at REAL;

CREATE UNIQUE INDEX duplicate_trust_constraint
  ON trust (trustor_user_id, trustee_user_id, project_id, impersonation, expires_at);
CREATE INDEX trust_trustee ON trust (trustee_user_id);

ALTER TABLE revocation_event ADD COLUMN consumer_id TEXT;
ALTER TABLE revocation_event ADD COLUMN access_token_id TEXT;

CREATE TABLE application_credential (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  user_id TEXT NOT NULL,
  project_id TEXT,
  description TEXT,
  expires_at REAL,
  system TEXT,
  unrestricted INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX application_credential_user_name ON application_credential (user_id, name);

CREATE TABLE application_credential_role (
  application_credential_id TEXT NOT NULL REFERENCES application_credential (id) ON DELETE CASCADE,
  role_id TEXT NOT NULL,
  PRIMARY KEY (application_credential_id, role_id)
);

CREATE TABLE access_rule (
  id TEXT PRIMARY KEY,
  service TEXT,
  path TEXT,
  method TEXT,
  user_id TEXT NOT NULL
);
CREATE UNIQUE INDEX access_rule_of_user ON access_rule (user_id, service, path, method);

CREATE TABLE application_credential_access_rule (
  application_credential_id TEXT NOT NULL REFERENCES application_credential (id) ON DELETE CASCADE,
  access_rule_id TEXT NOT NULL REFERENCES access_rule (id),
  PRIMARY KEY (application_credential_id, access_rule_id)
);

CREATE TABLE registered_limit (
  id TEXT PRIMARY KEY,
  service_id TEXT NOT NULL,
  region_id TEXT,
  resource_name TEXT NOT NULL,
  default_limit INTEGER NOT NULL,
  description TEXT
);
CREATE UNIQUE INDEX registered_limit_key ON registered_limit (service_id, coalesce(region_id, ''), resource_name);

CREATE TABLE "limit" (
  id TEXT PRIMARY KEY,
  project_id TEXT,
  domain_id TEXT,
  registered_limit_id TEXT NOT NULL REFERENCES registered_limit (id),
  resource_limit INTEGER NOT NULL,
  description TEXT
);
CREATE INDEX limit_project ON "limit" (project_id);

CREATE TABLE endpoint_group (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  description TEXT,
  filters TEXT NOT NULL
);

CREATE TABLE project_endpoint (
  endpoint_id TEXT NOT NULL REFERENCES endpoint (id) ON DELETE CASCADE,
  project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
  PRIMARY KEY (endpoint_id, project_id)
);
CREATE INDEX project_endpoint_project ON project_endpoint (project_id);

CREATE TABLE project_endpoint_group (
  endpoint_group_id TEXT NOT NULL REFERENCES endpoint_group (id) ON DELETE CASCADE,
  project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
  PRIMARY KEY (endpoint_group_id, project_id)
);
CREATE INDEX project_endpoint_group_project ON project_endpoint_group (project_id);

-- A policy for one endpoint, for a service, or for a service in a region.
CREATE TABLE policy_association (
  id TEXT PRIMARY KEY,
  policy_id TEXT NOT NULL REFERENCES policy (id) ON DELETE CASCADE,
  endpoint_id TEXT REFERENCES endpoint (id) ON DELETE CASCADE,
  service_id TEXT REFERENCES service (id) ON DELETE CASCADE,
  region_id TEXT REFERENCES region (id) ON DELETE CASCADE
);

-- Options that hold for one domain; value is JSON.
CREATE TABLE whitelisted_config (
  domain_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
  "group" TEXT NOT NULL,
  "option" TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (domain_id, "group", "option")
);

CREATE TABLE consumer (
  id TEXT PRIMARY KEY,
  secret TEXT NOT NULL,
  description TEXT,
  extra TEXT NOT NULL DEFAULT '{}'
);

CREATE TABLE request_token (
  id TEXT PRIMARY KEY,
  request_secret TEXT NOT NULL,
  verifier TEXT,
  authorizing_user_id TEXT,
  requested_project_id TEXT NOT NULL,
  role_ids TEXT,
  consumer_id TEXT NOT NULL REFERENCES consumer (id) ON DELETE CASCADE,
  expires_at INTEGER
);

CREATE TABLE access_token (
  id TEXT PRIMARY KEY,
  access_secret TEXT NOT NULL,
  authorizing_user_id TEXT NOT NULL,
  project_id TEXT NOT NULL,
  role_ids TEXT NOT NULL,
  consumer_id TEXT NOT NULL REFERENCES consumer (id) ON DELETE CASCADE,
  expires_at INTEGER
);
CREATE INDEX access_token_user ON access_token (authorizing_user_id);
