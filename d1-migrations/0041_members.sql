-- People of a workspace, what they may (shared/contract/roles.ts), and how they sign in; the audit log by whom and by what.
CREATE TABLE members (
  workspace TEXT NOT NULL REFERENCES workspaces (id),
  id TEXT NOT NULL,                         -- mbr_…, stands where the id of a token stands: in sessions, links, the audit log
  email TEXT NOT NULL,                      -- lower case
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('admin', 'operator', 'analyst')),
  subject TEXT,                             -- who they are at the provider, from their first sign-in on: addresses are given anew
  created_at INTEGER NOT NULL,
  signed_in_at INTEGER,                     -- the last time; NULL: invited
  PRIMARY KEY (workspace, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX members_by_email ON members (workspace, email);

-- Where members of a workspace sign in (OpenID Connect).
CREATE TABLE oidc_providers (
  workspace TEXT PRIMARY KEY REFERENCES workspaces (id),
  label TEXT NOT NULL,
  issuer TEXT NOT NULL,
  client_id TEXT NOT NULL,
  sealed TEXT,                              -- the client secret, encrypted; NULL: a public client
  domains TEXT NOT NULL,                    -- JSON: domain of an address -> role of who comes with it for the first time
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;

-- Sign-ins that came back from a provider: none comes back twice. Rows go when they could not be used any more.
CREATE TABLE oidc_returns (
  hash TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;

ALTER TABLE tokens ADD COLUMN role TEXT;    -- instead of scopes; `scopes` then holds what the role held when it was given
ALTER TABLE audit ADD COLUMN actor_name TEXT; -- as it was then: tokens and members go, the log stays
CREATE INDEX audit_by_actor ON audit (workspace, actor, at, id);
CREATE INDEX audit_by_act ON audit (workspace, act, at, id);
