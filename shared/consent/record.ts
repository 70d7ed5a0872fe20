import { dayNumber } from '../kernel/instant.ts'
import { asDict, type Dict, dict } from '../kernel/json.ts'
import { type ConsentWrite, compareConsents, laterConsent } from './consent.ts'

/**
 * What one leaf knows of one name: the write that stands, and its history. What somebody **said** (a form, a link, a
 * provider, the API) is kept write by write, the newest 50. What was merely **seen** on every event (the state of a
 * consent banner) is kept as the first and the last of each day and status, 60 days of it. Which is left out depends on
 * the set of writes alone, so the order of arrival changes nothing.
 *
 * @law adding is commutative, associative and idempotent, and so is joining
 */
export interface ConsentRecord {
  latest: ConsentWrite
  /** Oldest first. */
  said: ConsentWrite[]
  /** By day (days since 1970, UTC), then status. */
  seen: Dict<Dict<SeenConsent>>
}

export interface SeenConsent {
  readonly first: ConsentWrite
  readonly last: ConsentWrite
}

/** How a write came: of `said` every single one is history, of `seen` only what changed. */
export type Manner = 'said' | 'seen'

export interface RecordLimits {
  readonly said: number
  readonly seenDays: number
  /** `false`: not even the proof of what stands. */
  readonly proofs?: false
}

export const RECORD_LIMITS: RecordLimits = { said: 50, seenDays: 60 }

export function newRecord(write: ConsentWrite, manner: Manner): ConsentRecord {
  const record: ConsentRecord = { latest: write, said: [], seen: dict() }
  addWrite(record, write, manner)
  return record
}

/** Adds a write, in place. */
export function addWrite(record: ConsentRecord, write: ConsentWrite, manner: Manner): void {
  record.latest = laterConsent(record.latest, write)
  if (manner === 'said') insertSaid(record, write)
  else {
    joinSeen(record, String(dayNumber(write.at)), write.status, { first: write, last: write })
  }
  foldRecord(record, RECORD_LIMITS)
}

/** Joins `from` into `into`, in place. */
export function joinRecord(into: ConsentRecord, from: ConsentRecord): void {
  into.latest = laterConsent(into.latest, from.latest)
  for (const write of from.said) insertSaid(into, write)
  for (const day in from.seen) {
    const statuses = from.seen[day] as Dict<SeenConsent>
    for (const status in statuses) joinSeen(into, day, status, statuses[status] as SeenConsent)
  }
  foldRecord(into, RECORD_LIMITS)
}

/** Lets the oldest history go. What stands is never touched. */
export function foldRecord(record: ConsentRecord, limits: RecordLimits): void {
  if (limits.proofs === false) delete (record.latest = { ...record.latest }).proof
  if (record.said.length > limits.said) record.said = record.said.slice(record.said.length - limits.said)
  const days = Object.keys(record.seen)
  if (days.length <= limits.seenDays) return
  days.sort((a, b) => Number(b) - Number(a))
  for (const day of days.slice(limits.seenDays)) delete record.seen[day]
}

function insertSaid(record: ConsentRecord, write: ConsentWrite): void {
  let i = record.said.length
  for (; i > 0; i--) {
    const order = compareConsents(record.said[i - 1] as ConsentWrite, write)
    if (order === 0) return
    if (order < 0) break
  }
  record.said.splice(i, 0, write)
}

function joinSeen(record: ConsentRecord, day: string, status: string, { first, last }: SeenConsent): void {
  const ofDay = (record.seen[day] ??= dict())
  const mine = ofDay[status]
  ofDay[status] = mine
    ? { first: compareConsents(first, mine.first) < 0 ? first : mine.first, last: laterConsent(last, mine.last) }
    : { first, last }
}

/** Every change that is known, oldest first: all that was said, and of what was seen only what was new. */
export function changesOf(record: ConsentRecord): readonly ConsentWrite[] {
  const said = new Set(record.said)
  const all = [...record.said]
  for (const day in record.seen) {
    for (const { first, last } of Object.values(record.seen[day] as Dict<SeenConsent>)) {
      all.push(first)
      if (compareConsents(first, last) !== 0) all.push(last)
    }
  }
  all.sort(compareConsents)
  return all.filter((write, i) => said.has(write) || all[i - 1]?.status !== write.status)
}

/** A copy that shares nothing mutable with its original. */
export function copyOfRecord({ latest, said, seen }: ConsentRecord): ConsentRecord {
  const copy: ConsentRecord = { latest, said: [...said], seen: dict() }
  for (const day in seen) copy.seen[day] = Object.assign(dict<SeenConsent>(), seen[day])
  return copy
}

export interface ConsentRecordJson {
  latest: ConsentWrite
  said: ConsentWrite[]
  seen: Record<string, Record<string, SeenConsent>>
}

/** Restores records from parsed JSON, in place. A leaf written before there were consents has none. */
export function recordsFromJson(json: Record<string, ConsentRecordJson> | undefined): Dict<ConsentRecord> {
  if (!json) return dict()
  for (const name of Object.keys(json)) {
    const { seen } = json[name] as ConsentRecordJson
    for (const day of Object.keys(seen)) asDict(seen[day] as Record<string, SeenConsent>)
    asDict(seen)
  }
  return asDict(json) as Dict<ConsentRecord>
}
