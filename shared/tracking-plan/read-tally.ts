import type { ViolationKind } from '../event/outcome.ts'
import { DAY, HOUR } from '../kernel/instant.ts'
import { keyParts, type PlanCell, type PlanTally } from './plan-tally.ts'
import type { Sample } from './sample.ts'

/** What is asked of a tally. Instants in epoch milliseconds; `to` is included. */
export interface TallyQuestion {
  readonly from: number
  readonly to: number
  readonly by: 'hour' | 'day'
  readonly event?: string | undefined
  readonly kind?: ViolationKind | undefined
}

export interface ViolationCounts {
  readonly event: string
  readonly version: string
  readonly kind: ViolationKind
  readonly path: string
  readonly count: number
  readonly firstAt: number
  readonly lastAt: number
  readonly periods: readonly { readonly at: number; readonly count: number }[]
  readonly samples: readonly Sample[]
}

export interface EventCounts {
  readonly event: string
  readonly version: string
  readonly total: number
  readonly valid: number
}

/** The most frequent violations first; of what was folded by day hours are no longer told apart. */
export function violationCounts(tally: PlanTally, question: TallyQuestion): readonly ViolationCounts[] {
  const found = Object.entries(tally).flatMap(([key, cell]) => {
    const [, event, version, kind, path] = keyParts(key)
    if (kind === 'total' || kind === 'valid' || !isMeant(question, event, kind)) return []
    const periods = periodsOf(cell, question)
    const count = periods.reduce((sum, period) => sum + period.count, 0)
    const { firstAt, lastAt, samples } = cell
    return count === 0 ? [] : [{ event, version, kind, path, count, firstAt, lastAt, periods, samples }]
  })
  return found.sort((a, b) => b.count - a.count || (nameOf(a) < nameOf(b) ? -1 : 1))
}

/** Planned events that came in that time, by name. */
export function eventCounts(tally: PlanTally, question: TallyQuestion): readonly EventCounts[] {
  const found = new Map<string, EventCounts>()
  for (const [key, cell] of Object.entries(tally)) {
    const [, event, version, kind] = keyParts(key)
    if ((kind !== 'total' && kind !== 'valid') || !isMeant(question, event)) continue
    const name = nameOf({ event, version })
    const before = found.get(name) ?? { event, version, total: 0, valid: 0 }
    const count = periodsOf(cell, question).reduce((sum, period) => sum + period.count, 0)
    found.set(name, { ...before, [kind]: count })
  }
  const came = [...found.values()].filter(({ total }) => total > 0)
  return came.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}

function isMeant(question: TallyQuestion, event: string, kind?: ViolationKind): boolean {
  if (question.event !== undefined && question.event !== event) return false
  return question.kind === undefined || kind === undefined || question.kind === kind
}

function nameOf({ event, version, ...rest }: { event: string; version: string; kind?: string; path?: string }): string {
  return JSON.stringify([event, version, rest.kind, rest.path])
}

function periodsOf({ hours, days }: PlanCell, { from, to, by }: TallyQuestion): ViolationCounts['periods'] {
  const size = by === 'hour' ? HOUR : DAY
  const counts = new Map<number, number>()
  const add = (text: string, length: number, count: number) => {
    const at = Number(text)
    if (at > to || at + length <= from) return
    const period = at - (at % size)
    counts.set(period, (counts.get(period) ?? 0) + count)
  }
  for (const [hour, count] of Object.entries(hours)) add(hour, HOUR, count)
  for (const [day, count] of Object.entries(days)) add(day, DAY, count)
  return [...counts].sort(([a], [b]) => a - b).map(([at, count]) => ({ at, count }))
}
