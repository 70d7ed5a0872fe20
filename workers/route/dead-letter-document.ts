import type { z } from 'zod'
import type { DeadLetterRow } from '../../platform/dead-letter-rows.ts'
import type { DeadLetterDocument } from '../../shared/contract/list-dead-letters.ts'
import { toIso } from '../../shared/kernel/instant.ts'

type Document = z.infer<typeof DeadLetterDocument>

export function deadLetterDocument({ id, message_id, stage, reason, attempts, at, body }: DeadLetterRow): Document {
  return { id, messageId: message_id, stage, reason, at: toIso(at), attempts, body: jsonOr(body) }
}

/** A message that could not be read at all is kept as the text it was. */
function jsonOr(text: string): Document['body'] {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
