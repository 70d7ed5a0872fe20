import { startJob } from './jobs.ts'
import { beginQualityCheck } from './quality-check.ts'

/** What is expected changed: what is held of the workspace is looked at again, and gold that waits is built anew. */
export async function recheckHolds(env: Env, workspace: string, now: number): Promise<void> {
  const borders = await heldBorders(env, workspace)
  if (borders.has('silver')) await beginQualityCheck(env, workspace, now)
  if (borders.has('gold')) await startJob(env, { workspace, kind: 'compact-lake', input: { gold: true } }, now)
}

/** Data may have changed: rows that wait are looked at again. Gold is built anew by itself. */
export async function recheckHeldRows(env: Env, workspace: string, now: number): Promise<void> {
  if ((await heldBorders(env, workspace)).has('silver')) await beginQualityCheck(env, workspace, now)
}

async function heldBorders(env: Env, workspace: string): Promise<ReadonlySet<string>> {
  const { results } = await env.DB.prepare(
    "SELECT DISTINCT border FROM quality_holds WHERE workspace = ? AND state IN ('held', 'releasing')",
  )
    .bind(workspace)
    .all<{ border: string }>()
  return new Set(results.map(({ border }) => border))
}
