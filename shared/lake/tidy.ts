import { HOUR, parseInstant } from '../kernel/instant.ts'
import { SILVER_TABLES, type SilverTable } from './columns.ts'
import { closesAt } from './compaction.ts'
import type { DayManifest, LakeFile, Root } from './manifest.ts'

/** Which small files become one. Every minute of an hour may leave one behind; readers want few. */
export const TIDY_LIMITS = { rows: 10_000, bytes: 4_000_000 } as const

export interface Merging {
  readonly table: SilverTable
  readonly day: string
  readonly hour: string
  readonly files: readonly LakeFile[]
}

/** Days that may have files to merge: those of lately, and those with more files than so many rows need. */
export function untidyDays({ days }: Root, now: number): readonly string[] {
  return Object.keys(days)
    .filter((day) => {
      const sums = Object.values(days[day]?.tables ?? {})
      const isMany = sums.some(({ files, rows }) => files > 24 + rows / (TIDY_LIMITS.rows / 2))
      return isMany || (parseInstant(day) ?? 0) > now - 60 * HOUR
    })
    .sort()
}

/** The next files of a day to merge: of an hour that nobody writes to any more, as many as one step holds. */
export function nextMerging(day: DayManifest, now: number): Merging | undefined {
  for (const table of SILVER_TABLES) {
    for (const [hour, files] of Object.entries(day.tables[table] ?? {})) {
      const start = (parseInstant(day.day) ?? 0) + Number(hour) * HOUR
      if (closesAt(start) > now) continue
      const merged = fitting(files)
      if (merged.length > 1) return { table, day: day.day, hour, files: merged }
    }
  }
  return undefined
}

/** Smallest first, so that what is as large as it should be is left alone. */
function fitting(files: readonly LakeFile[]): readonly LakeFile[] {
  const fit: LakeFile[] = []
  let rows = 0
  let bytes = 0
  for (const file of files.toSorted((a, b) => a.rows - b.rows || (a.key < b.key ? -1 : 1))) {
    rows += file.rows
    bytes += file.bytes
    if (rows > TIDY_LIMITS.rows || bytes > TIDY_LIMITS.bytes) break
    fit.push(file)
  }
  return fit
}
