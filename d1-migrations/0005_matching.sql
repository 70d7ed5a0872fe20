-- Matching by likeness (docs/matching.md): pairs that are probably one person, and the weights they were judged by.
-- No value of a person stands here: who reads a pair is shown the values from the two profiles.

CREATE TABLE matches (
  workspace TEXT NOT NULL,
  id TEXT NOT NULL,                         -- mat_ + ULID
  a TEXT NOT NULL,                          -- canonical IDs, the older first
  b TEXT NOT NULL,
  probability REAL NOT NULL,
  weights TEXT NOT NULL,                    -- JSON: [{ field, level, weight }]
  model_version INTEGER NOT NULL,           -- 0: the model that is built in
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'rejected')),
  decided_by TEXT,                          -- a token's id, or 'rule'
  decided_at INTEGER,
  merge_id TEXT,                            -- of accepted: the merge in the graph
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX matches_by_pair ON matches (workspace, a, b);
CREATE INDEX matches_by_second ON matches (workspace, b);
CREATE INDEX matches_by_state ON matches (workspace, state, created_at, id);

CREATE TABLE match_models (
  workspace TEXT NOT NULL,
  version INTEGER NOT NULL,
  fields TEXT NOT NULL,                     -- JSON of the schema it was learned for; another schema needs another model
  model TEXT NOT NULL,                      -- JSON (shared/matching/kept-model.ts): no value that fewer than 20 records share
  records INTEGER NOT NULL,                 -- learned from
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, version)
) WITHOUT ROWID;
