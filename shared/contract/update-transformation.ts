import { z } from 'zod'
import { defineContract } from './contract.ts'
import {
  CodeBody,
  Position,
  StepsBody,
  TransformationDocument,
  TransformationEvents,
  TransformationName,
  TransformationReference,
  TransformationSources,
} from './transformation-document.ts'

/** What a transformation shows and nobody sets: a document that was read may be sent back as it is. */
const Shown = z.unknown().optional().meta({ description: 'As it was read; nothing comes of it' })

export const updateTransformation = defineContract({
  name: 'updateTransformation',
  method: 'put',
  path: '/api/v1/transformations/{transformationId}',
  group: 'Operations',
  scope: 'transformations:write',
  summary: 'Change a transformation',
  description:
    'What is named changes and the rest stays; `null` for `sources` or `events` is all of them. Code takes the place of ' +
    'steps, and steps of code.',
  params: TransformationReference,
  body: z.strictObject({
    name: TransformationName.optional(),
    enabled: z.boolean().optional(),
    position: Position.optional(),
    sources: TransformationSources.nullish(),
    events: TransformationEvents.nullish(),
    steps: StepsBody.nullish(),
    code: CodeBody.nullish(),
    id: Shown,
    version: Shown,
    createdAt: Shown,
    updatedAt: Shown,
  }),
  reply: TransformationDocument,
  failures: ['not_found', 'conflict', 'unprocessable'],
})
