import type { JsonObject, JsonValue } from '../kernel/json.ts'

/**
 * What a destination is given: one thing that happened, with the person as they are at the moment of sending. `data` is
 * plain JSON, which a mapping may rewrite; its shape is that of the webhook destination (contracts/http.md).
 */
export const DELIVERY_TYPES = [
  'track',
  'identify',
  'page',
  'screen',
  'group',
  'alias',
  'profile.merged',
  'profile.unmerged',
  'profile.deleted',
  'consent.updated',
] as const
export type DeliveryType = (typeof DELIVERY_TYPES)[number]

export interface Delivery {
  /** The effect's idempotency key, in characters that any header takes. */
  readonly key: string
  readonly type: DeliveryType
  /** When it happened, epoch milliseconds. */
  readonly at: number
  /** `{ messageId, event?, properties?, traits?, context, timestamp, profile: { id, identifiers, traits } }` */
  readonly data: JsonObject
}

/** The person as destinations are told of them. */
export type DeliveryPerson = {
  readonly id: string
  readonly identifiers: readonly JsonObject[]
  readonly traits: JsonObject
}

/** A person of whom nothing is left to tell. */
export function nobody(id: string): DeliveryPerson {
  return { id, identifiers: [], traits: {} }
}

/** The text at a path, numbers as text; undefined for everything else. */
export function textIn(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}
