import { z } from 'zod'

/** What a trait says of a person to the matcher (shared/matching/record.ts); `full` is a whole name. */
export const MATCH_FIELDS = [
  'given',
  'surname',
  'middle',
  'full',
  'date',
  'email',
  'phone',
  'id',
  'postcode',
  'street',
  'place',
  'company',
  'text',
] as const
export type MatchField = (typeof MATCH_FIELDS)[number]

/** Traits by the names that SDKs, CRMs and shops usually give them; a path leads into an object. */
const USUAL_FIELDS: Readonly<Record<string, MatchField>> = {
  firstName: 'given',
  first_name: 'given',
  lastName: 'surname',
  last_name: 'surname',
  name: 'full',
  email: 'email',
  phone: 'phone',
  birthday: 'date',
  birthdate: 'date',
  date_of_birth: 'date',
  'address.street': 'street',
  'address.postalCode': 'postcode',
  'address.postal_code': 'postcode',
  'address.zip': 'postcode',
  'address.city': 'place',
  company: 'company',
}

/** Finding people who share no identifier and are probably one (docs/matching.md). */
export const MatchingSettings = z.object({
  /** `review`: proposals wait for a person. `automatic`: what is above `mergeAbove` is joined at once. */
  mode: z.enum(['off', 'review', 'automatic']).default('off'),
  /** Less likely pairs are not proposed. */
  reviewAbove: z.number().min(0.05).max(1).default(0.5),
  /** Pairs that a rule may join, in mode `automatic`. */
  mergeAbove: z.number().min(0.5).max(1).default(0.98),
  /** What is compared: trait (`address.city` for a field of an object) → what it says. Replaces the usual names. */
  fields: z
    .record(z.string().min(1).max(200), z.enum(MATCH_FIELDS))
    .refine((fields) => Object.keys(fields).length <= 30, 'must name at most 30 traits')
    .default({ ...USUAL_FIELDS }),
})
export type MatchingSettings = z.infer<typeof MatchingSettings>
