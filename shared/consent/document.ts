import { z } from 'zod'
import type { CursorPosition } from '../kernel/cursor.ts'
import { parseInstant } from '../kernel/instant.ts'
import type { JsonValue } from '../kernel/json.ts'
import { CONSENT_LIMITS, CONSENT_STATUSES } from './consent.ts'

/** What may be read of the ledger of consent, and how it is written (contracts/http.md, "Tracking, consent"). */
const Iso = z.string().meta({ description: 'ISO 8601, UTC, milliseconds', format: 'date-time' })
const Json: z.ZodType<JsonValue> = z.json()
const Status = z.enum(CONSENT_STATUSES)

const facts = {
  status: Status,
  at: Iso.meta({ description: 'When it was said' }),
  source: z.string().meta({ description: 'Who says so' }),
  messageId: z.string().meta({ description: 'The event that said it' }),
  proof: Json.optional(),
  expiresAt: Iso.optional().meta({ description: 'From then on it counts as if nothing had been said' }),
}

export const ConsentDocument = z.object(facts).meta({ id: 'Consent' })
export type ConsentDocument = z.infer<typeof ConsentDocument>

export const ConsentsDocument = z
  .record(z.string(), ConsentDocument)
  .meta({ id: 'Consents', description: 'By channel (`email`) or purpose (`marketing`)' })
export type ConsentsDocument = z.infer<typeof ConsentsDocument>

export const ConsentChangeDocument = z
  .object({ name: z.string(), channel: z.string().optional(), purpose: z.string().optional(), ...facts })
  .meta({ id: 'ConsentChange' })
export type ConsentChangeDocument = z.infer<typeof ConsentChangeDocument>

export const ConsentHistoryPage = z.object({
  history: z.array(ConsentChangeDocument).meta({ description: 'Newest first' }),
  cursor: z.string().nullable().meta({ description: 'Pass it as ?cursor= for the next page; null at the end' }),
})
export type ConsentHistoryPage = z.infer<typeof ConsentHistoryPage>

export interface ConsentHistoryQuery {
  readonly limit: number
  readonly cursor?: CursorPosition | undefined
  /** Only changes of this channel or purpose. */
  readonly name?: string | undefined
}

const GivenInstant = z
  .string()
  .refine((text) => parseInstant(text) !== undefined, 'must be an ISO 8601 date or time')
  .meta({ format: 'date-time' })

/** One consent as it is written. */
export const ConsentInput = z.strictObject({
  status: Status,
  source: z
    .string()
    .min(1)
    .max(CONSENT_LIMITS.sourceChars)
    .optional()
    .meta({ description: 'Who says so; `api` unless given' }),
  proof: Json.optional()
    .refine((proof) => proof === undefined || JSON.stringify(proof).length <= CONSENT_LIMITS.proofChars, {
      error: `must not be longer than ${CONSENT_LIMITS.proofChars} characters of JSON`,
    })
    .meta({ description: 'What shows that it was said: a text, an address, the fields of a form' }),
  at: GivenInstant.optional().meta({ description: 'When it was said; now unless given' }),
  expiresAt: GivenInstant.optional(),
})
export type ConsentInput = z.infer<typeof ConsentInput>
