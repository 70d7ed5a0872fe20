import { z } from 'zod'
import { ProfileDocument } from '../profile/document.ts'
import { defineContract } from './contract.ts'
import { PlaceParameter } from './query.ts'

const MOST_TRAITS = 10

/** `trait.<name>=value`: any name, so the query is an open record beside its fixed parameters. */
const Query = z
  .object({
    q: z
      .string()
      .trim()
      .max(200, 'must have at most 200 characters')
      .optional()
      .meta({ description: 'Words or parts of words in identifiers and text traits; case and accents do not matter' }),
    segment: z.string().min(1).max(200).optional().meta({ description: 'Only members of this segment' }),
    cursor: PlaceParameter,
    limit: z.coerce
      .number('must be a number')
      .int('must be a whole number')
      .min(1, 'must be at least 1')
      .max(500, 'must be at most 500')
      .default(20)
      .meta({ description: 'Most profiles in one answer' }),
  })
  .catchall(z.string().max(1_000, 'must have at most 1000 characters'))
  .superRefine((query, context) => {
    const filters = Object.keys(query).filter((name) => !FIXED.has(name))
    for (const name of filters) {
      if (!/^trait\.[^.]/.test(name)) {
        context.addIssue({
          code: 'custom',
          path: [name],
          message: 'is not a parameter here; traits are `trait.<name>`',
        })
      }
    }
    if (filters.length > MOST_TRAITS) {
      context.addIssue({ code: 'custom', path: ['trait'], message: `at most ${MOST_TRAITS} traits can be asked for` })
    }
  })

const FIXED: ReadonlySet<string> = new Set(['q', 'segment', 'cursor', 'limit'])

export const listProfiles = defineContract({
  name: 'listProfiles',
  method: 'get',
  path: '/api/v1/profiles',
  group: 'Profiles',
  scope: 'profiles:read',
  summary: 'Search profiles',
  description:
    'Full text over identifiers and text traits, members of a segment, values of traits (`trait.plan=pro`, ' +
    '`trait.address.city=Berlin`, at most ten); filters combine.',
  query: Query,
  reply: z.object({ profiles: z.array(ProfileDocument), cursor: z.string().nullable() }),
  failures: ['unprocessable'],
})
