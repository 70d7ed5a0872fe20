import { defineContract } from './contract.ts'
import { DefinitionReference } from './definition.ts'
import { SegmentDocument } from './segment-document.ts'

export const readSegment = defineContract({
  name: 'readSegment',
  method: 'get',
  path: '/api/v1/segments/{key}',
  group: 'Segments',
  scope: 'segments:read',
  masking: 'settings',
  summary: 'Read one segment',
  params: DefinitionReference,
  reply: SegmentDocument,
  failures: ['not_found'],
})
