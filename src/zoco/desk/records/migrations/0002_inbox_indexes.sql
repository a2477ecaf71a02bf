-- A message that has just arrived is in no index but its keys' and `inbox_new`: it has no store yet, and is
-- not to be forgotten.
DROP INDEX inbox_resource;
DROP INDEX inbox_seen;
CREATE INDEX inbox_resource ON inbox (store_id, resource, id) WHERE store_id IS NOT NULL;
CREATE INDEX inbox_done ON inbox (seen_at) WHERE state = 'done';
CREATE INDEX inbox_ignored ON inbox (seen_at) WHERE state = 'ignored';
