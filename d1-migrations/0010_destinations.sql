-- Where events go. Secret settings are encrypted (platform/sealing.ts); version rises with every change.

CREATE TABLE destinations (
  id TEXT PRIMARY KEY,                      -- dst_…
  workspace TEXT NOT NULL REFERENCES workspaces (id),
  type TEXT NOT NULL,                       -- of shared/destination/index.ts
  name TEXT NOT NULL,
  enabled INTEGER NOT NULL DEFAULT 1,
  rules TEXT NOT NULL,                      -- JSON: filter, mapping, consent, rate limit (shared/destination/destination-config.ts)
  settings TEXT NOT NULL,                   -- JSON: what is no secret
  sealed TEXT,                              -- JSON of the secret settings, encrypted
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX destinations_by_workspace ON destinations (workspace, created_at);
