-- Accounts, containers and objects. Timestamps are counts of 10 µs since the epoch. Counts are kept by the same
-- transaction that changes what they count.

CREATE TABLE account (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  put_timestamp INTEGER NOT NULL,
  container_count INTEGER NOT NULL DEFAULT 0,
  object_count INTEGER NOT NULL DEFAULT 0,
  bytes_used INTEGER NOT NULL DEFAULT 0,
  metadata TEXT NOT NULL DEFAULT '{}'
) STRICT;

CREATE TABLE container (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES account (id),
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  put_timestamp INTEGER NOT NULL,
  object_count INTEGER NOT NULL DEFAULT 0,
  bytes_used INTEGER NOT NULL DEFAULT 0,
  metadata TEXT NOT NULL DEFAULT '{}',
  UNIQUE (account_id, name)
) STRICT;

-- One row an object, with what a listing shows. `size` and `etag` may differ from those of the data: middleware can
-- put others into the listing.
CREATE TABLE object (
  container_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  size INTEGER NOT NULL,
  content_type TEXT NOT NULL,
  etag TEXT NOT NULL,
  data_id INTEGER NOT NULL,
  delete_at INTEGER,
  PRIMARY KEY (container_id, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX object_delete_at ON object (delete_at) WHERE delete_at IS NOT NULL;

-- The data of an object: in the row itself, or in a file that never changes.
CREATE TABLE object_data (
  id INTEGER PRIMARY KEY,
  -- When the data was put; `object.created_at` also moves with a POST.
  data_timestamp INTEGER NOT NULL,
  size INTEGER NOT NULL,
  etag TEXT NOT NULL,
  metadata TEXT NOT NULL,
  file TEXT,
  data BLOB
) STRICT;

-- Files that nothing needs: being uploaded, or of objects that are gone. Removed when the service starts.
CREATE TABLE stray_file (
  file TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- What has changed in containers that are kept equal to another (X-Container-Sync-To), until it has been passed on.
CREATE TABLE sync_change (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  container_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  timestamp INTEGER NOT NULL,
  deleted INTEGER NOT NULL
) STRICT;

CREATE INDEX sync_change_container ON sync_change (container_id, id);
