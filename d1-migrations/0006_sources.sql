-- What a source needs beyond its name: who posts to it, how its secrets are kept, which generations of its keys still hold.

ALTER TABLE sources ADD COLUMN provider TEXT;                                -- of a webhook: sendgrid, stripe, …
ALTER TABLE sources ADD COLUMN sealed TEXT;                                  -- JSON of its secret settings, encrypted (platform/sealing.ts)
ALTER TABLE sources ADD COLUMN write_key_from INTEGER NOT NULL DEFAULT 1;    -- the oldest generation that is accepted
ALTER TABLE sources ADD COLUMN write_key_now INTEGER NOT NULL DEFAULT 1;     -- the newest
ALTER TABLE sources ADD COLUMN secret_key_from INTEGER NOT NULL DEFAULT 1;
ALTER TABLE sources ADD COLUMN secret_key_now INTEGER NOT NULL DEFAULT 1;
ALTER TABLE sources ADD COLUMN version INTEGER NOT NULL DEFAULT 1;           -- raised by every change: two at once cannot undo one another
