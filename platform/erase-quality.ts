import { z } from 'zod'
import { partitionOf } from '../shared/lake/lake-key.ts'
import { MESSAGE } from '../shared/lake/line-names.ts'
import { filesOfHour } from '../shared/lake/manifest.ts'
import { QualityResult } from '../shared/quality/result.ts'
import { Tallies } from '../shared/quality/tally.ts'
import type { Erasing } from './erase-archive.ts'
import { type ErasedPerson, keyedBy } from './erased-person.ts'
import { readSilver } from './lake-files.ts'
import { readDay, readRoot } from './lake-manifest.ts'
import type { RollupRow } from './quality-store.ts'

/**
 * Taking a person out of what quality remembers: samples of rows that broke an expectation name canonical IDs and messages.
 * Which messages are theirs the hourly index knows, so this comes before silver forgets.
 */
const PAGE = 20
const Results = z.array(QualityResult)

/** One page, in the order of the hours; a place is `<hour>|<border>|<table>`, after which it goes on. */
export async function eraseFromQuality(
  env: Env,
  workspace: string,
  person: ErasedPerson,
  at: string | null,
): Promise<Erasing> {
  const [hour = '-1', border = '', table = ''] = (at ?? '').split('|')
  const { results } = await env.DB.prepare(
    `SELECT hour, border, tbl, round, tallies, results, updated_at FROM quality_rollups
     WHERE workspace = ? AND (hour, border, tbl) > (?, ?, ?) AND instr(tallies, '"samples":["') > 0
     ORDER BY hour, border, tbl LIMIT ${PAGE}`,
  )
    .bind(workspace, Number(hour === '' ? -1 : hour), border, table)
    .all<RollupRow>()
  const statements: D1PreparedStatement[] = []
  const messages = new Map<number, ReadonlySet<string>>()
  let removed = 0
  for (const row of results) {
    const known = messages.get(row.hour) ?? (await messagesOf(env, workspace, person, row.hour))
    messages.set(row.hour, known)
    const cleaned = without(row, isTheirRef(env, workspace, person, known))
    removed += cleaned.removed
    if (cleaned.removed > 0) statements.push(update(env, workspace, row, cleaned))
  }
  const written = statements.length > 0 ? await env.DB.batch(statements) : []
  // A round counted something more meanwhile.
  if (written.some(({ meta }) => meta.changes === 0))
    throw new Error(`what quality knows of ${workspace} changed meanwhile`)
  const last = results.at(-1)
  return { removed, next: last && results.length === PAGE ? `${last.hour}|${last.border}|${last.tbl}` : null }
}

function update(
  env: Env,
  workspace: string,
  { hour, border, tbl, tallies }: RollupRow,
  cleaned: Pick<RollupRow, 'tallies' | 'results'>,
): D1PreparedStatement {
  return env.DB.prepare(
    `UPDATE quality_rollups SET tallies = ?, results = ?
     WHERE workspace = ? AND hour = ? AND border = ? AND tbl = ? AND tallies = ?`,
  ).bind(cleaned.tallies, cleaned.results, workspace, hour, border, tbl, tallies)
}

/** Refs as shared/quality/tally.ts writes them: `m source messageId`, `p canonicalId`. */
type IsTheirRef = (ref: string) => boolean

function without(row: RollupRow, isTheirs: IsTheirRef) {
  let removed = 0
  const tallies = Object.entries(Tallies.parse(JSON.parse(row.tallies))).map(([id, tally]) => {
    const samples = tally.samples.filter((ref) => !isTheirs(ref))
    removed += tally.samples.length - samples.length
    return [id, { ...tally, samples }]
  })
  const results = Results.parse(JSON.parse(row.results)).map((result) => ({
    ...result,
    samples: result.samples.filter(
      (one) => !isTheirs('canonicalId' in one ? `p ${one.canonicalId}` : `m ${one.source} ${one.messageId}`),
    ),
  }))
  return { removed, tallies: JSON.stringify(Object.fromEntries(tallies)), results: JSON.stringify(results) }
}

function isTheirRef(env: Env, workspace: string, { ids }: ErasedPerson, messages: ReadonlySet<string>): IsTheirRef {
  const keyOf = keyedBy(env, workspace)
  return (ref) => {
    const [kind, first = '', ...rest] = ref.split(' ')
    return kind === 'p' ? ids.has(first) : messages.has(keyOf({ type: MESSAGE, match: rest.join(' ') }))
  }
}

/** Everything that the lines of a person are found by, of an hour of arrival: their messages among it. */
async function messagesOf(
  env: Env,
  workspace: string,
  { indexKeys }: ErasedPerson,
  at: number,
): Promise<ReadonlySet<string>> {
  const { day, hour } = partitionOf(at)
  const { value: root } = await readRoot(env.LAKE, workspace)
  const entries: { readonly key: string; readonly place: string }[] = []
  for (const file of filesOfHour(await readDay(env.LAKE, root, day), 'index', hour))
    for (const row of await readSilver(env.LAKE, 'index', file, ['key', 'object', 'line']))
      entries.push({ key: String(row['key']), place: `${row['object']}/${row['line']}` })
  const places = new Set(entries.filter(({ key }) => indexKeys.has(key)).map(({ place }) => place))
  return new Set(entries.filter(({ place }) => places.has(place)).map(({ key }) => key))
}
