import { DAY, HOUR, SECOND } from '../kernel/instant.ts'
import { LATENCY_BOUNDS_MS, type MeterReading } from './meter.ts'
import { OUTCOME_KINDS } from './trace.ts'

/**
 * How a workspace's events went lately: by slots of five seconds for half an hour, and by the hour for a day. It is made of
 * the rows of the Meter objects, each of which is of one moment, so that it costs no write of its own; rows that are folded
 * into one keep their slots.
 */
export type OutcomeKind = (typeof OUTCOME_KINDS)[number]

/** Copies decided in a slot, by outcome; and how long those that were applied took, by bucket of LATENCY_BOUNDS_MS. */
export interface Slot {
  readonly counts: { readonly [kind in OutcomeKind]?: number }
  readonly lag: readonly number[]
}
/** By the beginning of the slot, epoch milliseconds as text. */
export type Slots = { [from: string]: Slot }

export interface HourOfAll {
  readonly accepted: number
  readonly rejected: number
  readonly dropped: number
}

export interface Pulse {
  readonly slots: Slots
  /** By the beginning of the hour in which the copies arrived, epoch milliseconds as text. */
  readonly hours: { [from: string]: HourOfAll }
}

export const SLOT_MS = 5 * SECOND
export const KEPT_SLOTS = 360

export function emptyPulse(): Pulse {
  return { slots: {}, hours: {} }
}

/** Adds a row of a meter: of one moment `at` (epoch ms), or the sum of many, which says its slots itself. */
export function addRow(pulse: Pulse, at: number, reading: MeterReading, isSum: boolean): void {
  if (isSum) addSlots(pulse.slots, reading.slots ?? {})
  else addSlots(pulse.slots, slotOf(at, reading))
  for (const hours of Object.values(reading.sources ?? {})) addHours(pulse.hours, hours)
}

function slotOf(at: number, { counts, apply }: MeterReading): Slots {
  const decided: { [kind in OutcomeKind]?: number } = {}
  for (const [label, copies] of Object.entries(counts)) {
    const kind = OUTCOME_KINDS.find((one) => one === label.split(':', 1)[0])
    if (kind) decided[kind] = (decided[kind] ?? 0) + copies
  }
  if (Object.keys(decided).length === 0) return {}
  return { [at - (at % SLOT_MS)]: { counts: decided, lag: apply.buckets } }
}

/**
 * Adds another pulse to this one.
 * @law a pulse is the same however the rows of meters were grouped and folded
 */
export function addPulse(into: Pulse, other: Pulse): Pulse {
  addSlots(into.slots, other.slots)
  addHours(into.hours, other.hours)
  return into
}

function addSlots(into: Slots, other: Slots): void {
  for (const [from, slot] of Object.entries(other)) {
    const before = into[from]
    into[from] = before ? sumOf(before, slot) : slot
  }
}

function sumOf(a: Slot, b: Slot): Slot {
  const counts = { ...a.counts }
  for (const kind of OUTCOME_KINDS) if (b.counts[kind]) counts[kind] = (counts[kind] ?? 0) + b.counts[kind]
  return { counts, lag: a.lag.map((n, i) => n + (b.lag[i] ?? 0)) }
}

function addHours(into: Pulse['hours'], other: Pulse['hours']): void {
  for (const [from, { accepted, rejected, dropped }] of Object.entries(other)) {
    const before = into[from] ?? { accepted: 0, rejected: 0, dropped: 0 }
    into[from] = {
      accepted: before.accepted + accepted,
      rejected: before.rejected + rejected,
      dropped: before.dropped + dropped,
    }
  }
}

/** What of it is of the last half hour and day, and of slots that began at or after `from`. All in epoch milliseconds. */
export function recentPulse({ slots, hours }: Pulse, now: number, from = 0): Pulse {
  const oldest = Math.max(from, slotAt(now) - (KEPT_SLOTS - 1) * SLOT_MS)
  return { slots: since(slots, oldest), hours: since(hours, now - (now % HOUR) - (DAY - HOUR)) }
}

function since<T>(all: { readonly [from: string]: T }, oldest: number): { [from: string]: T } {
  return Object.fromEntries(Object.entries(all).filter(([from]) => Number(from) >= oldest))
}

/** The beginning of the slot that an instant is in. */
export function slotAt(at: number): number {
  return at - (at % SLOT_MS)
}

/** The bound that 95 of 100 events kept in some slots; null: of none, or it is above the last bound. */
export function mostWithinMs(slots: readonly Slot[]): { readonly events: number; readonly withinMs: number | null } {
  const buckets = Array.from({ length: LATENCY_BOUNDS_MS.length + 1 }, (_, i) =>
    slots.reduce((sum, { lag }) => sum + (lag[i] ?? 0), 0),
  )
  const events = buckets.reduce((sum, n) => sum + n, 0)
  if (events === 0) return { events, withinMs: null }
  let seen = 0
  const bucket = buckets.findIndex((n) => (seen += n) >= events * 0.95)
  return { events, withinMs: LATENCY_BOUNDS_MS[bucket] ?? null }
}
