/**
 * By what name people know who made a version, in a query over rows with `workspace` and `actor`: null of what came with the
 * workspace, and of who is gone.
 */
export function actorName(rows: string): string {
  return `coalesce(
    (SELECT name FROM tokens AS t WHERE t.workspace = ${rows}.workspace AND t.id = ${rows}.actor),
    (SELECT name FROM members AS m WHERE m.workspace = ${rows}.workspace AND m.id = ${rows}.actor))`
}
