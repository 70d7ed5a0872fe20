import { DEAD_LETTER_COLUMNS, type DeadLetterRow } from '../../platform/dead-letter-rows.ts'
import { readDeadLetter } from '../../shared/contract/read-dead-letter.ts'
import type { JsonValue } from '../../shared/kernel/json.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { deadLetterDocument, eventIn, NO_LETTER } from './dead-letter-document.ts'

export const readDeadLetterRoute = serve(readDeadLetter, async ({ params: { id } }, { env, workspace }) => {
  const row = await env.DB.prepare(`SELECT ${DEAD_LETTER_COLUMNS} FROM dead_letters WHERE workspace = ? AND id = ?`)
    .bind(workspace, id)
    .first<DeadLetterRow>()
  if (!row) return err(NO_LETTER)
  const letter = deadLetterDocument(row)
  return ok({ ...letter, event: eventIn(letter.body as JsonValue) })
})
