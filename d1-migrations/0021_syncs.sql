-- Warehouses that the lake is brought to (docs/warehouse.md), and how far each of them is.
CREATE TABLE syncs (
  workspace TEXT NOT NULL,
  id TEXT NOT NULL,
  type TEXT NOT NULL,                       -- shared/warehouse
  name TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  tables TEXT,                              -- JSON array; NULL: all
  schedule TEXT NOT NULL,                   -- 5m, hourly, daily
  settings TEXT NOT NULL,                   -- JSON: those that are no secret
  sealed TEXT,                              -- secret settings, encrypted (platform/sealing.ts)
  version INTEGER NOT NULL DEFAULT 1,
  epoch INTEGER NOT NULL DEFAULT 0,         -- part of every batch id: raised, everything is brought over once more
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  started_at INTEGER,                       -- of the last run
  ended_at INTEGER,                         -- of the last run that got to its end
  rows INTEGER NOT NULL DEFAULT 0,          -- brought over by the last run
  generation INTEGER,                       -- of the manifest that was brought over to the end, and when it was written
  generation_at INTEGER,
  error TEXT,                               -- the last one, also when the run got over it
  error_at INTEGER,
  verified TEXT,                            -- JSON: what the last comparison found
  PRIMARY KEY (workspace, id)
) WITHOUT ROWID;

-- A slice of a table (a day of arrival, or all of it) as the warehouse has it: a row per table, day and sync.
CREATE TABLE sync_slices (
  workspace TEXT NOT NULL,
  sync TEXT NOT NULL,
  tbl TEXT NOT NULL,
  slice TEXT NOT NULL,
  content TEXT NOT NULL,                    -- what it is made of; '' while it is being brought over
  files TEXT NOT NULL,                      -- JSON: keys of the files that are in
  rows INTEGER NOT NULL,                    -- in the lake
  generation INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (workspace, sync, tbl, slice)
) WITHOUT ROWID;
