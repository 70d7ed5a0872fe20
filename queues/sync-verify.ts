import { z } from 'zod'
import { settingsOf } from '../platform/destination-settings.ts'
import { defineJob, type JobStep } from '../platform/jobs.ts'
import { readRoot } from '../platform/lake-manifest.ts'
import { outboundRules } from '../platform/outbound-address.ts'
import { readSync, sliceContents, syncConfigOf, tablesOf } from '../platform/sync-row.ts'
import { syncOfJob, VERIFY_KIND } from '../platform/sync-runs.ts'
import { openWarehouse } from '../platform/warehouse-open.ts'
import { compareCounts, type TableComparison } from '../shared/warehouse/compare-counts.ts'
import { wantedTables } from '../shared/warehouse/wanted-tables.ts'
import { WarehouseRefusal } from '../shared/warehouse/warehouse.ts'
import { markOf, rowsInLake } from './sync-files.ts'

/** Counts the rows of the warehouse, per table and day, and compares them with the manifest: a table a step. */
const Cursor = z.object({ next: z.int(), tables: z.array(z.json()) })
type Cursor = z.infer<typeof Cursor>

const PENDING_MS = 1_500

export function verifyJob(open: typeof openWarehouse = openWarehouse) {
  return defineJob({
    kind: VERIFY_KIND,
    input: z.object({}),
    cursor: Cursor,
    async step(env, { id, workspace, cursor }, now): Promise<JobStep<Cursor>> {
      const before = cursor ?? { next: 0, tables: [] }
      const sync = await readSync(env, workspace, syncOfJob(id))
      if (!sync) return { cursor: before, done: before.next, failed: 'the sync was deleted' }
      const config = syncConfigOf(sync)
      const tables = wantedTables(tablesOf(config)).filter(({ name }) => name !== 'merges')
      const table = tables[before.next]
      if (!table) return { cursor: before, done: before.next, finished: true }
      const settings = settingsOf(env.IDENTITY_SECRET, config)
      try {
        const port = await open(config.type, settings, { rules: outboundRules(env), sync: config.id })
        try {
          const counted = await port.counts(table)
          if (counted === 'pending') return { cursor: before, done: before.next, waitMs: PENDING_MS }
          const { value: root } = await readRoot(env.LAKE, workspace)
          const known = await sliceContents(env, sync)
          const isBehind = (slice: string) => known.get(`${table.name}/${slice}`) !== markOf(root, table, slice)
          const found = compareCounts(table.name, rowsInLake(root, table), counted, isBehind)
          const after = [...before.tables, found as unknown as z.infer<typeof Cursor>['tables'][number]]
          const next = before.next + 1
          // Written by compareCounts, step by step.
          const result = verdictOf(after as unknown as TableComparison[], now)
          if (next === tables.length)
            await env.DB.prepare('UPDATE syncs SET verified = ? WHERE workspace = ? AND id = ?')
              .bind(JSON.stringify(result), workspace, sync.id)
              .run()
          const step = { cursor: { next, tables: after }, done: next, total: tables.length, result }
          return next === tables.length ? { ...step, finished: true } : step
        } finally {
          await port.close()
        }
      } catch (fault) {
        if (fault instanceof WarehouseRefusal) return { cursor: before, done: before.next, failed: fault.message }
        throw fault
      }
    },
  })
}

export const verifyWarehouse = verifyJob()

function verdictOf(tables: readonly TableComparison[], at: number) {
  return { at, ok: tables.every(({ differs }) => differs.length === 0), tables: tables.map((one) => ({ ...one })) }
}
