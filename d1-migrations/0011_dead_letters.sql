-- When a letter was put on the list: a replay looks at what was there when it began, not at what fails again meanwhile.
ALTER TABLE dead_letters ADD COLUMN kept_at INTEGER NOT NULL DEFAULT 0;
