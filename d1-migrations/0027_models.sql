-- Reverse ETL: queries over somebody's warehouse whose rows become events (docs/reverse-etl.md).
CREATE TABLE models (
  workspace TEXT NOT NULL,
  id TEXT NOT NULL,                         -- mdl_…
  name TEXT NOT NULL,
  type TEXT NOT NULL,                       -- postgres | clickhouse | lake
  enabled INTEGER NOT NULL,
  document TEXT NOT NULL,                   -- JSON: shared/model/model.ts
  settings TEXT NOT NULL,                   -- JSON: of the connection, what is no secret
  sealed TEXT,                              -- JSON of the secret settings, encrypted
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX models_by_name ON models (workspace, name);
