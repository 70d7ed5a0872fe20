-- How the columns of foreign files become events, by name. Imports themselves are jobs (0003_jobs.sql).

CREATE TABLE mappings (
  workspace TEXT NOT NULL,
  name TEXT NOT NULL,
  mapping TEXT NOT NULL,                    -- JSON: format, columns, constants, timezone (shared/import/mapping.ts)
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, name)
) WITHOUT ROWID;
