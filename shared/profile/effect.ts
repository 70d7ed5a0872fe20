import { z } from 'zod'
import { CONSENT_STATUSES } from '../consent/consent.ts'
import type { Event } from '../event/event.ts'

/** What a copy changed about a person that others may want to hear of. */
export const ProfileChange = z.object({
  kind: z.enum(['created', 'updated']),
  /** Names of the traits it wrote. */
  traits: z.array(z.string()).readonly(),
  /** `type:value` in normal form of the identifiers it added. */
  identifiers: z.array(z.string()).readonly(),
  /** Names of channels and purposes of which another consent stands. */
  consents: z.array(z.string()).readonly().optional(),
})
export type ProfileChange = z.infer<typeof ProfileChange>

/** A consent as others are told of it. */
const ConsentChange = z.object({ status: z.enum(CONSENT_STATUSES), at: z.number(), source: z.string() })

/** Every effect's key is its idempotency key from birth: sent twice, it is the same effect. */
const envelope = { key: z.string().min(1), workspace: z.string(), profile: z.string() }
const event = z.custom<Event>((value) => typeof value === 'object' && value !== null)

/**
 * Something that happened to a profile and that others may act on: an applied event; a segment change, which is an event
 * that Tributary itself wrote; or something that happened to the profile as a whole.
 */
export const Effect = z.discriminatedUnion('kind', [
  z.object({
    ...envelope,
    kind: z.literal('event'),
    event,
    /** What the person consented to when it was applied; absent while nothing was said. For sending, ask the profile. */
    consents: z.record(z.string(), z.enum(CONSENT_STATUSES)).optional(),
  }),
  z.object({ ...envelope, kind: z.literal('segment'), event }),
  z.object({
    ...envelope,
    kind: z.literal('profile'),
    change: z.enum(['created', 'updated', 'merged', 'unmerged', 'deleted']),
    /** Epoch milliseconds. */
    at: z.number(),
    /** Of created and updated: what changed, and the message that did it. */
    traits: z.array(z.string()).readonly().optional(),
    identifiers: z.array(z.string()).readonly().optional(),
    messageId: z.string().optional(),
    /** Of merged: who was merged into `profile`. Of unmerged: who was taken out of it. */
    other: z.string().optional(),
    mergeId: z.string().optional(),
  }),
  z.object({
    ...envelope,
    kind: z.literal('consent'),
    /** Arrival of the message that said it, epoch milliseconds. */
    at: z.number(),
    messageId: z.string(),
    /** What stands now, by channel or purpose. */
    consents: z.record(z.string(), ConsentChange),
  }),
])
export type Effect = z.infer<typeof Effect>
export type ProfileEffect = Extract<Effect, { kind: 'profile' }>
