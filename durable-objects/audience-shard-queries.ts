import type { Projection } from '../shared/audience/projection.ts'
import { isSayable } from '../shared/audience/projection.ts'
import type { SearchQuery } from '../shared/audience/search-query.ts'
import { numberOf } from '../shared/segment/operators.ts'
import type { Verdict } from '../shared/segment/signal.ts'

/** What is read from a shard's tables (audience-shard-store.ts). All lists are by place, after a place. */
export interface PlacedPerson {
  readonly n: number
  readonly id: string
}

export interface PlacedMember extends PlacedPerson {
  readonly since: number
}

export function members(sql: SqlStorage, segment: string, after: number, limit: number): PlacedMember[] {
  return sql
    .exec<{ n: number; id: string; since: number }>(
      `SELECT m.n AS n, d.id AS id, m.since AS since FROM memberships m JOIN documents d ON d.n = m.n
       WHERE m.segment = ? AND m.n > ? ORDER BY m.n LIMIT ?`,
      segment,
      after,
      limit,
    )
    .toArray()
}

/** Documents as JSON, by place, until they exceed `maxChars`; at least one while there are any. */
export function documentsAfter(sql: SqlStorage, after: number, limit: number, maxChars: number) {
  const documents: { n: number; text: string }[] = []
  let chars = 0
  const query = 'SELECT n, json(json) AS text FROM documents WHERE n > ? AND json IS NOT NULL ORDER BY n LIMIT ?'
  for (const row of sql.exec<{ n: number; text: string }>(query, after, limit)) {
    documents.push(row)
    chars += row.text.length
    if (chars >= maxChars) break
  }
  return documents
}

export interface MemberCount {
  readonly members: number
  /** Since an hour of this number (hours since 1970). */
  readonly entered: number
  readonly exited: number
}

export function memberCount(sql: SqlStorage, segment: string, fromHour: number): MemberCount {
  const { n } = sql.exec<{ n: number }>('SELECT count(*) AS n FROM memberships WHERE segment = ?', segment).one()
  const query = `SELECT coalesce(sum(entered), 0) AS entered, coalesce(sum(exited), 0) AS exited
    FROM flows WHERE segment = ? AND hour >= ?`
  return { members: n, ...sql.exec<{ entered: number; exited: number }>(query, segment, fromHour).one() }
}

export interface Activity {
  readonly known: number
  /** Did something at or after an instant, as far as their documents say: ten minutes old at most. */
  readonly active: number
  /** Of all segments, since an hour of this number. */
  readonly entered: number
  readonly exited: number
}

/** Looks at everybody once: for whoever looks on, not for every event. `since` in epoch milliseconds. */
export function activity(sql: SqlStorage, since: number, fromHour: number): Activity {
  const people = `SELECT count(*) AS known, count(CASE WHEN json_extract(json, '$.lastSeen') >= ? THEN 1 END) AS active
    FROM documents WHERE json IS NOT NULL`
  const flows = `SELECT coalesce(sum(entered), 0) AS entered, coalesce(sum(exited), 0) AS exited
    FROM flows WHERE hour >= ?`
  return {
    ...sql.exec<{ known: number; active: number }>(people, since).one(),
    ...sql.exec<{ entered: number; exited: number }>(flows, fromHour).one(),
  }
}

/** By mask (bit i: the i-th key), the number of people who are in exactly these. */
export function maskCounts(sql: SqlStorage, keys: readonly string[]): [number, number][] {
  const marks = keys.map(() => '?').join(', ')
  const bits = keys.map((_, bit) => `WHEN ? THEN ${1 << bit}`).join(' ')
  return sql
    .exec<{ mask: number; people: number }>(
      `SELECT mask, count(*) AS people FROM (
         SELECT sum(CASE segment ${bits} END) AS mask FROM memberships WHERE segment IN (${marks}) GROUP BY n
       ) GROUP BY mask`,
      ...keys,
      ...keys,
    )
    .toArray()
    .map(({ mask, people }) => [mask, people])
}

export interface Search {
  /** Null: everybody. */
  readonly text: SearchQuery | null
  /** Canonical ID. */
  readonly id?: string | null
  readonly segment: string | null
  /** Path of a trait and its value as text. */
  readonly traits: readonly (readonly [string, string])[]
}

export function search(sql: SqlStorage, wanted: Search, after: number, limit: number): PlacedPerson[] {
  const { text, id, segment, traits } = wanted
  const values: (string | number)[] = []
  const where: string[] = []
  let from = 'documents d'
  let place = 'd.n'
  if (text) {
    // The trigram index leads: what it asks for is longer, and so rarer.
    const [first, second] = [
      ...(text.grams ? [['grams', text.grams]] : []),
      ...(text.words ? [['words', text.words]] : []),
    ]
    const [table, match] = first as [string, string]
    from = `${table} JOIN documents d ON d.n = ${table}.rowid`
    place = `${table}.rowid`
    where.push(`${table} MATCH ?`)
    values.push(match)
    if (second) {
      where.push(`d.n IN (SELECT rowid FROM ${second[0]} WHERE ${second[0]} MATCH ?)`)
      values.push(second[1] as string)
    }
  }
  where.push(`${place} > ?`, 'd.json IS NOT NULL')
  values.push(after)
  if (id) {
    where.push('d.id = ?')
    values.push(id)
  }
  if (segment !== null) {
    where.push('EXISTS (SELECT 1 FROM memberships m WHERE m.segment = ? AND m.n = d.n)')
    values.push(segment)
  }
  for (const [path, value] of traits) {
    const json = traitPath(path)
    if (json === undefined) return []
    where.push(`CASE json_type(d.json, ?) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false'
      ELSE CAST(json_extract(d.json, ?) AS TEXT) END = ?`)
    values.push(json, json, value)
  }
  return sql
    .exec<{ n: number; id: string }>(
      `SELECT d.n AS n, d.id AS id FROM ${from} WHERE ${where.join(' AND ')} ORDER BY ${place} LIMIT ?`,
      ...values,
      limit,
    )
    .toArray()
}

/** Undefined for a name that cannot be said as a path; nobody is found by it. */
function traitPath(path: string): string | undefined {
  const [top, ...rest] = path.split('.')
  if (top === undefined || ![top, ...rest].every(isSayable)) return undefined
  return `$.traits."${top}".value${rest.map((key) => `."${key}"`).join('')}`
}

/** A person, and what the condition says of their document. */
export interface Looked {
  readonly n: number
  readonly verdict: Verdict
  /** Whether the shard has them as a member of the segment that was named. */
  readonly told: boolean
}

/** Verdicts remembered by projected text; a trait with more values than that is remembered in part. */
const MOST_REMEMBERED = 20_000

/** Looks at documents through a projection, a stretch at a time. */
export function looker(
  sql: SqlStorage,
  projection: Projection,
  now: number,
  segment: string | null = null,
): (after: number, limit: number, each: (looked: Looked) => void) => number | null {
  const { paths, byTextAlone } = projection
  const verdicts = new Map<string, Verdict>()
  // A column that nobody reads costs as much as one that is read.
  const told = segment === null ? '' : ', EXISTS (SELECT 1 FROM memberships m WHERE m.segment = ? AND m.n = d.n)'
  const query = `SELECT d.n, json_extract(d.json, ${paths.map(() => '?').join(', ')})${byTextAlone ? '' : ', d.id'}${told}
    FROM documents d WHERE d.n > ? AND d.json IS NOT NULL ORDER BY d.n LIMIT ?`
  const verdictOf = (text: string, id: string): Verdict => {
    if (!byTextAlone) return projection.verdict(text, id, now)
    let verdict = verdicts.get(text)
    if (verdict === undefined) {
      verdict = projection.verdict(text, id, now)
      if (verdicts.size >= MOST_REMEMBERED) verdicts.clear()
      verdicts.set(text, verdict)
    }
    return verdict
  }
  /** Answers the last place looked at; null when there was nobody left. */
  return (after, limit, each) => {
    const rows = sql
      .exec(query, ...paths, ...(segment === null ? [] : [segment]), after, limit)
      .raw<[number, string, ...(string | number)[]]>()
    let last: number | null = null
    for (const row of rows) {
      last = row[0]
      each({ n: last, verdict: verdictOf(row[1], byTextAlone ? '' : String(row[2])), told: row.at(-1) === 1 })
    }
    return last
  }
}

export function idsAt(sql: SqlStorage, places: readonly number[]): string[] {
  return places.flatMap((n) =>
    sql
      .exec<{ id: string }>('SELECT id FROM documents WHERE n = ? AND json IS NOT NULL', n)
      .toArray()
      .map(({ id }) => id),
  )
}

/** The numbers that a trait has, ascending; of more than `most` evenly many by rank, the least and the greatest among them. */
export function numbersAt(sql: SqlStorage, path: string, most: number): number[] {
  const json = traitPath(path)
  if (json === undefined) return []
  const query = 'SELECT json_extract(json, ?) FROM documents WHERE json IS NOT NULL'
  const numbers: number[] = []
  for (const [value] of sql.exec(query, json).raw<[string | number | null]>()) {
    const n = value === null ? undefined : numberOf(value)
    if (n !== undefined) numbers.push(n)
  }
  numbers.sort((a, b) => a - b)
  if (numbers.length <= most) return numbers
  return Array.from({ length: most }, (_, i) => numbers[Math.round((i * (numbers.length - 1)) / (most - 1))] as number)
}
