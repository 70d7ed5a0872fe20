import { DEAD_LETTER_COLUMNS, type DeadLetterRow } from '../../platform/dead-letter-rows.ts'
import { log } from '../../platform/log.ts'
import { listDeadLetters } from '../../shared/contract/list-dead-letters.ts'
import { encodeCursor } from '../../shared/kernel/cursor.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { deadLetterDocument } from './dead-letter-document.ts'

/** Newest first; a page begins after the (time, id) of the last one shown, so letters that arrive meanwhile shift nothing. */
export const listDeadLettersRoute = serve(listDeadLetters, async ({ query }, { env, workspace }) => {
  const conditions: [sql: string, ...values: (string | number)[]][] = [['workspace = ?', workspace]]
  if (query.stage !== undefined) conditions.push(['stage = ?', query.stage])
  if (query.reason !== undefined) conditions.push(['reason = ?', query.reason])
  if (query.cursor) conditions.push(['(at, id) < (?, ?)', query.cursor.at, query.cursor.id])
  const rows = await env.DB.prepare(
    `SELECT ${DEAD_LETTER_COLUMNS} FROM dead_letters
     WHERE ${conditions.map(([sql]) => sql).join(' AND ')} ORDER BY at DESC, id DESC LIMIT ?`,
  )
    .bind(...conditions.flatMap(([, ...values]) => values), query.limit + 1)
    .all<DeadLetterRow>()
    .catch((fault: unknown) => log.error('dead letters cannot be read', { fault }))
  if (!rows) return err(failure('unavailable', 'dead letters cannot be read at the moment'))
  const shown = rows.results.slice(0, query.limit)
  const last = shown.at(-1)
  const cursor = last && rows.results.length > query.limit ? encodeCursor(last) : null
  return ok({ deadLetters: shown.map(deadLetterDocument), cursor })
})
