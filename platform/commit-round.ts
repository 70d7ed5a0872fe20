import type { Row } from '../shared/lake/columns.ts'
import { COMPACTION_KEY } from '../shared/lake/lake-key.ts'
import { expectedOf } from '../shared/quality/result.ts'
import { tallyKey } from '../shared/quality/tally.ts'
import { type ErasedPerson, erasedLately } from './erased-person.ts'
import { type Holding, heldRound } from './handed-round.ts'
import { readSilver } from './lake-files.ts'
import { swapTagged } from './lake-json.ts'
import { expectationsOf } from './quality-store.ts'
import { roundFiles } from './round-files.ts'
import { carryOutSealed, type RoundCount, type RoundFile, writeSeal } from './sealed-round.ts'

/** What a compactor outside of the Worker made of its round. */
export interface RoundEnd {
  readonly workspace: string
  readonly by: string
  readonly round: number
  /** Keys of its files. */
  readonly files: readonly string[]
  readonly against: readonly string[]
  readonly erasedIn: readonly string[]
  readonly counts: readonly RoundCount[]
}

/**
 * `lost`: the round is somebody else's by now. `stale`: something is not as it was when it began, so it has to be made
 * again. Nothing of it is in silver then.
 */
export interface CommitEnd {
  readonly ends: 'done' | 'lost' | 'stale'
  /** Partitions that a hard expectation holds. */
  readonly held: number
}

/** Seals the round and carries it out. Killed anywhere it can be asked for again, or somebody else finishes it. */
export async function commitRound(env: Env, end: RoundEnd, now: number): Promise<CommitEnd> {
  const holding = await heldRound(env, end, now)
  if (!holding) return { ends: 'lost', held: 0 }
  const sealed = holding.open.handed.sealed === undefined ? await seal(env, holding, end, now) : holding
  if (sealed === 'stale' || sealed === 'lost') return { ends: sealed, held: 0 }
  const done = await carryOutSealed(env, sealed, now)
  return done ? { ends: 'done', held: done.held } : { ends: 'lost', held: 0 }
}

async function seal(env: Env, holding: Holding, end: RoundEnd, now: number): Promise<Holding | 'stale' | 'lost'> {
  const { workspace, round, against } = end
  const files = await roundFiles(env, holding, end.files)
  if (!files || (await hasErased(env, workspace, files, now)) || !(await isCounted(env, end))) return 'stale'
  const own = new Set(holding.open.objects)
  const ours = (names: readonly string[]) => names.filter((name) => own.has(name))
  const sealed = await writeSeal(env, round, {
    v: 1,
    files: [...files],
    against: [...against],
    erasedIn: ours(end.erasedIn),
    counts: end.counts.map((count) => ({ ...count, objects: ours(count.objects) })),
  })
  const { state } = holding
  const open = { ...holding.open, handed: { ...holding.open.handed, sealed } }
  const value = { ...state.value, open }
  const etag = await swapTagged(env.LAKE, COMPACTION_KEY, value, state.etag)
  return etag === null ? 'lost' : { state: { value, etag }, open }
}

/**
 * Somebody who was erased is in what it made. Of the index, lines of events that were applied count: one that says that
 * somebody is gone, or that what they sent was refused, may stay.
 */
async function hasErased(env: Env, workspace: string, files: readonly RoundFile[], now: number): Promise<boolean> {
  const people = await erasedLately(env, workspace, now)
  if (people.length === 0) return false
  for (const { table, file } of files) {
    for (const row of await readSilver(env.LAKE, table, file, ERASED_COLUMNS))
      if (people.some((person) => (table === 'index' ? isIndexed(row, person) : isWhose(row, person)))) return true
  }
  return false
}

const WHOSE = ['canonical_id', 'leaf', 'other'] as const
const ERASED_COLUMNS = [...WHOSE, 'change', 'key', 'object', 'outcome', 'received_at']

function isWhose(row: Row, { ids }: ErasedPerson): boolean {
  return row['change'] !== 'deleted' && WHOSE.some((column) => ids.has(String(row[column])))
}

function isIndexed(row: Row, { indexKeys, keys, until }: ErasedPerson): boolean {
  const isEvent = row['outcome'] === 'applied' && String(row['object']).startsWith('bronze/events/')
  const key = String(row['key'])
  return isEvent && indexKeys.has(key) && (!keys.has(key) || Number(row['received_at']) <= until)
}

/** Was everything counted that is expected by now? */
async function isCounted(env: Env, { workspace, counts }: RoundEnd): Promise<boolean> {
  const expectations = await expectationsOf(env, workspace)
  return counts.every(({ border, table, tallies }) =>
    expectedOf(expectations, border, table).every((one) => Object.hasOwn(tallies, tallyKey(one))),
  )
}
