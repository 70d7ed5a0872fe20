-- Configuration: who may send, who may read, and what is looked for. Nothing here grows with the number of events,
-- except dead letters, which are rare and must be listable. Every table carries the workspace in its key.

CREATE TABLE workspaces (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  settings TEXT NOT NULL DEFAULT '{}',      -- JSON, shared/config/workspace-settings.ts
  config_version INTEGER NOT NULL DEFAULT 1, -- raised by every change below; consumers and profiles compare it
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE sources (
  id TEXT PRIMARY KEY,                      -- src_…, also the name inside the write key
  workspace TEXT NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('web', 'mobile', 'server', 'webhook')),
  enabled INTEGER NOT NULL DEFAULT 1,
  settings TEXT NOT NULL DEFAULT '{}',
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sources_by_workspace ON sources (workspace);

CREATE TABLE tokens (
  hash TEXT PRIMARY KEY,                    -- SHA-256 of the token, hex: the token itself is never stored
  id TEXT NOT NULL UNIQUE,
  workspace TEXT NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,                     -- JSON list of scopes; ["*"] is every scope
  expires_at INTEGER,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX tokens_by_workspace ON tokens (workspace);

CREATE TABLE segments (
  workspace TEXT NOT NULL REFERENCES workspaces (id),
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  condition TEXT NOT NULL,                  -- JSON, shared/segment/condition.ts
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, key)
) WITHOUT ROWID;

CREATE TABLE dead_letters (
  workspace TEXT NOT NULL,
  id TEXT NOT NULL,                         -- the copyId, or the queue's message id when the whole message failed
  message_id TEXT,
  stage TEXT NOT NULL,
  reason TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  at INTEGER NOT NULL,
  body TEXT NOT NULL,                       -- JSON of the copy as accepted, or the raw queue message
  PRIMARY KEY (workspace, id)
) WITHOUT ROWID;
CREATE INDEX dead_letters_by_time ON dead_letters (workspace, at);
