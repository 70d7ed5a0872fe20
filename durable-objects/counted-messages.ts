import { HOUR } from '../shared/kernel/instant.ts'

/**
 * Objects that count keep one row per consumer batch, with the names of the queue messages in it (`batch.messages`, a JSON
 * list), so that a message that is delivered again is counted once. Older rows are folded: by then no redelivery comes.
 */
const KEEP_MS = 6 * HOUR

/** The names of all messages whose rows are there, and how many rows there are. */
export function countedMessages(sql: SqlStorage): { readonly names: Set<string>; readonly rows: number } {
  const names = new Set<string>()
  let rows = 0
  for (const { messages } of sql.exec<{ messages: string }>('SELECT messages FROM batch')) {
    rows += 1
    for (const message of JSON.parse(messages) as string[]) names.add(message)
  }
  return { names, rows }
}

/** Of rows in the order they were written those to fold: everything past its time, and the older ones beyond half of `most`. */
export function rowsToFold<T extends { readonly at: number }>(
  rows: readonly T[],
  now: number,
  most: number,
): readonly T[] {
  return rows.filter((row, i) => row.at < now - KEEP_MS || i < rows.length - most / 2)
}
