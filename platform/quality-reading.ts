import { DAY } from '../shared/kernel/instant.ts'

/** Of every table at every border what was found last, within a day; and how much is held. */
export async function qualityReading(
  env: Env,
  workspace: string,
  now: number,
): Promise<{ readonly failures: Readonly<Record<string, number>>; readonly holds: number }> {
  const [found, held] = await env.DB.batch<Record<string, number | null>>([
    // Of a group SQLite takes the other columns out of the row that has the greatest hour.
    env.DB.prepare(
      `SELECT sum(info) AS info, sum(warn) AS warn, sum(hard) AS hard FROM (
         SELECT max(hour), info, warn, hard FROM quality_rollups WHERE workspace = ? AND hour > ? GROUP BY border, tbl)`,
    ).bind(workspace, now - DAY),
    env.DB.prepare("SELECT count(*) AS holds FROM quality_holds WHERE workspace = ? AND state = 'held'").bind(
      workspace,
    ),
  ])
  const { info, warn, hard } = found?.results[0] ?? {}
  return { failures: { info: info ?? 0, warn: warn ?? 0, hard: hard ?? 0 }, holds: held?.results[0]?.['holds'] ?? 0 }
}
