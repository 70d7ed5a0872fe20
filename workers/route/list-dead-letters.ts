import { DEAD_LETTER_COLUMNS, type DeadLetterRow, selected } from '../../platform/dead-letter-rows.ts'
import { log } from '../../platform/log.ts'
import { listDeadLetters } from '../../shared/contract/list-dead-letters.ts'
import { encodeCursor } from '../../shared/kernel/cursor.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { deadLetterDocument } from './dead-letter-document.ts'
import { keptSelection } from './kept-selection.ts'

/** Newest first; a page begins after the (time, id) of the last one shown, so letters that arrive meanwhile shift nothing. */
export const listDeadLettersRoute = serve(listDeadLetters, async ({ query }, { env, workspace }) => {
  const { cursor: after, limit, ...selection } = query
  const where = selected(workspace, keptSelection(selection))
  const [page, values] = after ? [' AND (at, id) < (?, ?)', [after.at, after.id]] : ['', []]
  const rows = await env.DB.prepare(
    `SELECT ${DEAD_LETTER_COLUMNS} FROM dead_letters
     WHERE ${where.sql}${page} ORDER BY at DESC, id DESC LIMIT ?`,
  )
    .bind(...where.values, ...values, limit + 1)
    .all<DeadLetterRow>()
    .catch((fault: unknown) => log.error('dead letters cannot be read', { fault }))
  if (!rows) return err(failure('unavailable', 'dead letters cannot be read at the moment'))
  const shown = rows.results.slice(0, limit)
  const last = shown.at(-1)
  const cursor = last && rows.results.length > limit ? encodeCursor(last) : null
  return ok({ deadLetters: shown.map(deadLetterDocument), cursor })
})
