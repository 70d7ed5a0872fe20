import { z } from 'zod'
import { withDefaults } from '../shared/quality/default-expectations.ts'
import { type Border, Expectation, type QualityTable } from '../shared/quality/expectation.ts'
import { failuresBySeverity, QualityResult } from '../shared/quality/result.ts'
import { Tallies } from '../shared/quality/tally.ts'
import { log } from './log.ts'

/** What is expected in a workspace, and what came of it by the hour, in D1. */
export interface ExpectationRow {
  readonly id: string
  readonly document: string
  readonly created_at: number
  readonly updated_at: number
}

/** Those of the workspace and the defaults it did not replace. One that this code cannot read is left out and reported. */
export async function expectationsOf(env: Env, workspace: string): Promise<readonly Expectation[]> {
  const { results } = await env.DB.prepare(
    'SELECT id, document FROM quality_expectations WHERE workspace = ? ORDER BY id',
  )
    .bind(workspace)
    .all<Pick<ExpectationRow, 'id' | 'document'>>()
  const own = results.flatMap(({ id, document }) => {
    const read = Expectation.safeParse({ ...JSON.parse(document), id })
    if (!read.success) log.error('an expectation is not readable', { workspace_id: workspace, expectation: id })
    return read.success ? [read.data] : []
  })
  return withDefaults(own)
}

export interface RollupRow {
  readonly hour: number
  readonly border: Border
  readonly tbl: QualityTable
  readonly round: number
  readonly tallies: string
  readonly results: string
  readonly updated_at: number
}

export interface Rollup {
  readonly hour: number
  readonly border: Border
  readonly table: QualityTable
  /** The last round of compaction that is in it. */
  readonly round: number
  readonly tallies: z.infer<typeof Tallies>
  readonly results: readonly QualityResult[]
}

/** Of some hours, both ends included. */
export async function readRollups(
  env: Env,
  workspace: string,
  from: number,
  to: number,
): Promise<ReadonlyMap<string, Rollup>> {
  const { results } = await env.DB.prepare(
    `SELECT hour, border, tbl, round, tallies, results FROM quality_rollups WHERE workspace = ? AND hour BETWEEN ? AND ?`,
  )
    .bind(workspace, from, to)
    .all<RollupRow>()
  return new Map(results.map((row) => [rollupName(row.border, row.tbl, row.hour), rollupOf(row)]))
}

export function rollupName(border: Border, table: QualityTable, hour: number): string {
  return `${border}/${table}/${hour}`
}

function rollupOf({ hour, border, tbl, round, tallies, results }: RollupRow): Rollup {
  return {
    hour,
    border,
    table: tbl,
    round,
    tallies: Tallies.parse(JSON.parse(tallies)),
    results: z.array(QualityResult).parse(JSON.parse(results)),
  }
}

export function rollupStatement(env: Env, workspace: string, rollup: Rollup, now: number): D1PreparedStatement {
  const { hour, border, table, round, tallies, results } = rollup
  const { info, warn, hard } = failuresBySeverity(results)
  return env.DB.prepare(
    `INSERT INTO quality_rollups (workspace, hour, border, tbl, round, tallies, results, info, warn, hard, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (workspace, hour, border, tbl) DO UPDATE SET round = excluded.round, tallies = excluded.tallies,
       results = excluded.results, info = excluded.info, warn = excluded.warn, hard = excluded.hard,
       updated_at = excluded.updated_at
     WHERE excluded.round >= round`,
  ).bind(workspace, hour, border, table, round, JSON.stringify(tallies), JSON.stringify(results), info, warn, hard, now)
}
