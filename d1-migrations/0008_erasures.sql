-- The receipt of an erasure: which store forgot, and when. `scope` holds what is still needed to find the rest (hashes and
-- canonical IDs, no value in the clear), and is emptied when the receipt is closed.
CREATE TABLE erasures (
  workspace TEXT NOT NULL,
  id TEXT NOT NULL,
  profile TEXT NOT NULL,
  mode TEXT NOT NULL,                       -- erase | suppress
  state TEXT NOT NULL,                      -- open | closed | lifted
  scope TEXT NOT NULL,                      -- JSON: leaves, identifier keys
  stores TEXT NOT NULL,                     -- JSON: store -> { at, removed }
  requested_at INTEGER NOT NULL,
  closed_at INTEGER,
  PRIMARY KEY (workspace, id)
) WITHOUT ROWID;
