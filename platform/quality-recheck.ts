import { startJob } from './jobs.ts'
import { beginQualityCheck } from './quality-check.ts'

/** What is expected changed: what is held of the workspace is looked at again, and gold that waits is built anew. */
export async function recheckHolds(env: Env, workspace: string, now: number): Promise<void> {
  const { results } = await env.DB.prepare(
    "SELECT DISTINCT border FROM quality_holds WHERE workspace = ? AND state IN ('held', 'releasing')",
  )
    .bind(workspace)
    .all<{ border: string }>()
  const borders = new Set(results.map(({ border }) => border))
  if (borders.has('silver')) await beginQualityCheck(env, workspace, now)
  if (borders.has('gold')) await startJob(env, { workspace, kind: 'compact-lake', input: { gold: true } }, now)
}
