import type { CanonicalId } from '../shared/kernel/id.ts'
import { toIso } from '../shared/kernel/instant.ts'
import type { JsonObject } from '../shared/kernel/json.ts'
import { enqueueIngest } from './event-queues.ts'
import { type OwnSource, ownSourceId } from './own-source.ts'
import { MESSAGE_BYTES, packed } from './queue-packing.ts'

/** Traits that Tributary itself writes to people it knows: identify calls without identifiers, on the way of all events. */
export interface OwnTraits {
  readonly source: OwnSource
  readonly workspace: string
  /** The same whenever the same is sent again: its copies are known by it. */
  readonly requestId: string
  /** When it is true from, in epoch milliseconds. */
  readonly at: number
  readonly people: readonly { readonly id: CanonicalId; readonly messageId: string; readonly traits: JsonObject }[]
}

/** @throws when no queue takes a message: the same may be sent again */
export async function sendOwnTraits(env: Env, own: OwnTraits): Promise<void> {
  const { workspace, requestId, at, people } = own
  const source = ownSourceId(own.source, workspace)
  const envelope = { v: 1, source, trust: 'server', origin: 'own', receivedAt: at }
  const texts = people.map(({ id, messageId, traits }, i) => {
    const body = { type: 'identify', messageId, timestamp: toIso(at), traits }
    return JSON.stringify({ i, type: 'identify', profile: id, body })
  })
  const room = MESSAGE_BYTES - JSON.stringify(envelope).length - requestId.length - 50
  for (const group of packed(texts, room)) {
    const opening = JSON.stringify({ ...envelope, requestId }).slice(0, -1)
    const left = await enqueueIngest(env, [`${opening},"items":[${group.join(',')}]}`], source, requestId)
    if (left.length > 0) throw new Error('the queues take no messages')
  }
}
