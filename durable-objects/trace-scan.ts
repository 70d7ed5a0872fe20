import type { Outcome } from '../shared/event/outcome.ts'
import type { TraceLine } from '../shared/pipeline/trace.ts'

/** Which lines are asked for; what is not said does not choose. */
export interface TraceQuestion {
  readonly limit: number
  /** Where the page before ended. */
  readonly before?: TracePlace | undefined
  /** Nothing decided before, in epoch milliseconds. */
  readonly since: number
  readonly outcome?: Outcome['kind'] | undefined
  readonly source?: string | undefined
  readonly type?: string | undefined
  readonly name?: string | undefined
  readonly profile?: string | undefined
}

/** A line in a trace object: its row, and its index there. */
export interface TracePlace {
  readonly row: number
  readonly index: number
}

export interface TracePage {
  readonly found: readonly { readonly line: TraceLine; readonly place: TracePlace }[]
  /** Where it was stopped looking; null when there is nothing further back. */
  readonly end: TracePlace | null
}

/** What one question may look through: rows, and characters in them. */
const MOST_ROWS = 5_000
const MOST_CHARS = 20_000_000

/** From the newest line back, until there are enough or enough was looked at. */
export function newestLines(sql: SqlStorage, question: TraceQuestion): TracePage {
  const { limit, since, before = { row: Number.MAX_SAFE_INTEGER, index: 0 } } = question
  const found: { line: TraceLine; place: TracePlace }[] = []
  const rows = sql.exec<{ seq: number; at: number; lines: string }>(
    'SELECT seq, at, lines FROM batch WHERE seq <= ? ORDER BY seq DESC LIMIT ?',
    before.row,
    MOST_ROWS + 1,
  )
  let [looked, chars] = [0, 0]
  for (const { seq, at, lines } of rows) {
    if (looked === MOST_ROWS || chars > MOST_CHARS) return { found, end: { row: seq, index: Number.MAX_SAFE_INTEGER } }
    looked += 1
    chars += lines.length
    if (at < since) continue
    const all = JSON.parse(lines) as TraceLine[]
    for (let index = Math.min(all.length, seq === before.row ? before.index : all.length) - 1; index >= 0; index--) {
      const line = all[index] as TraceLine
      if (!isAskedFor(line, question)) continue
      found.push({ line, place: { row: seq, index } })
      if (found.length === limit) return { found, end: { row: seq, index } }
    }
  }
  return { found, end: null }
}

function isAskedFor(line: TraceLine, { outcome, source, type, name, profile }: TraceQuestion): boolean {
  return (
    (outcome === undefined || line.outcome.kind === outcome) &&
    (source === undefined || line.source === source) &&
    (type === undefined || line.type === type) &&
    (name === undefined || line.name === name) &&
    (profile === undefined || line.canonicalId === profile)
  )
}
