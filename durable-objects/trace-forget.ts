import type { DeliveryLine, TraceLine } from '../shared/pipeline/trace.ts'

/** Rows of a trace object that are looked through in one call. */
const ROWS = 20

type Line = TraceLine | DeliveryLine

/**
 * Takes one page of rows' lines of a person out: those decided under any of their IDs, and what destinations did with the
 * same messages. Rows are looked at by id first, as text, so that those of others are not taken apart.
 *
 * @param messages what was found to be theirs so far, in earlier pages; added to
 */
export function forgetLines(
  sql: SqlStorage,
  table: 'batch' | 'deliveries',
  after: number,
  ids: ReadonlySet<string>,
  messages: Set<string>,
): { readonly removed: number; readonly next: number | null } {
  const rows = sql
    .exec<{ seq: number; lines: string }>(
      `SELECT seq, lines FROM ${table} WHERE seq > ? ORDER BY seq LIMIT ?`,
      after,
      ROWS,
    )
    .toArray()
  let removed = 0
  for (const { seq, lines } of rows) {
    const wanted = table === 'batch' ? ids : messages
    if (![...wanted].some((text) => lines.includes(text))) continue
    const all = JSON.parse(lines) as Line[]
    const kept = all.filter((line) => !isTheirs(line, ids, messages))
    if (kept.length === all.length) continue
    removed += all.length - kept.length
    // What is looked up by message must not be found by theirs either; a hash that stays names nobody.
    if (kept.length === 0) sql.exec(`DELETE FROM ${table} WHERE seq = ?`, seq)
    else sql.exec(`UPDATE ${table} SET lines = ? WHERE seq = ?`, JSON.stringify(kept), seq)
  }
  return { removed, next: rows.length === ROWS ? (rows.at(-1)?.seq ?? null) : null }
}

function isTheirs(line: Line, ids: ReadonlySet<string>, messages: Set<string>): boolean {
  if (!('copyId' in line)) return messages.has(line.messageId)
  const theirs = ids.has(line.canonicalId ?? '') || ids.has(line.leaf ?? '')
  if (theirs) messages.add(line.messageId)
  return theirs
}
