import { z } from 'zod'
import { AggregateBody, ComputedTraitDocument } from './computed-trait-document.ts'
import { defineContract } from './contract.ts'
import { DefinitionKey, DefinitionName, Description } from './definition.ts'

export const createComputedTrait = defineContract({
  name: 'createComputedTrait',
  method: 'post',
  path: '/api/v1/computed-traits',
  group: 'Segments',
  scope: 'segments:write',
  summary: 'Define a computed trait',
  description:
    'A value made of the events of a person: `fn` is one of count, sum, avg, min, max, first, last, most_frequent, unique_list, ' +
    'unique_count. It stands in `computedTraits` of the profile, and conditions of type `computed` read it.',
  body: z.strictObject({
    key: DefinitionKey,
    name: DefinitionName,
    aggregate: AggregateBody,
    description: Description.default(''),
  }),
  status: 201,
  reply: ComputedTraitDocument,
  failures: ['conflict', 'unprocessable'],
})
