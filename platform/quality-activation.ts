import { HOUR } from '../shared/kernel/instant.ts'
import type { GoldTable, SilverTable } from '../shared/lake/columns.ts'
import { expectedOf, hardFailures, resultsOf } from '../shared/quality/result.ts'
import { NO_TALLY, tallyKey } from '../shared/quality/tally.ts'
import { readRoot } from './lake-manifest.ts'
import { expectationsOf, type Rollup, rollupStatement } from './quality-store.ts'

/**
 * The last border: what leaves. Whoever is about to send tables of gold away (a sync, a model of the lake) asks first; the
 * answer is why it must not be done, in words, or undefined. Gold that breaks what is expected is not what readers see, but
 * who reads it would be told of yesterday: so it waits.
 */
export async function heldForActivation(
  env: Env,
  workspace: string,
  tables: readonly (GoldTable | SilverTable)[],
  now: number,
): Promise<string | undefined> {
  const { results } = await env.DB.prepare(
    "SELECT id, tbl FROM quality_holds WHERE workspace = ? AND border = 'gold' AND state = 'held' ORDER BY id",
  )
    .bind(workspace)
    .all<{ id: string; tbl: string }>()
  const hold = results.find(({ tbl }) => (tables as readonly string[]).includes(tbl))
  if (hold) return `${hold.tbl} breaks what is expected of it (${hold.id})`
  return staleGold(env, workspace, tables, now)
}

/** Expectations of this very border: that gold is not older than it may be. */
async function staleGold(env: Env, workspace: string, tables: readonly string[], now: number) {
  const wanted = expectedOf(await expectationsOf(env, workspace), 'activation').filter(({ table }) =>
    tables.includes(table),
  )
  if (wanted.length === 0) return undefined
  const { gold } = (await readRoot(env.LAKE, workspace)).value
  const newest = gold?.at ?? 0
  const hour = Math.floor(now / HOUR) * HOUR
  const statements: D1PreparedStatement[] = []
  let reason: string | undefined
  for (const [table, expectations] of Map.groupBy(wanted, (one) => one.table)) {
    const tallies = Object.fromEntries(expectations.map((one) => [tallyKey(one), { ...NO_TALLY, rows: 1, newest }]))
    const results = resultsOf(expectations, tallies, { now })
    const [failure] = hardFailures(results)
    if (failure) reason ??= `${table}: ${failure.expected} (${failure.expectation})`
    const rollup: Rollup = { hour, border: 'activation', table, round: gold?.round ?? 0, tallies: {}, results }
    statements.push(rollupStatement(env, workspace, rollup, now))
  }
  await env.DB.batch(statements)
  return reason
}
