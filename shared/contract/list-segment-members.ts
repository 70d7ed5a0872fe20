import { z } from 'zod'
import { defineContract } from './contract.ts'
import { DefinitionReference } from './definition.ts'
import { PlaceParameter } from './query.ts'

export const listSegmentMembers = defineContract({
  name: 'listSegmentMembers',
  method: 'get',
  path: '/api/v1/segments/{key}/members',
  group: 'Segments',
  scope: 'segments:read',
  masking: 'own',
  summary: 'Who is in a segment, in pages that changes do not shift',
  description:
    'With `format=csv` the page is a CSV file with a header row, safe to open in a spreadsheet; the cursor of the next ' +
    'page stands in the header `X-Next-Cursor`.',
  params: DefinitionReference,
  query: z.object({
    format: z.enum(['json', 'csv']).default('json'),
    cursor: PlaceParameter,
    limit: z.coerce
      .number('must be a number')
      .int('must be a whole number')
      .min(1, 'must be at least 1')
      .max(1_000, 'must be at most 1000')
      .default(100)
      .meta({ description: 'Most members in one answer' }),
  }),
  reply: z.object({
    members: z.array(z.object({ id: z.string(), since: z.string().meta({ format: 'date-time' }) })),
    cursor: z.string().nullable(),
  }),
  failures: ['not_found'],
})
