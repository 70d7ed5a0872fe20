import type { JsonObject } from '../kernel/json.ts'
import type { Channel, ForeignEvent, HookEvent, MessageEvent, MessageType, Person } from './hook-event.ts'
import { about } from './message-person.ts'
import { present } from './payload.ts'
import { recordItem } from './record-item.ts'
import { suppressionOf } from './suppression.ts'

/**
 * What a provider told as a message of the kind that SDKs send (contracts/http.md, the row of /hooks): `<Channel> <What>`
 * with the normalised `type` among its properties, on the person whom it is about. Undefined when it is about nobody's
 * timeline.
 */
const CHANNEL_NAMES: Readonly<Record<Channel, string>> = { email: 'Email', sms: 'SMS', whatsapp: 'WhatsApp' }

const WHAT: Readonly<Record<Exclude<MessageType, 'unsubscribed' | 'resubscribed'>, string>> = {
  accepted: 'Accepted',
  sent: 'Sent',
  delivered: 'Delivered',
  deferred: 'Deferred',
  opened: 'Opened',
  clicked: 'Link Clicked',
  bounced: 'Bounced',
  complained: 'Marked as Spam',
  failed: 'Failed',
  read: 'Read',
  replied: 'Replied',
}

export function messageItem(event: HookEvent, provider: string): JsonObject | undefined {
  switch (event.kind) {
    case 'message':
      return ofMessage(event, provider)
    case 'foreign':
      return ofForeign(event, provider)
    case 'record':
      return recordItem(event, provider)
    case 'item':
      return event.body
    case 'mirror':
      return undefined
  }
}

export function eventName({ channel, type }: Pick<MessageEvent, 'channel' | 'type'>): string {
  if (type === 'unsubscribed') return 'Unsubscribed'
  if (type === 'resubscribed') return 'Resubscribed'
  return `${CHANNEL_NAMES[channel]} ${WHAT[type]}`
}

function ofMessage(event: MessageEvent, provider: string): JsonObject | undefined {
  const { channel, type, bounce, reason, machine, scope, url, code, detail, from, recipient, messageId, metadata } =
    event
  const suppression = suppressionOf(event)
  const person = {
    ...(recipient === undefined ? {} : channel === 'email' ? { email: recipient } : { phone: recipient }),
    userId: idIn(metadata, 'userId'),
    anonymousId: idIn(metadata, 'anonymousId'),
  }
  const properties = present<JsonObject>({
    ...{
      channel,
      type,
      bounce,
      reason,
      machine,
      scope,
      url,
      code,
      detail,
      from,
      recipient,
      messageId,
      metadata,
      provider,
    },
    suppression: suppression && { ...suppression },
  })
  return track(eventName(event), event.dedup, event.at, provider, person, properties)
}

/** Our own ids as senders write them into custom args, metadata and callback addresses. */
function idIn(metadata: MessageEvent['metadata'], name: 'userId' | 'anonymousId'): string | undefined {
  if (!metadata) return undefined
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  for (const key of [`cdp_${snake}`, name, snake]) {
    const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined
    if (typeof value === 'string' || typeof value === 'number') return String(value)
  }
  return undefined
}

/** Of a payload beyond this only the scalars at its top become properties; the raw record is archived whole. */
const MOST_PROPERTY_CHARS = 40_000

function ofForeign(event: ForeignEvent, provider: string): JsonObject | undefined {
  // Payloads come out of JSON.parse, so they are JSON.
  const properties = event.properties as JsonObject
  const isLarge = JSON.stringify(properties).length > MOST_PROPERTY_CHARS
  const kept = isLarge ? { ...scalars(properties), truncated: true } : properties
  return track(event.name.slice(0, 500), event.dedup, event.at, provider, event.person, { ...kept, provider })
}

function scalars(properties: JsonObject): JsonObject {
  const kept = Object.entries(properties).filter(
    ([, value]) => typeof value !== 'object' && String(value).length <= 1_000,
  )
  return Object.fromEntries(kept.slice(0, 100))
}

function track(
  name: string,
  messageId: string,
  at: number | undefined,
  provider: string,
  person: Person,
  properties: JsonObject,
): JsonObject | undefined {
  // A balance that is available, an open of a mail to several people: nobody's timeline has a place for it.
  if (Object.values(person).every((id) => id === undefined)) return undefined
  return { type: 'track', event: name, messageId, ...about(person, at, provider), properties }
}
