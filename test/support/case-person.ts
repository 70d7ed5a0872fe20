import { parseInstant } from '../../shared/kernel/instant.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { NOBODY, type PersonView } from '../../shared/segment/person-view.ts'
import type { Surroundings } from '../../shared/segment/surroundings.ts'
import { MemoryCore } from './memory-core.ts'

/** Folds the messages of one of the segmentation cases into the person `u1`, through the real pure core. */
export interface CaseMessage {
  readonly type: string
  readonly message_id: string
  readonly ts: string
  readonly received_at?: string
  readonly user_id?: string
  readonly anonymous_id?: string
  readonly previous_id?: string
  readonly event?: string
  readonly traits?: JsonObject
  readonly properties?: JsonObject
}

/** The case's person as known at an instant: from the messages received up to it. */
export function foldCase(messages: readonly CaseMessage[], at: number, surroundings?: Surroundings): PersonView {
  const core = new MemoryCore()
  const arrived = messages.filter((message) => receivedAt(message) <= at)
  for (const message of [...arrived].sort((a, b) => receivedAt(a) - receivedAt(b))) {
    core.receive({ source: 'src_case', receivedAt: receivedAt(message) }, { body: bodyOf(message) })
  }
  return core.person('user_id', 'u1', surroundings) ?? NOBODY
}

function bodyOf(message: CaseMessage): JsonObject {
  const { type, message_id, ts, received_at: _, user_id, anonymous_id, previous_id, ...rest } = message
  // The notation names the aliased id by its kind; on the wire it is the previousId.
  const previousId = previous_id ?? (type === 'alias' ? anonymous_id : undefined) ?? null
  const anonymousId = type === 'alias' ? null : (anonymous_id ?? null)
  return { type, messageId: message_id, timestamp: ts, userId: user_id ?? null, anonymousId, previousId, ...rest }
}

export function receivedAt(message: CaseMessage): number {
  return instantOf(message.received_at ?? message.ts)
}

export function instantOf(text: string): number {
  const at = parseInstant(text)
  if (at === undefined) throw new Error(`no instant: ${text}`)
  return at
}
