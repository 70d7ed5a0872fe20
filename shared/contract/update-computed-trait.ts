import { z } from 'zod'
import { AggregateBody, ComputedTraitDocument } from './computed-trait-document.ts'
import { defineContract } from './contract.ts'
import { DefinitionName, DefinitionReference, Description } from './definition.ts'

export const updateComputedTrait = defineContract({
  name: 'updateComputedTrait',
  method: 'put',
  path: '/api/v1/computed-traits/{key}',
  group: 'Segments',
  scope: 'segments:write',
  summary: 'Change a computed trait',
  description:
    'What is not named stays. `version` rises only when the aggregate changed; then the segments that read it are built again.',
  params: DefinitionReference,
  body: z.strictObject({
    key: z.string().optional().meta({ description: 'As in the path; a key cannot be changed' }),
    name: DefinitionName.optional(),
    aggregate: AggregateBody.optional(),
    description: Description.optional(),
  }),
  reply: ComputedTraitDocument,
  failures: ['not_found', 'conflict', 'unprocessable'],
})
