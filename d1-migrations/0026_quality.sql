-- What is expected of data, what came of it by the hour, and what is held back (docs/quality.md). A row per workspace, hour
-- and table, never one per event.
CREATE TABLE quality_expectations (
  workspace TEXT NOT NULL,
  id TEXT NOT NULL,                         -- exp_…; or the id of a default, which it replaces
  document TEXT NOT NULL,                   -- JSON: shared/quality/expectation.ts
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, id)
) WITHOUT ROWID;

CREATE TABLE quality_rollups (
  workspace TEXT NOT NULL,
  hour INTEGER NOT NULL,                    -- start of the hour of arrival; of gold, in which it was looked at
  border TEXT NOT NULL,
  tbl TEXT NOT NULL,
  round INTEGER NOT NULL,                   -- the last round of compaction that is in it, so that none counts twice
  tallies TEXT NOT NULL,                    -- JSON: shared/quality/tally.ts
  results TEXT NOT NULL,                    -- JSON: shared/quality/result.ts
  info INTEGER NOT NULL,                    -- expectations that failed, by severity
  warn INTEGER NOT NULL,
  hard INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, hour, border, tbl)
) WITHOUT ROWID;

CREATE TABLE quality_holds (
  workspace TEXT NOT NULL,
  id TEXT NOT NULL,                         -- hold_<border>_<table>[_<hour>]: a partition is held once
  border TEXT NOT NULL,
  tbl TEXT NOT NULL,
  hour INTEGER NOT NULL,                    -- of silver: the partition; of gold 0
  state TEXT NOT NULL,                      -- held | releasing | released | passed
  objects TEXT NOT NULL,                    -- JSON: bronze objects whose rows wait, [stream, hour, name]
  rows INTEGER NOT NULL,                    -- about so many
  reasons TEXT NOT NULL,                    -- JSON: ids of expectations and what was measured
  round INTEGER NOT NULL,
  released_by TEXT,                         -- a token's id
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, id)
) WITHOUT ROWID;
CREATE INDEX quality_holds_by_state ON quality_holds (workspace, state, updated_at);

CREATE TABLE quality_scores (
  workspace TEXT NOT NULL,
  day TEXT NOT NULL,
  document TEXT NOT NULL,                   -- JSON: shared/quality/profile-scores.ts
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, day)
) WITHOUT ROWID;
