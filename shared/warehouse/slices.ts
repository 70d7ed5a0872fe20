import { isoDay } from '../kernel/instant.ts'
import { type DayManifest, filesOf, type LakeFile, type Root } from '../lake/manifest.ts'
import { hasSlices, type WantedTable } from './wanted-tables.ts'

/** A part of a table that is brought over as one: a day of arrival, or all of a table without days. */
export interface Slice {
  readonly table: string
  readonly slice: string
}

/** The slices of a table that the lake has, oldest first. */
export function slicesOf(root: Root, table: WantedTable): readonly Slice[] {
  const named = (slice: string): Slice => ({ table: table.name, slice })
  if (table.kind === 'grows')
    return Object.keys(root.days)
      .filter((day) => root.days[day]?.tables.events)
      .sort()
      .map(named)
  if (!root.gold) return []
  if (!hasSlices(table)) return [named('')]
  const days = (root.gold.tables[table.name] ?? []).map(({ from }) => isoDay(from))
  return [...new Set(days)].sort().map(named)
}

/** The files of a slice of gold, as the manifest names them. */
export function goldFilesOf(root: Root, table: WantedTable, slice: string): readonly LakeFile[] {
  const files = root.gold?.tables[table.name] ?? []
  return hasSlices(table) ? files.filter(({ from }) => isoDay(from) === slice) : files
}

export function eventFilesOf(day: DayManifest): readonly LakeFile[] {
  return [...filesOf(day, 'events')].sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** What a slice consists of, whatever its files are called: what is built anew and is the same has the same. */
export function contentOf(files: readonly LakeFile[]): string {
  return files
    .map(({ sha256 }) => sha256)
    .sort()
    .join(',')
}
