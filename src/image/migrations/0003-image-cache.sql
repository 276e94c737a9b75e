-- The image cache, as glance/image_cache/drivers/sqlite.py of Zed keeps it in a database of its own (cache.db). Moments are
-- seconds since the epoch. What waits to be cached has a row of its own, where Glance keeps an empty file.
CREATE TABLE cached_images (
  image_id TEXT PRIMARY KEY,
  last_accessed REAL NOT NULL DEFAULT 0.0,
  last_modified REAL NOT NULL DEFAULT 0.0,
  size INTEGER NOT NULL DEFAULT 0,
  hits INTEGER NOT NULL DEFAULT 0,
  checksum TEXT
) WITHOUT ROWID;
CREATE TABLE queued_images (
  image_id TEXT PRIMARY KEY,
  queued_at REAL NOT NULL
) WITHOUT ROWID;
