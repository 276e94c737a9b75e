-- The orders clients ask for most, so that a page of a list is read and not sorted.
CREATE INDEX images_by_name ON images (deleted, name, created_at, id);
CREATE INDEX images_by_size ON images (deleted, size, created_at, id);
CREATE INDEX images_by_updated_at ON images (deleted, updated_at, created_at, id);
