import type { TracePage, TracePlace } from '../../durable-objects/trace-scan.ts'
import type { TraceLine } from '../../shared/pipeline/trace.ts'

/** Pages of several trace objects as one list, and its cursor: a place in each of them. */
const START: TracePlace = { row: 999_999_999_999_999, index: 0 }
/** Before the first row. */
const END: TracePlace = { row: 0, index: 0 }

/** The cursor of another number of objects is read as far as it goes. */
export function placesOf(cursor: string | undefined, objects: number): readonly TracePlace[] {
  const texts = cursor?.split('_') ?? []
  return Array.from({ length: objects }, (_, i) => {
    const [row, index] = (texts[i] ?? '').split('.')
    return row && index ? { row: Number(row), index: Number(index) } : START
  })
}

/** @returns the newest lines of all, and where each object's next page begins; null when none has more */
export function mergedPages(
  pages: readonly TracePage[],
  before: readonly TracePlace[],
  limit: number,
): { readonly lines: readonly TraceLine[]; readonly next: readonly TracePlace[] | null } {
  const taken = pages
    .flatMap(({ found }, i) => found.map((one) => ({ ...one, i })))
    .sort((a, b) => b.line.decidedAt - a.line.decidedAt)
    .slice(0, limit)
  const next = pages.map(({ found, end }, i) => {
    const mine = taken.filter((one) => one.i === i)
    if (mine.length === found.length) return end ?? END
    return mine.at(-1)?.place ?? before[i] ?? START
  })
  const hasMore = next.some(({ row }) => row > 0)
  return { lines: taken.map(({ line }) => line), next: hasMore ? next : null }
}

export function cursorOf(places: readonly TracePlace[] | null): string | null {
  return places === null ? null : places.map(({ row, index }) => `${row}.${index}`).join('_')
}
