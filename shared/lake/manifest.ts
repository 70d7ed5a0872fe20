import { z } from 'zod'
import { SILVER_TABLES, type SilverTable } from './columns.ts'

/**
 * What readers of a workspace's lake believe (docs/lake.md): a root that names a manifest per day and the files of gold.
 * The root alone is ever replaced, as a whole; two years of days are some 200 KB of it.
 */
export const LakeFile = z.object({
  key: z.string(),
  rows: z.int(),
  bytes: z.int(),
  sha256: z.string(),
  /** Least and greatest `receivedAt`, epoch milliseconds; of gold, 0. */
  from: z.int(),
  to: z.int(),
  /** Version of the table's columns. */
  schema: z.int(),
  /** Rows of copies that were delivered more than once: their like may come again. */
  repeats: z.int().default(0),
})
export type LakeFile = z.infer<typeof LakeFile>

/** By hour (`00` to `23`). */
const Hours = z.record(z.string(), z.array(LakeFile))
const tableMap = <T extends z.ZodType>(value: T) => z.partialRecord(z.enum(SILVER_TABLES), value)

export const DayManifest = z.object({ v: z.literal(1), day: z.string(), tables: tableMap(Hours) })
export type DayManifest = z.infer<typeof DayManifest>

export const TableSums = z.object({
  files: z.int(),
  rows: z.int(),
  bytes: z.int(),
  from: z.int(),
  to: z.int(),
})
export type TableSums = z.infer<typeof TableSums>

const DayEntry = z.object({ key: z.string(), tables: tableMap(TableSums) })

export const Gold = z.object({
  /** When it was built, epoch milliseconds, from silver up to which round. */
  at: z.int(),
  round: z.int(),
  generation: z.int(),
  tables: z.record(z.string(), z.array(LakeFile)),
  /** Of tables that are built by day of arrival: the manifest of the day out of which. */
  built: z.record(z.string(), z.string()).default({}),
  /** Days that an older version found too large: nothing of them is in these tables. */
  skipped: z.array(z.string()).optional(),
})
export type Gold = z.infer<typeof Gold>

export const Root = z.object({
  v: z.literal(1),
  workspace: z.string(),
  /** Rises with every change. */
  generation: z.int(),
  /** The last round of compaction that is in it. */
  round: z.int(),
  updatedAt: z.int(),
  days: z.record(z.string(), DayEntry),
  gold: Gold.nullable(),
  /** Gold that was begun at this generation or earlier may hold somebody who was erased since: it is not taken. */
  fence: z.int().default(0),
  /** A round that was handed out and given up: it is over here, and its objects were not taken. */
  abandoned: z.int().default(0),
})
export type Root = z.infer<typeof Root>

export function emptyRoot(workspace: string): Root {
  return { v: 1, workspace, generation: 0, round: 0, updatedAt: 0, days: {}, gold: null, fence: 0, abandoned: 0 }
}

export function emptyDay(day: string): DayManifest {
  return { v: 1, day, tables: {} }
}

/** Files that come into one partition, and keys of those that go. */
export interface PartitionChange {
  readonly table: SilverTable
  readonly day: string
  readonly hour: string
  readonly add: readonly LakeFile[]
  readonly remove: readonly string[]
}

/**
 * A day with its partitions changed. Undefined when a file that should go is not there: somebody else replaced it, and
 * what was made of it must not be added.
 */
export function withChanges(before: DayManifest, changes: readonly PartitionChange[]): DayManifest | undefined {
  const tables = copyOf(before.tables)
  for (const { table, day, hour, add, remove } of changes) {
    if (day !== before.day) throw new Error(`a change of ${day} is none of ${before.day}`)
    const hours = (tables[table] ??= {})
    const files = hours[hour] ?? []
    const going = new Set(remove)
    const kept = files.filter(({ key }) => !going.has(key))
    if (files.length - kept.length !== going.size) return undefined
    const coming = new Map(add.map((file) => [file.key, file]))
    const next = [...kept.filter(({ key }) => !coming.has(key)), ...coming.values()]
    if (next.length > 0) hours[hour] = next
    else delete hours[hour]
    if (Object.keys(hours).length === 0) delete tables[table]
  }
  return { ...before, tables }
}

function copyOf(tables: DayManifest['tables']): DayManifest['tables'] {
  return Object.fromEntries(Object.entries(tables).map(([name, hours]) => [name, { ...hours }]))
}

export function filesOf(day: DayManifest, table: SilverTable): readonly LakeFile[] {
  return Object.values(day.tables[table] ?? {}).flat()
}

export function filesOfHour(day: DayManifest, table: SilverTable, hour: string): readonly LakeFile[] {
  return day.tables[table]?.[hour] ?? []
}

export function sumsOf(day: DayManifest): Partial<Record<SilverTable, TableSums>> {
  const sums: Partial<Record<SilverTable, TableSums>> = {}
  for (const table of SILVER_TABLES) {
    const files = filesOf(day, table)
    if (files.length > 0) sums[table] = sumOfFiles(files)
  }
  return sums
}

export function sumOfFiles(files: readonly LakeFile[]): TableSums {
  return {
    files: files.length,
    rows: files.reduce((sum, file) => sum + file.rows, 0),
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    from: files.reduce((least, file) => Math.min(least, file.from), Number.MAX_SAFE_INTEGER),
    to: files.reduce((greatest, file) => Math.max(greatest, file.to), 0),
  }
}

/** The root with other manifests of these days; a day without files goes. */
export function withDays(
  root: Root,
  days: readonly { readonly manifest: DayManifest; readonly key: string }[],
  updatedAt: number,
): Root {
  const entries = { ...root.days }
  for (const { manifest, key } of days) {
    const tables = sumsOf(manifest)
    if (Object.keys(tables).length > 0) entries[manifest.day] = { key, tables }
    else delete entries[manifest.day]
  }
  return { ...root, generation: root.generation + 1, updatedAt, days: entries }
}
