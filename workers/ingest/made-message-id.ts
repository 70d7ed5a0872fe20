import { contentHash } from '../../platform/hashing.ts'
import { TRANSPORT_FIELDS } from '../../shared/event/normalize.ts'
import { canonicalJson } from '../../shared/kernel/canonical-json.ts'
import { parseInstant } from '../../shared/kernel/instant.ts'
import { type JsonObject, type JsonValue, own } from '../../shared/kernel/json.ts'

/**
 * An id for a message that came without one. When the client said when it happened, the id is a hash of source, type and
 * body, so that the same message sent again is known again; without a time two equal messages may be two events, and
 * the id is random. `body` has passed validateItem, which bounds its depth.
 */
export function madeMessageId(source: string, type: string, body: JsonObject): string {
  const time = parseInstant(own(body, 'originalTimestamp')) ?? parseInstant(own(body, 'timestamp'))
  if (time === undefined) return crypto.randomUUID()
  const { messageId: _, ...rest }: { [key: string]: JsonValue } = body
  for (const field of TRANSPORT_FIELDS) delete rest[field]
  return contentHash(`${source}\n${type}\n${canonicalJson(rest)}`)
}
