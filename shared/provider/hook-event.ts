import { z } from 'zod'
import type { JsonObject } from '../kernel/json.ts'

/**
 * What a provider told us, in our words (contracts/providers.md §1). Three kinds: what became of a message, a record
 * of another system that changed, and any other event of another system.
 */
export const MESSAGE_TYPES = [
  'accepted',
  'sent',
  'delivered',
  'deferred',
  'opened',
  'clicked',
  'bounced',
  'complained',
  'unsubscribed',
  'resubscribed',
  'failed',
  'read',
  'replied',
] as const
export type MessageType = (typeof MESSAGE_TYPES)[number]

export const CHANNELS = ['email', 'sms', 'whatsapp'] as const
export type Channel = (typeof CHANNELS)[number]

export const FAIL_REASONS = ['suppressed', 'rejected', 'rendering', 'filtered', 'expired', 'config', 'other'] as const
export type FailReason = (typeof FAIL_REASONS)[number]

const Attribute = z.union([z.string(), z.number(), z.boolean()])

export const MessageEvent = z.object({
  kind: z.literal('message'),
  channel: z.enum(CHANNELS),
  type: z.enum(MESSAGE_TYPES),
  bounce: z.enum(['hard', 'soft']).optional(),
  /** Of `failed` one of FAIL_REASONS; of `replied` `auto` for what a machine answered. */
  reason: z.enum([...FAIL_REASONS, 'auto']).optional(),
  /** By a proxy or scanner: kept, no engagement, never a trigger. */
  machine: z.boolean().optional(),
  /** Of (un)subscriptions: `all`, `marketing`, `group:10`, `tag:news`, `stream:broadcast`. */
  scope: z.string().optional(),
  messageId: z.string().optional(),
  /** The person's address: of a reply, who wrote it. */
  recipient: z.string().optional(),
  /** Epoch milliseconds; absent when the provider says no time. */
  at: z.int().optional(),
  url: z.string().optional(),
  /** The provider's or the mail server's code. */
  code: z.string().optional(),
  /** What the mail server or provider said, or the text of a reply. */
  detail: z.string().optional(),
  /** Of a reply: the address as the provider wrote it. */
  from: z.string().optional(),
  /** Unique per source: the event's messageId. */
  dedup: z.string(),
  /** Our own ids and whatever else was sent along with the message. */
  metadata: z.record(z.string(), Attribute).optional(),
})
export type MessageEvent = z.infer<typeof MessageEvent>

/** The address is suppressed at the provider; nothing happened to a message. Mirrored, not shown in the timeline. */
export interface SuppressionMirror {
  readonly kind: 'mirror'
  readonly channel: Channel
  readonly recipient: string
  readonly cause: 'hard_bounce' | 'complaint' | 'unsubscribe' | 'manual'
  readonly suppressed: boolean
  readonly at?: number | undefined
  readonly dedup: string
}

export const RECORD_OPS = [
  'upsert',
  'update',
  'delete',
  'undelete',
  'merge',
  'erase',
  'mark_dirty_and_refetch',
  'resync',
] as const
export type RecordOp = (typeof RECORD_OPS)[number]

/** A record of another system that changed. */
export interface RecordChange {
  readonly kind: 'record'
  readonly system: 'salesforce' | 'hubspot'
  readonly entity: string
  /** `001*` or `000000000000000AAA` for all of the entity, with op `resync`. */
  readonly record: string
  readonly op: RecordOp
  /** Fields to write; compound fields with dots. */
  readonly set: Readonly<Record<string, unknown>>
  /** Fields that were emptied. */
  readonly clear: readonly string[]
  /** Fields sent along that did not change: context only. */
  readonly enriched: Readonly<Record<string, unknown>>
  /** Fields that changed and whose value must be fetched. */
  readonly refetch: readonly string[]
  readonly at?: number | undefined
  readonly dedup: string
  readonly order?: { readonly commitNumber: number; readonly sequenceNumber: number } | undefined
  readonly replayId?: number | string | undefined
  readonly origin?: string | undefined
  /** Of a merge: the records that became this one. */
  readonly merged?: readonly string[] | undefined
}

/** An event of another system under its own name. */
export interface ForeignEvent {
  readonly kind: 'foreign'
  readonly name: string
  readonly at?: number | undefined
  readonly dedup: string
  readonly person: Person
  readonly properties: Readonly<Record<string, unknown>>
}

/** Whom it is about, as far as the payload says. */
export interface Person {
  readonly userId?: string | undefined
  readonly anonymousId?: string | undefined
  readonly email?: string | undefined
  readonly phone?: string | undefined
  /** Identifiers of the other system, by type: `stripe_customer_id`. */
  readonly externalIds?: Readonly<Record<string, string>> | undefined
}

/** A message that a connector made itself, of the kind that SDKs send. */
export interface MadeItem {
  readonly kind: 'item'
  readonly body: JsonObject
  /** Empty: a record of a connector has no id of its own unless its message has one. */
  readonly dedup: string
}

export type HookEvent = MessageEvent | SuppressionMirror | RecordChange | ForeignEvent | MadeItem
