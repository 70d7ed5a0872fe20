import type { WorkspaceSettings } from '../../shared/config/workspace-config.ts'
import type { Event, EventType } from '../../shared/event/event.ts'
import { validateItem } from '../../shared/event/validate-item.ts'
import type { Failure, FieldError } from '../../shared/kernel/failure.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { ok, type Result } from '../../shared/kernel/result.ts'
import { utf8Length } from '../../shared/kernel/utf8.ts'
import type { IngestMessage } from '../../shared/message/ingest-message.ts'
import { normalizedEvent } from '../../shared/message/normalized-event.ts'
import type { Call } from '../http/serve.ts'
import { unprocessable } from './check-condition.ts'

/** An event to try something on, as the consumer would have it, had a server sent it just now. */
export function givenEvent(
  { requestId, now }: Call,
  body: JsonObject,
  source: string,
  settings: WorkspaceSettings,
): Result<Event, Failure> {
  const valid = validEvent(body, undefined)
  if (!valid.ok) return valid
  const item = { i: 0, messageId: `preview-${requestId}`, body }
  const envelope = { v: 1 as const, requestId, source, trust: 'server' as const, origin: 'live' as const }
  const ingest: IngestMessage = { ...envelope, receivedAt: now, items: [item] }
  return ok(normalizedEvent(ingest, item, valid.value, settings))
}

/** The type of an event in the field `event` of a body; 422 for one that the pipeline would reject. */
export function validEvent(body: JsonObject, typeFromPath: EventType | undefined): Result<EventType, Failure> {
  const valid = validateItem(body, typeFromPath)
  if (!valid.ok) {
    const { path, message } = valid.failure
    return unprocessable([{ path: path === '' ? 'event' : `event.${path}`, message }])
  }
  const fault = tooLarge(body)
  return fault ? unprocessable([fault]) : ok(valid.value)
}

export function tooLarge(body: JsonObject): FieldError | undefined {
  if (utf8Length(JSON.stringify(body)) <= LIMITS.eventBytes) return undefined
  return { path: 'event', message: `larger than ${LIMITS.eventBytes} bytes` }
}
