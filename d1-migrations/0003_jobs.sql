-- Long work in resumable steps: what is asked, how far it is, who holds it (docs/jobs.md). One row per job, changed once per step.

CREATE TABLE jobs (
  workspace TEXT NOT NULL,
  id TEXT NOT NULL,                         -- job_ + ULID, so the order of ids is the order of creation
  kind TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  done INTEGER NOT NULL DEFAULT 0,
  total INTEGER NOT NULL DEFAULT 0,         -- as far as it is known
  errors INTEGER NOT NULL DEFAULT 0,
  input TEXT NOT NULL,                      -- JSON, checked by the kind
  cursor TEXT,                              -- JSON: where the next step begins; null before the first
  result TEXT,                              -- JSON, what the kind wants to be read
  reason TEXT,                              -- why it failed, or why the last step did
  idempotency_key TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,                  -- not before this
  turn INTEGER NOT NULL DEFAULT 0,          -- raised by whoever takes the job; a holder of an older turn may write nothing
  lease_until INTEGER NOT NULL DEFAULT 0,   -- while later than now, somebody is at work
  attempts INTEGER NOT NULL DEFAULT 0,      -- of the present step
  PRIMARY KEY (workspace, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX jobs_by_idempotency_key ON jobs (workspace, kind, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX jobs_open ON jobs (due_at) WHERE state IN ('queued', 'running');
