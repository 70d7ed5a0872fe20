import { z } from 'zod'
import { defineContract } from './contract.ts'
import { DefinitionKey, DefinitionName, Description } from './definition.ts'
import { ConditionBody, SegmentDocument } from './segment-document.ts'

export const createSegment = defineContract({
  name: 'createSegment',
  method: 'post',
  path: '/api/v1/segments',
  group: 'Segments',
  scope: 'segments:write',
  summary: 'Define a segment',
  description:
    'From then on every event is evaluated with it, everywhere within 5 seconds; everybody who is known already is looked ' +
    'at in the background (`state` is `building` meanwhile).',
  body: z.strictObject({
    key: DefinitionKey,
    name: DefinitionName,
    condition: ConditionBody,
    description: Description.default(''),
  }),
  status: 201,
  reply: SegmentDocument,
  failures: ['conflict', 'unprocessable'],
})
