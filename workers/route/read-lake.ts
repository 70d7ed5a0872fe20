import { ConfigStore } from '../../platform/config-store.ts'
import { lakeSnapshot, tailRows } from '../../platform/lake-reader.ts'
import { defaultSettings } from '../../shared/config/workspace-config.ts'
import { type LakeDocument, readLake } from '../../shared/contract/read-lake.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { ok } from '../../shared/kernel/result.ts'
import { SILVER_TABLES } from '../../shared/lake/columns.ts'
import { type Root, sumOfFiles, type TableSums } from '../../shared/lake/manifest.ts'
import { serve } from '../http/serve.ts'

/** Objects of the tail that are looked into: they hold everybody's lines, and some seconds are enough. */
const LOOKED_INTO = 200

export const readLakeRoute = serve(readLake, async (_, { env, workspace, now }) => {
  // The days' own manifests are not needed: the root has their sums.
  const snapshot = await lakeSnapshot(env.LAKE, workspace, { from: 'none' })
  const config = await new ConfigStore(env.DB).workspace(workspace)
  const settings = typeof config === 'string' ? defaultSettings : config.settings
  const looked = { ...snapshot, tail: snapshot.tail.slice(0, LOOKED_INTO) }
  const waiting = (await tailRows(env.LAKE, looked, settings)).get('events') ?? []
  const since = waiting.reduce((least, row) => Math.min(least, Number(row['received_at'])), Number.POSITIVE_INFINITY)
  const { root } = snapshot
  return ok({
    generation: root.generation,
    updatedAt: root.updatedAt > 0 ? toIso(root.updatedAt) : null,
    goldAt: root.gold ? toIso(root.gold.at) : null,
    waiting: {
      events: waiting.length,
      since: waiting.length > 0 ? toIso(since) : null,
      lagMs: waiting.length > 0 ? Math.max(0, now - since) : 0,
      exact: snapshot.tail.length <= LOOKED_INTO,
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
