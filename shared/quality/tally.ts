import { z } from 'zod'
import { canonicalJson } from '../kernel/canonical-json.ts'
import { hash53 } from '../kernel/hash.ts'
import type { Row } from '../lake/columns.ts'
import type { Expectation, QualityTable } from './expectation.ts'
import { joinSamples, type KeySample, sampleOf } from './key-sample.ts'
import { breaks, keyIn } from './row-check.ts'

/** What one expectation needs to know of rows, without the rows. */
export const Tally = z.object({
  rows: z.int(),
  failed: z.int(),
  /** Greatest instant of the column, or of arrival. */
  newest: z.number().nullable(),
  keys: z.array(z.tuple([z.number(), z.int()])),
  /** Rows that broke it, by what names them and says nothing of anybody: see `refOf`. */
  samples: z.array(z.string()),
})
export interface Tally {
  readonly rows: number
  readonly failed: number
  readonly newest: number | null
  readonly keys: KeySample
  readonly samples: readonly string[]
}

/** By `tallyKey`; with `>` before it: of the table that an expectation refers to. */
export const Tallies = z.record(z.string(), Tally)
export type Tallies = { readonly [id: string]: Tally }

export const NO_TALLY: Tally = { rows: 0, failed: 0, newest: null, keys: [], samples: [] }

const MOST_SAMPLES = 5

/** What the expectations of a table make of some of its rows. */
export function tallyRows(table: QualityTable, rows: readonly Row[], expectations: readonly Expectation[]): Tallies {
  const tallies: { [id: string]: Tally } = {}
  for (const expectation of expectations) {
    if (expectation.table === table) tallies[tallyKey(expectation)] = tallyOf(expectation, rows)
    if (expectation.kind === 'referential' && expectation.params['table'] === table)
      tallies[referred(expectation)] = {
        ...NO_TALLY,
        rows: rows.length,
        keys: sampleOf(keysOf(rows, String(expectation.params['column']))),
      }
  }
  return tallies
}

/** Names what was counted for: when an expectation is changed what was counted for it before says nothing of it. */
export function tallyKey({ id, kind, column, params }: Expectation): string {
  return `${id}@${hash53(canonicalJson([kind, column, params])).toString(36)}`
}

export function referred(expectation: Expectation): string {
  return `>${tallyKey(expectation)}`
}

function tallyOf(expectation: Expectation, rows: readonly Row[]): Tally {
  const { kind, column } = expectation
  const isBroken = breaks(expectation)
  const broken = rows.filter(isBroken)
  const instants = kind === 'freshness' ? rows.map((row) => Number(row[column ?? 'received_at'] ?? 0)) : []
  return {
    rows: rows.length,
    failed: broken.length,
    newest: instants.length === 0 ? null : instants.reduce((a, b) => Math.max(a, b)),
    keys: (kind === 'unique' || kind === 'referential') && column !== null ? sampleOf(keysOf(rows, column)) : [],
    samples: firstFew(broken.flatMap((row) => refOf(row) ?? [])),
  }
}

function keysOf(rows: readonly Row[], column: string): readonly string[] {
  return rows.flatMap((row) => keyIn(row, column) ?? [])
}

/** `m source messageId` or `p canonicalId`. */
function refOf(row: Row): string | undefined {
  if (typeof row['message_id'] === 'string' && typeof row['source'] === 'string')
    return `m ${row['source']} ${row['message_id']}`
  return typeof row['canonical_id'] === 'string' ? `p ${row['canonical_id']}` : undefined
}

/** The least of them, so that it does not matter which came first. */
function firstFew(refs: readonly string[]): readonly string[] {
  return [...new Set(refs)].sort().slice(0, MOST_SAMPLES)
}

/**
 * Two parts of the same rows as one.
 *
 * @law the statistics of rows do not depend on how they were grouped or in which order
 */
export function joinTallies(a: Tallies, b: Tallies): Tallies {
  const joined: { [id: string]: Tally } = { ...a }
  for (const [id, tally] of Object.entries(b)) {
    const other = joined[id]
    joined[id] = other ? joinTally(other, tally) : tally
  }
  return joined
}

function joinTally(a: Tally, b: Tally): Tally {
  const newest = a.newest === null ? b.newest : b.newest === null ? a.newest : Math.max(a.newest, b.newest)
  return {
    rows: a.rows + b.rows,
    failed: a.failed + b.failed,
    newest,
    keys: joinSamples(a.keys, b.keys),
    samples: firstFew([...a.samples, ...b.samples]),
  }
}
