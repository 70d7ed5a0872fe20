import { z } from 'zod'
import { defineContract } from './contract.ts'
import { DefinitionName, DefinitionReference, Description } from './definition.ts'
import { ConditionBody, SegmentDocument } from './segment-document.ts'

export const updateSegment = defineContract({
  name: 'updateSegment',
  method: 'put',
  path: '/api/v1/segments/{key}',
  group: 'Segments',
  scope: 'segments:write',
  summary: 'Change a segment',
  description:
    'What is not named stays. `version` rises only when the condition changed; then everybody is looked at again. The ' +
    'same change again changes nothing.',
  params: DefinitionReference,
  body: z.strictObject({
    key: z.string().optional().meta({ description: 'As in the path; a key cannot be changed' }),
    name: DefinitionName.optional(),
    condition: ConditionBody.optional(),
    description: Description.optional(),
  }),
  reply: SegmentDocument,
  failures: ['not_found', 'conflict', 'unprocessable'],
})
