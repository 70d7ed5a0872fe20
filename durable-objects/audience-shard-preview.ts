import type { Projection } from '../shared/audience/projection.ts'
import { hash53 } from '../shared/kernel/hash.ts'
import * as queries from './audience-shard-queries.ts'

/** Documents looked at in one step, and milliseconds of looking before live traffic has its turn. */
export const STEP = 1_000
export const TURN_MS = 20
/** Undecided people that a shard names, for the sample. */
const MOST_UNDECIDED = 200

export interface ShardPreview {
  readonly in: number
  readonly sample: readonly string[]
  readonly unknown: number
  /** Those with the smallest hashes: a fair sample of a sample over all shards. */
  readonly undecided: readonly string[]
  readonly looked: number
}

/** How many documents a condition holds for, a turn at a time, and some of them. */
export async function countBy(
  sql: SqlStorage,
  projection: Projection,
  sample: number,
  now: number,
): Promise<ShardPreview> {
  const look = queries.looker(sql, projection, now)
  const found: number[] = []
  const undecided: number[] = []
  let members = 0
  let looked = 0
  let place: number | null = 0
  let turn = Date.now()
  while (place !== null) {
    place = look(place, STEP, ({ n, verdict }) => {
      looked += 1
      if (verdict === true) {
        members += 1
        if (found.length < sample) found.push(n)
      } else if (verdict === 'unknown') undecided.push(n)
    })
    if (Date.now() - turn < TURN_MS) continue
    await scheduler.wait(0)
    turn = Date.now()
  }
  const fair = undecided.sort((a, b) => spread(a) - spread(b)).slice(0, MOST_UNDECIDED)
  return {
    in: members,
    sample: queries.idsAt(sql, found),
    unknown: undecided.length,
    undecided: queries.idsAt(sql, fair),
    looked,
  }
}

function spread(n: number): number {
  return hash53(String(n))
}
