import { parseDuration } from '../kernel/instant.ts'
import { type Expectation, paramsOf } from './expectation.ts'
import { missingShare, repeatedShare } from './key-sample.ts'
import { NO_TALLY, referred, type Tallies, type Tally, tallyKey } from './tally.ts'

/** What became of an expectation. `unknown`: there is too little to say anything. */
export type Verdict = 'pass' | 'fail' | 'unknown'

export interface Judgement {
  readonly verdict: Verdict
  /** A share, an age in milliseconds, or a count. */
  readonly measured: number | null
  /** In words. */
  readonly expected: string
}

export interface Surroundings {
  /** Epoch milliseconds. */
  readonly now: number
  /** Rows of the last whole day, and of the same weekday before it, newest first; only for `volume`. */
  readonly volumes?: readonly number[]
}

/** So many weekdays are compared with. */
export const WEEKS = 4

/** Judges an expectation by what was counted. */
export function judge(expectation: Expectation, tallies: Tallies, { now, volumes = [] }: Surroundings): Judgement {
  const { kind, column } = expectation
  const tally = tallies[tallyKey(expectation)] ?? NO_TALLY
  switch (kind) {
    case 'not_null':
    case 'range':
    case 'set':
    case 'pattern': {
      const { share, minRows } = paramsOf(kind, expectation)
      return atMost(tally, shareOf(tally), share, minRows, `${column} breaks ${kind}`)
    }
    case 'unique': {
      const { share, minRows } = paramsOf(kind, expectation)
      return atMost(tally, repeatedShare(tally.keys), share, minRows, `${column} is there more than once`)
    }
    case 'referential': {
      const { table, column: target, share, minRows } = paramsOf(kind, expectation)
      const among = tallies[referred(expectation)] ?? NO_TALLY
      return atMost(tally, missingShare(tally.keys, among.keys), share, minRows, `${column} is no ${table}.${target}`)
    }
    case 'ratio': {
      const { of, min, max, minRows } = paramsOf(kind, expectation)
      const what = of === 'values' ? `rows with these values of ${column}` : of.replace('_', ' ')
      const expected = `share of ${what} from ${min} to ${max}, of at least ${minRows} rows`
      if (tally.rows < minRows) return { verdict: 'unknown', measured: null, expected }
      const measured = shareOf(tally)
      return { verdict: measured >= min && measured <= max ? 'pass' : 'fail', measured, expected }
    }
    case 'freshness': {
      const { maxAge } = paramsOf(kind, expectation)
      const expected = `the newest row is at most ${maxAge} old`
      if (tally.newest === null) return { verdict: 'unknown', measured: null, expected }
      const measured = Math.max(0, now - tally.newest)
      return { verdict: measured <= (parseDuration(maxAge) ?? 0) ? 'pass' : 'fail', measured, expected }
    }
    case 'volume':
      return byVolume(expectation, volumes)
  }
}

function shareOf({ rows, failed }: Tally): number {
  return rows === 0 ? 0 : failed / rows
}

function atMost(tally: Tally, measured: number, share: number, minRows: number, what: string): Judgement {
  const expected = `share of rows of which ${what} at most ${share}${minRows > 1 ? `, of at least ${minRows} rows` : ''}`
  if (tally.rows < minRows) return { verdict: 'unknown', measured: null, expected }
  return { verdict: measured <= share ? 'pass' : 'fail', measured, expected }
}

/** Against the median of the same weekdays before: a holiday or an outage among them moves it little. */
function byVolume(expectation: Expectation, [last, ...before]: readonly number[]): Judgement {
  const { tolerance, minRows } = paramsOf('volume', expectation)
  const weeks = before.slice(0, WEEKS)
  const usual = medianOf(weeks)
  const expected = `rows of a day within ${tolerance} of the median of the same weekday in the last ${WEEKS} weeks`
  if (last === undefined || weeks.length < WEEKS || usual < minRows)
    return { verdict: 'unknown', measured: last ?? null, expected }
  const text = `${expected}, which is ${usual}`
  return { verdict: Math.abs(last - usual) <= tolerance * usual ? 'pass' : 'fail', measured: last, expected: text }
}

export function medianOf(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]]
  return ((low ?? 0) + (high ?? 0)) / 2
}
