import type { EventType } from '../shared/event/event.ts'
import { normalize, type TimeSettings } from '../shared/event/normalize.ts'
import type { CanonicalId } from '../shared/kernel/id.ts'
import type { JsonObject } from '../shared/kernel/json.ts'
import { copyIdOf, type IngestItem, type IngestMessage } from '../shared/message/ingest-message.ts'
import { enqueueIngest } from './event-queues.ts'
import { type OwnSource, ownSourceId } from './own-source.ts'
import { spillIngest } from './spill.ts'

/**
 * Events that Tributary itself tells about a person it knows (platform/own-source.ts). They take the same way as those
 * of an SDK, queue, archive, profile, effects, and carry the person's leaf instead of identifiers.
 */
export interface OwnEvent {
  readonly source: OwnSource
  readonly workspace: string
  readonly requestId: string
  /** Epoch milliseconds. */
  readonly receivedAt: number
  /** The leaf it is about: what it says stays with these data when a merge is undone. */
  readonly leaf: CanonicalId
  readonly messageId: string
  readonly name: string
  readonly properties: JsonObject
  readonly context?: JsonObject
  /** `own` is exempt from the rules for traffic, as what a person said must be; `live` where anybody can cause it. */
  readonly origin: 'own' | 'live'
}

const TYPE: EventType = 'track'

export function ownMessage(own: OwnEvent): IngestMessage {
  const { workspace, requestId, receivedAt, leaf, messageId, name, properties, context, origin } = own
  const source = ownSourceId(own.source, workspace)
  const body = { type: TYPE, event: name, messageId, properties, ...(context ? { context } : {}) }
  const item: IngestItem = { i: 0, type: TYPE, profile: leaf, body }
  return { v: 1, requestId, source, trust: 'server', origin, receivedAt, items: [item] }
}

/** Answers whether the event is durable: in a queue, or spilled. Never rejects. */
export async function sendOwnEvent(env: Env, own: OwnEvent): Promise<boolean> {
  const message = ownMessage(own)
  const left = await enqueueIngest(env, [JSON.stringify(message)], message.source, own.leaf)
  const { workspace: owner, requestId, receivedAt } = own
  return left.length === 0 || spillIngest(env, left, { owner, requestId, receivedAt })
}

/** The event as the consumer will make it, for whoever applies it at once: the same copy, so it is applied once. */
export function ownCopy(own: OwnEvent, settings: TimeSettings) {
  const message = ownMessage(own)
  const item = message.items[0] as IngestItem
  const event = normalize(message, item, TYPE, settings)
  return { copyId: copyIdOf(message, item), origin: own.origin, leaf: own.leaf, eventText: JSON.stringify(event) }
}
