-- Every administrative act: who changed what, when. Written in the same batch as the change itself. Never updated.

CREATE TABLE audit (
  workspace TEXT NOT NULL,
  at INTEGER NOT NULL,
  id TEXT NOT NULL,
  actor TEXT NOT NULL,                      -- the token's id
  act TEXT NOT NULL,                        -- the operation's name, e.g. updateWorkspace
  detail TEXT NOT NULL,                     -- JSON of the request
  PRIMARY KEY (workspace, at, id)
) WITHOUT ROWID;
