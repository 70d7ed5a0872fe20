import { z } from 'zod'
import { DAY } from '../kernel/instant.ts'
import type { JsonValue } from '../kernel/json.ts'
import { isListMark } from '../segment/list-mark.ts'
import type { ProfileDocument } from '../segment/profile-document.ts'
import { validityOf } from './trait-validity.ts'

/**
 * How complete and how right a workspace's profiles are: counts over their documents, which add up whatever the order, and
 * what follows from them. No value of anybody is kept.
 */
const Counts = z.record(z.string(), z.int())
export const ScoreTally = z.object({
  profiles: z.int(),
  /** Profiles that have each trait (`traits.plan`) or type of identifier (`identifiers.email`). */
  present: Counts,
  /** Of fields whose form is known: values looked at, and those that are well formed. */
  checked: Counts,
  valid: Counts,
  /** Profiles by how long ago anything was heard of them. */
  staleness: z.object({ day: z.int(), week: z.int(), month: z.int(), quarter: z.int(), older: z.int() }),
  /** Traits that were written in one day by two sources with different values, and those that were looked at. */
  conflicting: z.int(),
  written: z.int(),
})
export type ScoreTally = z.infer<typeof ScoreTally>

export const NO_SCORES: ScoreTally = {
  profiles: 0,
  present: {},
  checked: {},
  valid: {},
  staleness: { day: 0, week: 0, month: 0, quarter: 0, older: 0 },
  conflicting: 0,
  written: 0,
}

/** Names that are counted; those of stranger traits beyond it are left out, the first by name kept. */
const MOST_FIELDS = 1_000

export function scoreProfiles(documents: readonly ProfileDocument[], now: number): ScoreTally {
  const tally = structuredCopy(NO_SCORES)
  for (const document of documents) {
    tally.profiles += 1
    tally.staleness[staleness(now - document.lastSeen)] += 1
    for (const [type, values] of Object.entries(document.identifiers)) {
      if (values.length === 0) continue
      add(tally.present, `identifiers.${type}`)
      for (const value of values) check(tally, type, `identifiers.${type}`, value)
    }
    for (const [name, { value }] of Object.entries(document.traits)) {
      if (isListMark(name)) continue
      add(tally.present, `traits.${name}`)
      check(tally, name, `traits.${name}`, value)
    }
  }
  return bounded(tally)
}

function check(tally: ScoreTally, name: string, field: string, value: JsonValue): void {
  const isValid = validityOf(name, value)
  if (isValid === undefined) return
  add(tally.checked, field)
  if (isValid) add(tally.valid, field)
}

function staleness(ageMs: number): keyof ScoreTally['staleness'] {
  if (ageMs < DAY) return 'day'
  if (ageMs < 7 * DAY) return 'week'
  if (ageMs < 30 * DAY) return 'month'
  return ageMs < 90 * DAY ? 'quarter' : 'older'
}

/**
 * @law counts of profiles do not depend on how they were grouped or in which order
 */
export function joinScores(a: ScoreTally, b: ScoreTally): ScoreTally {
  const { day, week, month, quarter, older } = b.staleness
  return bounded({
    profiles: a.profiles + b.profiles,
    present: sums(a.present, b.present),
    checked: sums(a.checked, b.checked),
    valid: sums(a.valid, b.valid),
    staleness: {
      day: a.staleness.day + day,
      week: a.staleness.week + week,
      month: a.staleness.month + month,
      quarter: a.staleness.quarter + quarter,
      older: a.staleness.older + older,
    },
    conflicting: a.conflicting + b.conflicting,
    written: a.written + b.written,
  })
}

/** What follows from the counts. Shares are from 0 to 1; null: there is nothing to take a share of. */
export const ProfileScores = z.object({
  profiles: z.int(),
  completeness: z.number().nullable(),
  fields: z.array(z.object({ field: z.string(), share: z.number() })),
  accuracy: z.number().nullable(),
  formats: z.array(z.object({ field: z.string(), checked: z.int(), share: z.number() })),
  staleness: ScoreTally.shape.staleness,
  conflicts: z.object({ traits: z.int(), of: z.int() }),
  suspectedDuplicates: z.int(),
})
export type ProfileScores = z.infer<typeof ProfileScores>

/** A field that fewer have is nothing that a profile lacks. */
const EXPECTED_SHARE = 0.05
const MOST_SHOWN = 200

/** `chosen`: the fields that a profile should have; those that one in twenty has, unless the workspace says. */
export function scoresOf(
  tally: ScoreTally,
  suspectedDuplicates: number,
  chosen: readonly string[] = [],
): ProfileScores {
  const { profiles, present, checked, valid, staleness, conflicting, written } = tally
  const share = (field: string) => (profiles === 0 ? 0 : (present[field] ?? 0) / profiles)
  const usual = Object.keys(present).filter((field) => share(field) >= EXPECTED_SHARE)
  const fields = (chosen.length > 0 ? [...chosen] : usual).sort().slice(0, MOST_SHOWN)
  const formats = Object.keys(checked).sort().slice(0, MOST_SHOWN)
  const total = Object.values(checked).reduce((sum, n) => sum + n, 0)
  const right = Object.values(valid).reduce((sum, n) => sum + n, 0)
  const of = fields.reduce((sum, field) => sum + share(field), 0)
  return {
    profiles,
    completeness: profiles === 0 || fields.length === 0 ? null : of / fields.length,
    fields: fields.map((field) => ({ field, share: share(field) })),
    accuracy: total === 0 ? null : right / total,
    formats: formats.map((field) => ({
      field,
      checked: checked[field] ?? 0,
      share: (valid[field] ?? 0) / (checked[field] ?? 1),
    })),
    staleness,
    conflicts: { traits: conflicting, of: written },
    suspectedDuplicates,
  }
}

function bounded(tally: ScoreTally): ScoreTally {
  const names = Object.keys(tally.present)
  if (names.length <= MOST_FIELDS) return tally
  const kept = new Set(names.sort().slice(0, MOST_FIELDS))
  const only = (counts: Record<string, number>) =>
    Object.fromEntries(Object.entries(counts).filter(([field]) => kept.has(field)))
  return { ...tally, present: only(tally.present), checked: only(tally.checked), valid: only(tally.valid) }
}

function sums(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const joined = Object.assign(Object.create(null) as Record<string, number>, a)
  for (const [name, n] of Object.entries(b)) joined[name] = (joined[name] ?? 0) + n
  return joined
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}

function structuredCopy(tally: ScoreTally): ScoreTally {
  const empty = () => Object.create(null) as Record<string, number>
  return { ...tally, present: empty(), checked: empty(), valid: empty(), staleness: { ...tally.staleness } }
}

/** A trait as one source wrote it: whose, which, and a hash of what. */
export interface Written {
  readonly person: string
  readonly trait: string
  readonly source: string
  readonly value: string
}

/** Traits of people that several sources wrote with different values. */
export function conflictsIn(written: readonly Written[]): { readonly conflicting: number; readonly written: number } {
  const known = new Map<string, Map<string, string>>()
  for (const { person, trait, source, value } of written) {
    const key = `${person}\u0000${trait}`
    const bySource = known.get(key) ?? new Map<string, string>()
    bySource.set(source, value)
    known.set(key, bySource)
  }
  const conflicting = [...known.values()].filter((bySource) => new Set(bySource.values()).size > 1).length
  return { conflicting, written: known.size }
}
