import type { Event } from '../event/event.ts'
import type { ViolationKind } from '../event/outcome.ts'
import { DAY, HOUR } from '../kernel/instant.ts'
import type { JsonValue } from '../kernel/json.ts'
import type { Finding } from './judge-event.ts'
import { type Sample, shapeAt } from './sample.ts'

/**
 * How often events were as planned and how often not, by the hour of their arrival. A tally is what one queue message came
 * to; tallies add up in any order, so a batch is one row and readers sum (durable-objects/plan-object.ts).
 */
export interface PlanCell {
  /** Count by the hour (epoch milliseconds of its beginning, as text), and by the day where hours were folded. */
  readonly hours: { [hour: string]: number }
  readonly days: { [day: string]: number }
  firstAt: number
  lastAt: number
  /** The newest few. */
  samples: readonly Sample[]
}

/** By the text of a CellKey. */
export type PlanTally = { [key: string]: PlanCell }

/** `total` and `valid` count copies of a planned event; the others violations. */
export type CellKind = 'total' | 'valid' | ViolationKind
export type CellKey = readonly [plan: string, event: string, version: string, kind: CellKind, path: string]

const MOST_SAMPLES = 5
/** Violations of one event that are told apart by their path in one message; the rest goes under one path. */
const MOST_CELLS = 2_000
export const OTHER = '…'
const KEPT_HOURS_MS = 7 * DAY
const KEPT_DAYS_MS = 90 * DAY

export function keyOf(key: CellKey): string {
  return JSON.stringify(key)
}

export function keyParts(text: string): CellKey {
  return JSON.parse(text) as CellKey // written by keyOf
}

/** Counts what the plans said of one event. */
export function countFindings(into: PlanTally, findings: readonly Finding[], event: Event): void {
  for (const { plan, event: name, version, violations } of findings) {
    const add = (kind: CellKind, path: string, samples: readonly Sample[]) =>
      addCell(into, bounded(into, [plan.id, name, version, kind, path]), cellOf(event.receivedAt, samples))
    if (version !== '') add('total', '', [])
    if (version !== '' && violations.length === 0) add('valid', '', [])
    for (const { kind, path, place } of violations) {
      const { messageId, receivedAt: at, source } = event
      add(kind, kindOfPath(path), [{ messageId, at, source, ...shapeAt(event as unknown as JsonValue, place) }])
    }
  }
}

/** Elements of arrays are one path, whatever their index: `products.*.price`. */
function kindOfPath(path: string): string {
  return path.replace(/\.\d+(?=\.|$)/g, '.*')
}

/** Names come from whoever sends: a tally that is full counts new ones together. */
function bounded(into: PlanTally, key: CellKey): string {
  const text = keyOf(key)
  if (Object.hasOwn(into, text) || Object.keys(into).length < MOST_CELLS) return text
  return keyOf([key[0], key[3] === 'unplanned' ? OTHER : key[1], key[2], key[3], key[4] === '' ? '' : OTHER])
}

function cellOf(at: number, samples: readonly Sample[]): PlanCell {
  return { hours: { [String(at - (at % HOUR))]: 1 }, days: {}, firstAt: at, lastAt: at, samples }
}

/**
 * Adds another tally to this one.
 * @law counts of violations and their samples are the same in any order and any grouping
 */
export function addTally(into: PlanTally, other: PlanTally): PlanTally {
  for (const [key, cell] of Object.entries(other)) addCell(into, key, cell)
  return into
}

function addCell(into: PlanTally, key: string, cell: PlanCell): void {
  const known = Object.hasOwn(into, key) ? into[key] : undefined
  if (!known) {
    into[key] = { ...cell, hours: { ...cell.hours }, days: { ...cell.days } }
    return
  }
  addCounts(known.hours, cell.hours)
  addCounts(known.days, cell.days)
  known.firstAt = Math.min(known.firstAt, cell.firstAt)
  known.lastAt = Math.max(known.lastAt, cell.lastAt)
  known.samples = newestOf([...known.samples, ...cell.samples])
}

function addCounts(into: { [at: string]: number }, other: { readonly [at: string]: number }): void {
  for (const [at, count] of Object.entries(other)) into[at] = (into[at] ?? 0) + count
}

function newestOf(samples: readonly Sample[]): readonly Sample[] {
  const unique = [...new Map(samples.map((sample) => [JSON.stringify(sample), sample])).values()]
  const text = (sample: Sample) => JSON.stringify(sample)
  return unique.sort((a, b) => b.at - a.at || (text(a) < text(b) ? -1 : 1)).slice(0, MOST_SAMPLES)
}

/** With hours of more than a week ago counted by day, and nothing older than 90 days; undefined when nothing is left. */
export function foldedCell(cell: PlanCell, now: number): PlanCell | undefined {
  const hours: PlanCell['hours'] = {}
  const days: PlanCell['days'] = {}
  for (const [day, count] of Object.entries(cell.days)) if (Number(day) > now - KEPT_DAYS_MS) days[day] = count
  for (const [hour, count] of Object.entries(cell.hours)) {
    const at = Number(hour)
    const day = at - (at % DAY)
    if (at > now - KEPT_HOURS_MS) hours[hour] = count
    else if (day > now - KEPT_DAYS_MS) addCounts(days, { [String(day)]: count })
  }
  if (Object.keys(hours).length + Object.keys(days).length === 0) return undefined
  return { ...cell, hours, days }
}
