-- What tracking plans were: one row per version, kept also of plans that were deleted.
CREATE TABLE tracking_plan_versions (
  workspace TEXT NOT NULL,
  plan TEXT NOT NULL,
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,                   -- JSON: shared/tracking-plan
  actor TEXT NOT NULL,                      -- the token's id
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, plan, version)
) WITHOUT ROWID;
