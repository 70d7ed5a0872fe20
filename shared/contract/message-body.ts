import { z } from 'zod'
import { REJECT_REASONS, type RejectReason } from '../event/outcome.ts'

/**
 * Bodies of the ingestion paths, for readers of the documentation. Incoming events are not checked with these schemas
 * but by shared/event/validate-item.ts: parsing free-form objects with zod would copy every one of them.
 */
const Id = z.union([z.string().max(255), z.number()]).nullish()
const Fields = z.looseObject({})
const Time = z.string().meta({ description: 'ISO 8601', format: 'date-time' })

const common = {
  messageId: z.string().max(255).optional().meta({ description: 'Idempotency key; made from the body when absent' }),
  userId: Id.meta({ description: 'This or anonymousId is required' }),
  anonymousId: Id,
  timestamp: Time.optional().meta({ description: "When it happened, by the client's clock" }),
  originalTimestamp: Time.optional(),
  sentAt: Time.optional(),
  context: Fields.nullish(),
  integrations: Fields.nullish(),
}

export const TrackBody = z
  .looseObject({ ...common, event: z.string().min(1).max(512), properties: Fields.nullish() })
  .meta({ id: 'Track' })
export const IdentifyBody = z.looseObject({ ...common, traits: Fields.nullish() }).meta({ id: 'Identify' })
const View = z.looseObject({
  ...common,
  name: z.string().nullish(),
  category: z.string().nullish(),
  properties: Fields.nullish(),
})
export const PageBody = View.meta({ id: 'Page' })
export const ScreenBody = View.meta({ id: 'Screen' })
export const GroupBody = z.looseObject({ ...common, groupId: Id, traits: Fields.nullish() }).meta({ id: 'Group' })
export const AliasBody = z.looseObject({ ...common, previousId: Id }).meta({ id: 'Alias' })

/** An item whose `type` says which call it is. */
export const TypedMessage = z
  .discriminatedUnion('type', [
    TrackBody.extend({ type: z.literal('track') }),
    IdentifyBody.extend({ type: z.literal('identify') }),
    PageBody.extend({ type: z.literal('page') }),
    ScreenBody.extend({ type: z.literal('screen') }),
    GroupBody.extend({ type: z.literal('group') }),
    AliasBody.extend({ type: z.literal('alias') }),
  ])
  .meta({ id: 'Message' })

export const SdkSuccess = z.object({ success: z.literal(true) }).meta({ id: 'SdkSuccess' })
export const SdkFailure = z
  .object({ success: z.literal(false), code: z.string(), message: z.string(), requestId: z.string() })
  .meta({ id: 'SdkFailure' })

export const ItemsAccepted = z
  .object({
    accepted: z.int(),
    rejected: z.array(
      z.object({
        index: z.int(),
        messageId: z.string().nullable(),
        code: z.enum(Object.keys(REJECT_REASONS) as [RejectReason]),
        path: z.string(),
        message: z.string(),
      }),
    ),
  })
  .meta({ id: 'ItemsAccepted' })
