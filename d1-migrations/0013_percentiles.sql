-- What `percentile` conditions compare with: per path of a numeric trait the 101 values of all profiles, by nearest rank.
-- Worked out by the audience shards once a day (queues/tend-audience.ts), and when a segment first reads a path.
CREATE TABLE percentiles (
  workspace TEXT NOT NULL,
  path TEXT NOT NULL,
  thresholds TEXT NOT NULL,                 -- JSON: 101 numbers, ascending; [] while nobody has a value
  computed_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, path)
) WITHOUT ROWID;
