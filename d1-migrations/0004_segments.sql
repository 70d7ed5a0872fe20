-- Segments get what their API shows; computed traits stand beside them. Earlier versions of both are kept, also of what
-- was deleted: a version never comes again, so nothing that was computed for an older definition is taken for a newer one.

ALTER TABLE segments ADD COLUMN kind TEXT NOT NULL DEFAULT 'condition'; -- 'condition', or 'file': its condition reads the mark of a list
ALTER TABLE segments ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
-- The version that everybody known has been looked at with; what comes with a workspace finds nobody there.
ALTER TABLE segments ADD COLUMN built_version INTEGER NOT NULL DEFAULT 1;
UPDATE segments SET updated_at = created_at, built_version = version;

CREATE TABLE computed_traits (
  workspace TEXT NOT NULL REFERENCES workspaces (id),
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  aggregate TEXT NOT NULL,                  -- JSON, contracts/segments.md "Computed traits"
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, key)
) WITHOUT ROWID;

CREATE TABLE definition_versions (
  workspace TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('segment', 'computed_trait')),
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  definition TEXT NOT NULL,                 -- JSON: the condition or the aggregate of that version
  actor TEXT NOT NULL,                      -- the token's id; empty for what came with the workspace
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, kind, key, version)
) WITHOUT ROWID;
INSERT INTO definition_versions (workspace, kind, key, version, name, definition, actor, created_at)
  SELECT workspace, 'segment', key, version, name, condition, '', created_at FROM segments;
