import { HOUR } from '../shared/kernel/instant.ts'
import type { QualityTable } from '../shared/quality/expectation.ts'
import { expectedOf, hardFailures, resultsOf } from '../shared/quality/result.ts'
import { NO_TALLY, tallyKey } from '../shared/quality/tally.ts'
import { readRoot } from './lake-manifest.ts'
import { expectationsOf, type Rollup, rollupStatement } from './quality-store.ts'

/**
 * The last border: what leaves. Whoever is about to send tables of the lake away (a sync, a model of the lake) asks first;
 * the answer is which of them must not be sent, and why, in words. Gold that breaks what is expected is not what readers
 * see, but who reads it would be told of yesterday: so it waits.
 */
export async function heldTables(
  env: Env,
  workspace: string,
  tables: readonly string[],
  now: number,
): Promise<ReadonlyMap<string, string>> {
  const { results } = await env.DB.prepare(
    "SELECT id, tbl FROM quality_holds WHERE workspace = ? AND border = 'gold' AND state = 'held' ORDER BY id",
  )
    .bind(workspace)
    .all<{ id: string; tbl: QualityTable }>()
  const held = new Map<string, string>(await staleTables(env, workspace, tables, now))
  for (const { id, tbl } of results)
    if (tables.includes(tbl)) held.set(tbl, `${tbl} breaks what is expected of it (${id})`)
  return held
}

/** Why none of these tables may be sent; undefined: they may. */
export async function heldForActivation(
  env: Env,
  workspace: string,
  tables: readonly string[],
  now: number,
): Promise<string | undefined> {
  const [first] = (await heldTables(env, workspace, tables, now)).values()
  return first
}

/** Expectations of this very border: that gold is not older than it may be. */
async function staleTables(
  env: Env,
  workspace: string,
  tables: readonly string[],
  now: number,
): Promise<readonly (readonly [string, string])[]> {
  const wanted = expectedOf(await expectationsOf(env, workspace), 'activation').filter(({ table }) =>
    tables.includes(table),
  )
  if (wanted.length === 0) return []
  const { gold } = (await readRoot(env.LAKE, workspace)).value
  const newest = gold?.at ?? 0
  const hour = Math.floor(now / HOUR) * HOUR
  const statements: D1PreparedStatement[] = []
  const stale: [string, string][] = []
  for (const [table, expectations] of Map.groupBy(wanted, (one) => one.table)) {
    const tallies = Object.fromEntries(expectations.map((one) => [tallyKey(one), { ...NO_TALLY, rows: 1, newest }]))
    const results = resultsOf(expectations, tallies, { now })
    const [failure] = hardFailures(results)
    if (failure) stale.push([table, `${table}: ${failure.expected} (${failure.expectation})`])
    const rollup: Rollup = { hour, border: 'activation', table, round: gold?.round ?? 0, tallies: {}, results }
    statements.push(rollupStatement(env, workspace, rollup, now))
  }
  await env.DB.batch(statements)
  return stale
}
