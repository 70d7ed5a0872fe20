import { ConfigStore } from '../../platform/config-store.ts'
import { lakeSnapshot } from '../../platform/lake-reader.ts'
import { waitingEvents } from '../../platform/lake-waiting.ts'
import { defaultSettings } from '../../shared/config/workspace-config.ts'
import { type LakeDocument, readLake } from '../../shared/contract/read-lake.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { ok } from '../../shared/kernel/result.ts'
import { SILVER_TABLES } from '../../shared/lake/columns.ts'
import { type Root, sumOfFiles, type TableSums } from '../../shared/lake/manifest.ts'
import { serve } from '../http/serve.ts'

export const readLakeRoute = serve(readLake, async (_, { env, workspace, now }) => {
  // The days' own manifests are not needed: the root has their sums.
  const snapshot = await lakeSnapshot(env.LAKE, workspace, { from: 'none' })
  const config = await new ConfigStore(env.DB).workspace(workspace)
  const settings = typeof config === 'string' ? defaultSettings : config.settings
  const waiting = await waitingEvents(env.LAKE, snapshot, settings)
  const { root } = snapshot
  return ok({
    generation: root.generation,
    updatedAt: root.updatedAt > 0 ? toIso(root.updatedAt) : null,
    goldAt: root.gold ? toIso(root.gold.at) : null,
    waiting: {
      events: waiting.events,
      since: waiting.events > 0 ? toIso(waiting.since) : null,
      lagMs: waiting.events > 0 ? Math.max(0, now - waiting.since) : 0,
      exact: waiting.exact,
    },
    tables: tablesOf(root),
    days: Object.keys(root.days)
      .sort()
      .map((day) => ({
        day,
        tables: Object.entries(root.days[day]?.tables ?? {}).map(([table, { files, rows, bytes }]) => ({
          table,
          files,
          rows,
          bytes,
        })),
      })),
    skippedDays: root.gold?.skipped ?? [],
  })
})

function tablesOf(root: Root): LakeDocument['tables'] {
  const silver = SILVER_TABLES.flatMap((table) => {
    const sums = Object.values(root.days).flatMap(({ tables }) => tables[table] ?? [])
    return sums.length > 0 ? [{ layer: 'silver' as const, table, ...shown(added(sums)) }] : []
  })
  const gold = Object.entries(root.gold?.tables ?? {}).map(([table, files]) => {
    const { from: _, to: __, ...sums } = sumOfFiles(files)
    return { layer: 'gold' as const, table, ...sums, from: null, to: null }
  })
  return [...silver, ...gold]
}

function added(sums: readonly TableSums[]): TableSums {
  return sums.reduce((a, b) => ({
    files: a.files + b.files,
    rows: a.rows + b.rows,
    bytes: a.bytes + b.bytes,
    from: Math.min(a.from, b.from),
    to: Math.max(a.to, b.to),
  }))
}

function shown({ from, to, ...sums }: TableSums) {
  return { ...sums, from: toIso(from), to: toIso(to) }
}
