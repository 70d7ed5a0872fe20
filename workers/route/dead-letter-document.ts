import type { z } from 'zod'
import type { DeadLetterRow } from '../../platform/dead-letter-rows.ts'
import type { DeadLetterDocument } from '../../shared/contract/list-dead-letters.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { isObject, type JsonObject, type JsonValue, jsonOf } from '../../shared/kernel/json.ts'

type Document = z.infer<typeof DeadLetterDocument>

export const NO_LETTER = failure('not_found', 'there is no such dead letter')

export function deadLetterDocument({ id, message_id, stage, reason, attempts, at, body }: DeadLetterRow): Document {
  // A message that could not be read at all is kept as the text it was.
  const read = jsonOf(body) ?? body
  const event = eventIn(read)
  const effect = within(read, 'effect', 'event')
  return {
    id,
    messageId: message_id,
    source: textOf(within(read, 'source')) ?? textOf(within(effect, 'source')),
    type: textOf(within(event, 'type')),
    name: textOf(within(event, 'event')) ?? textOf(within(event, 'name')),
    destination: textOf(within(read, 'destination')),
    stage,
    reason,
    at: toIso(at),
    attempts,
    trace: message_id === null ? null : `/api/v1/events/${encodeURIComponent(message_id)}/trace`,
    body: read as Document['body'],
  }
}

/** The event that a letter is about: as it was sent, or, when a destination did not take it, as it was applied. */
export function eventIn(body: JsonValue): JsonObject | null {
  const items = within(body, 'items')
  const event = Array.isArray(items) ? within(items[0], 'body') : within(body, 'effect', 'event')
  return isObject(event) ? event : null
}

function within(value: unknown, ...path: readonly string[]): JsonValue | undefined {
  let found = value
  for (const key of path) found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined
  return found as JsonValue | undefined
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
