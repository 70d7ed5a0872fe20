import { z } from 'zod'
import { AggregateBody } from './computed-trait-document.ts'
import { defineContract } from './contract.ts'
import { DefinitionReference } from './definition.ts'
import { CursorParameter, LimitParameter } from './query.ts'

export const ComputedTraitVersion = z
  .object({
    version: z.int(),
    name: z.string(),
    aggregate: AggregateBody,
    actor: z.string().meta({ description: 'The token that made it' }),
    actorName: z.string().nullable().meta({ description: 'Of that token or member, while there is one' }),
    at: z.string().meta({ format: 'date-time' }),
  })
  .meta({ id: 'ComputedTraitVersion' })

export const listComputedTraitVersions = defineContract({
  name: 'listComputedTraitVersions',
  method: 'get',
  path: '/api/v1/computed-traits/{key}/versions',
  group: 'Segments',
  scope: 'segments:read',
  masking: 'settings',
  summary: 'What a computed trait was, newest version first',
  params: DefinitionReference,
  query: z.object({ cursor: CursorParameter, limit: LimitParameter }),
  reply: z.object({ versions: z.array(ComputedTraitVersion), cursor: z.string().nullable() }),
  failures: ['not_found'],
})
