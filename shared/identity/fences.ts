import type { CanonicalId } from '../kernel/id.ts'
import { dict } from '../kernel/json.ts'
import type { ProfileRow } from './graph.ts'

/**
 * Cannot-links. Keeping two sets of leaves apart takes one mark per leaf, `<n>+` on one side and `<n>-` on the other,
 * instead of a row per pair. Two profiles may not join while one holds a `+` whose `-` the other holds.
 *
 * @law two sides of a fence are never in one profile, whatever joins in between, unless a person joins them
 */
export function fence(row: ProfileRow, leaves: readonly CanonicalId[], number: number, side: '+' | '-'): void {
  const fences = (row.fences ??= dict())
  for (const leaf of leaves) {
    const marks = (fences[leaf] ??= [])
    const mark = `${number}${side}`
    if (!marks.includes(mark)) marks.push(mark)
  }
}

export function areApart(a: ProfileRow, b: ProfileRow): boolean {
  return fencesBetween(a, b).length > 0
}

/** A person says that two are one after all: the fences between them go. */
export function liftFences(a: ProfileRow, b: ProfileRow): void {
  const lifted = new Set(fencesBetween(a, b))
  for (const row of [a, b]) {
    for (const leaf in row.fences) {
      const marks = (row.fences[leaf] ?? []).filter((mark) => !lifted.has(numberOf(mark)))
      if (marks.length > 0) row.fences[leaf] = marks
      else delete row.fences[leaf]
    }
    forgetIfEmpty(row)
  }
}

/** The marks of leaves that move go with them. */
export function moveFences(from: ProfileRow, to: ProfileRow, leaves: readonly CanonicalId[]): void {
  for (const leaf of leaves) {
    const marks = from.fences?.[leaf]
    if (!marks) continue
    delete from.fences?.[leaf]
    to.fences ??= dict()
    to.fences[leaf] = marks
  }
  forgetIfEmpty(from)
}

function forgetIfEmpty(row: ProfileRow): void {
  if (row.fences && Object.keys(row.fences).length === 0) delete row.fences
}

function fencesBetween(a: ProfileRow, b: ProfileRow): readonly string[] {
  if (!a.fences || !b.fences) return []
  const theirs = new Set(Object.values(b.fences).flat())
  return Object.values(a.fences)
    .flat()
    .filter((mark) => theirs.has(opposite(mark)))
    .map(numberOf)
}

function numberOf(mark: string): string {
  return mark.slice(0, -1)
}

function opposite(mark: string): string {
  return numberOf(mark) + (mark.endsWith('+') ? '-' : '+')
}
