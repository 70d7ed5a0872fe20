import { callJob } from './jobs.ts'

/**
 * Begins work that comes back again and again as one row of D1, not as a row each time: a job that is over is queued
 * anew, from its beginning. Answers false while it is under way. Whoever held it before has an older turn.
 */
export async function reviveJob(
  env: Env,
  { workspace, id, kind }: { readonly workspace: string; readonly id: string; readonly kind: string },
  now: number,
): Promise<boolean> {
  const begun = await env.DB.prepare(
    `INSERT INTO jobs (workspace, id, kind, input, created_at, updated_at, due_at) VALUES (?1, ?2, ?3, '{}', ?4, ?4, ?4)
     ON CONFLICT (workspace, id) DO UPDATE SET state = 'queued', done = 0, total = 0, errors = 0, cursor = NULL,
       reason = NULL, attempts = 0, turn = turn + 1, lease_until = 0, created_at = ?4, due_at = ?4, updated_at = ?4
     WHERE state NOT IN ('queued', 'running') RETURNING turn`,
  )
    .bind(workspace, id, kind, now)
    .first<{ turn: number }>()
  if (!begun) return false
  await callJob(env, { v: 1, workspace, id, turn: begun.turn })
  return true
}
