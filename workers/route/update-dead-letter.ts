import { DEAD_LETTER_COLUMNS, type DeadLetterRow } from '../../platform/dead-letter-rows.ts'
import { updateDeadLetter } from '../../shared/contract/update-dead-letter.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { IngestMessage } from '../../shared/message/ingest-message.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { unprocessable } from './check-condition.ts'
import { deadLetterDocument, NO_LETTER } from './dead-letter-document.ts'
import { tooLarge, validEvent } from './given-event.ts'

export const updateDeadLetterRoute = serve(updateDeadLetter, async ({ params: { id }, body: { event } }, call) => {
  const { env, workspace } = call
  const row = await env.DB.prepare(`SELECT ${DEAD_LETTER_COLUMNS} FROM dead_letters WHERE workspace = ? AND id = ?`)
    .bind(workspace, id)
    .first<DeadLetterRow>()
  if (!row) return err(NO_LETTER)
  const letter = deadLetterDocument(row)
  const ingest = IngestMessage.safeParse(letter.body)
  const [item] = ingest.success ? ingest.data.items : []
  if (!ingest.success || !item) return err(failure('unprocessable', 'this letter holds no event that could be mended'))
  // Whatever the event says now, it is the one it was: what was applied meanwhile must be told from it.
  const messageId = row.message_id === null ? {} : { messageId: row.message_id }
  const { reject: _, ...kept } = item
  const mended = { ...event, ...messageId }
  // A record of a webhook is in its provider's words, and what Tributary itself tells needs no identifier.
  const isSent = kept.hook === undefined && kept.profile === undefined
  const valid = isSent ? validEvent(mended, kept.type) : undefined
  if (valid && !valid.ok) return valid
  const fault = tooLarge(mended)
  if (fault) return unprocessable([fault])
  const body = JSON.stringify({ ...ingest.data, items: [{ ...kept, body: mended }] })
  await env.DB.batch([
    env.DB.prepare('UPDATE dead_letters SET body = ? WHERE workspace = ? AND id = ?').bind(body, workspace, id),
    auditStatement(call, 'updateDeadLetter', { id }),
  ])
  return ok(deadLetterDocument({ ...row, body }))
})
