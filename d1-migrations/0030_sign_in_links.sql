-- Links that sign a person in once (`npm start` prints one): only a hash of what stands in the link is kept, and the row
-- goes with the first use.
CREATE TABLE sign_in_links (
  hash TEXT PRIMARY KEY,
  workspace TEXT NOT NULL,
  token_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
