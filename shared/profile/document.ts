import { z } from 'zod'
import { EVENT_TYPES, type EventType } from '../event/event.ts'
import type { CursorPosition } from '../kernel/cursor.ts'
import type { JsonValue } from '../kernel/json.ts'

/** JSON of any shape; zod's own type for it is mutable, ours is not. */
const Json: z.ZodType<JsonValue> = z.json()

/** What may be read of a profile: the wire shapes of contracts/http.md. Times are ISO 8601 UTC with milliseconds. */
const Iso = z.string().meta({ description: 'ISO 8601, UTC, milliseconds', format: 'date-time' })

export const IdentifierDocument = z
  .object({
    type: z.string(),
    value: z.string().meta({ description: 'As sent; matched in normal form' }),
    firstSeen: Iso,
    lastSeen: Iso,
    source: z.string().meta({ description: 'Source of the message that added it' }),
    messageId: z.string().meta({ description: 'The message that added it' }),
  })
  .meta({ id: 'Identifier' })
export type IdentifierDocument = z.infer<typeof IdentifierDocument>

export const SuppressionDocument = z
  .object({
    channel: z.string(),
    address: z.string().nullable(),
    scope: z.string().meta({ description: '`all`, `marketing`, or a group of the provider' }),
    since: Iso,
    reason: z.string().meta({ description: 'Name of the event that made it so' }),
    messageId: z.string(),
  })
  .meta({ id: 'Suppression' })
export type SuppressionDocument = z.infer<typeof SuppressionDocument>

export const ProfileDocument = z
  .object({
    id: z.string(),
    mergedIds: z.array(z.string()).meta({ description: 'Canonical IDs that were merged into this one' }),
    identifiers: z.array(IdentifierDocument),
    traits: z.record(z.string(), Json),
    traitMeta: z
      .record(z.string(), z.object({ at: Iso, messageId: z.string(), source: z.string() }))
      .optional()
      .meta({ description: 'Only with ?meta=1' }),
    segments: z.array(z.object({ key: z.string(), since: Iso })),
    consents: z.record(z.string(), z.object({ status: z.string(), at: Iso, source: z.string() })),
    suppressions: z.array(SuppressionDocument).optional().meta({
      description: 'Where providers said that nothing may be sent any more; absent when there is no such place',
    }),
    eventCounts: z.record(z.string(), z.int()),
    computedTraits: z.record(z.string(), Json),
    firstSeen: Iso,
    lastSeen: Iso,
    version: z.int(),
  })
  .meta({ id: 'Profile' })
export type ProfileDocument = z.infer<typeof ProfileDocument>

export const EventDocument = z
  .object({
    messageId: z.string(),
    type: z.enum(EVENT_TYPES),
    name: z.string().optional(),
    timestamp: Iso,
    receivedAt: Iso,
    source: z.string(),
    userId: z.string().optional(),
    anonymousId: z.string().optional(),
    groupId: z.string().optional(),
    properties: z.record(z.string(), Json),
    traits: z.record(z.string(), Json).optional(),
    context: z.record(z.string(), Json),
    late: z.boolean(),
    originalTimestamp: z.string().optional(),
    clock: z.boolean().optional().meta({ description: 'The time sent was impossible; receivedAt was taken' }),
    conflict: z.boolean().optional().meta({ description: 'Another copy of this event had a different body' }),
  })
  .meta({ id: 'Event' })
export type EventDocument = z.infer<typeof EventDocument>

export const EventPage = z.object({
  events: z.array(EventDocument),
  cursor: z.string().nullable().meta({ description: 'Pass it as ?cursor= for the next page; null at the end' }),
})
export type EventPage = z.infer<typeof EventPage>

/** A value that somebody gave a trait. */
export const TraitWriteDocument = z
  .object({
    trait: z.string(),
    value: Json.meta({ description: '`null` deletes it' }),
    at: Iso.meta({ description: 'When it was said; the latest stands' }),
    messageId: z.string(),
    source: z.string(),
    outcome: z
      .enum(['stands', 'lost', 'not_taken'])
      .meta({ description: '`lost`: another is later. `not_taken`: too large, or one trait too many' }),
  })
  .meta({ id: 'TraitWrite' })
export type TraitWriteDocument = z.infer<typeof TraitWriteDocument>

export const LinkDocument = z.object({
  a: z.string().meta({ description: '`type:value`' }),
  b: z.string(),
  cause: z.object({
    kind: z.enum(['message', 'alias', 'rule', 'person']),
    messageId: z.string().optional(),
    at: Iso,
    probability: z.number().optional(),
  }),
})
export type LinkDocument = z.infer<typeof LinkDocument>

export const MergeDocument = z.object({
  mergeId: z.string(),
  winner: z.string(),
  loser: z.string(),
  at: Iso,
  cause: LinkDocument.shape.cause,
  undoneAt: Iso.optional(),
})
export type MergeDocument = z.infer<typeof MergeDocument>

/** An identifier within the identity of a person. */
export const HeldIdentifierDocument = IdentifierDocument.extend({
  ref: z.string().meta({ description: '`type:value` in normal form, as links name it' }),
  leaves: z.array(z.string()).meta({ description: 'Canonical IDs under which it arrived' }),
}).meta({ id: 'HeldIdentifier' })
export type HeldIdentifierDocument = z.infer<typeof HeldIdentifierDocument>

/** A canonical ID under which data of the person arrived. */
export const LeafDocument = z
  .object({
    id: z.string(),
    events: z.int(),
    firstSeen: Iso.optional().meta({ description: 'Of its events; absent while it has none' }),
    lastSeen: Iso.optional(),
  })
  .meta({ id: 'Leaf' })
export type LeafDocument = z.infer<typeof LeafDocument>

export const IdentityDocument = z.object({
  identifiers: z.array(HeldIdentifierDocument),
  leaves: z.array(LeafDocument),
  links: z.array(LinkDocument),
  merges: z.array(MergeDocument),
  path: z.array(LinkDocument).nullable().optional().meta({
    description: 'Only with `from` and `to`: the shortest chain of links between the two; null when there is none',
  }),
})
export type IdentityDocument = z.infer<typeof IdentityDocument>

/** Selects a page of a timeline, newest first. `from` and `to` are epoch milliseconds, both ends included. */
export interface EventQuery {
  readonly limit: number
  /** Only what comes after this place. */
  readonly cursor?: CursorPosition | undefined
  readonly name?: string | undefined
  readonly type?: EventType | undefined
  readonly source?: string | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** A read of a profile object: the answer, or where the person went, or nobody. */
export type Read<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'moved'; readonly to: string }
  | { readonly kind: 'unknown' }
