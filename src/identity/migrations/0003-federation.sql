-- What an administrator has written down of other identity services. Names are Keystone's.
CREATE TABLE identity_provider (
  id TEXT PRIMARY KEY,
  domain_id TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  description TEXT,
  authorization_ttl INTEGER
);

CREATE TABLE idp_remote_ids (
  remote_id TEXT PRIMARY KEY,
  idp_id TEXT NOT NULL REFERENCES identity_provider (id) ON DELETE CASCADE
);
CREATE INDEX idp_remote_ids_idp ON idp_remote_ids (idp_id);

CREATE TABLE federation_protocol (
  id TEXT NOT NULL,
  idp_id TEXT NOT NULL REFERENCES identity_provider (id) ON DELETE CASCADE,
  mapping_id TEXT NOT NULL,
  remote_id_attribute TEXT,
  PRIMARY KEY (id, idp_id)
);
CREATE INDEX federation_protocol_idp ON federation_protocol (idp_id);

CREATE TABLE mapping (
  id TEXT PRIMARY KEY,
  rules TEXT NOT NULL
);

CREATE TABLE service_provider (
  id TEXT PRIMARY KEY,
  auth_url TEXT NOT NULL,
  sp_url TEXT NOT NULL,
  description TEXT,
  enabled INTEGER NOT NULL,
  relay_state_prefix TEXT NOT NULL
);
