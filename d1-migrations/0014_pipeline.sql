-- What a workspace puts between an event's arrival and the profile (docs/pipeline.md). Read together, once, into the
-- isolate's cache; a document is checked by its schema in shared/ when it is written and when it is read.
CREATE TABLE transformations (
  workspace TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  position INTEGER NOT NULL,                -- lower runs first; ties by id
  enabled INTEGER NOT NULL,
  document TEXT NOT NULL,                   -- JSON: shared/transform
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, id)
) WITHOUT ROWID;

CREATE TABLE tracking_plans (
  workspace TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,                   -- JSON: shared/tracking-plan
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, id)
) WITHOUT ROWID;

CREATE TABLE plugins (
  workspace TEXT NOT NULL,
  id TEXT NOT NULL,
  type TEXT NOT NULL,                       -- name of its manifest: shared/plugin
  name TEXT NOT NULL,
  position INTEGER NOT NULL,                -- its priority within its stage: lower wins; ties by id
  enabled INTEGER NOT NULL,
  document TEXT NOT NULL,                   -- JSON: filter, settings that are no secret, code
  sealed TEXT,                              -- secret settings, encrypted (platform/sealing.ts)
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, id)
) WITHOUT ROWID;
