import { z } from 'zod'
import { defineContract } from './contract.ts'
import {
  CodeBody,
  Position,
  StepsBody,
  TransformationDocument,
  TransformationEvents,
  TransformationName,
  TransformationSources,
} from './transformation-document.ts'

export const createTransformation = defineContract({
  name: 'createTransformation',
  method: 'post',
  path: '/api/v1/transformations',
  group: 'Operations',
  scope: 'transformations:write',
  summary: 'Make a transformation: steps that rewrite or filter events before anything else sees them',
  description:
    'Everywhere within 5 seconds, for what arrives then. An event that a `filter` holds back is dropped with reason ' +
    '`transformation`, one that is no event any more is a dead letter; both are kept and can be replayed. messageId, type, ' +
    'source and receivedAt cannot be written.',
  body: z.strictObject({
    name: TransformationName,
    enabled: z.boolean().default(true),
    position: Position.optional().meta({ description: 'Without it, after all others' }),
    sources: TransformationSources.nullish(),
    events: TransformationEvents.nullish(),
    steps: StepsBody.optional(),
    code: CodeBody.optional(),
  }),
  reply: TransformationDocument,
  status: 201,
  failures: ['conflict', 'unprocessable'],
})
