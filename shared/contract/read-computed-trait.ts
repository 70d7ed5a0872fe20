import { ComputedTraitDocument } from './computed-trait-document.ts'
import { defineContract } from './contract.ts'
import { DefinitionReference } from './definition.ts'

export const readComputedTrait = defineContract({
  name: 'readComputedTrait',
  method: 'get',
  path: '/api/v1/computed-traits/{key}',
  group: 'Segments',
  scope: 'segments:read',
  masking: 'settings',
  summary: 'Read one computed trait',
  params: DefinitionReference,
  reply: ComputedTraitDocument,
  failures: ['not_found'],
})
