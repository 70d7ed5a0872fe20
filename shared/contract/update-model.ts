import { z } from 'zod'
import { defineContract } from './contract.ts'
import { ModelDocument, ModelFields, ModelName, ModelReference, ModelSourceBody } from './model-document.ts'

/** What it shows and nobody sets: a document that was read may be sent back as it is. */
const Shown = z.unknown().optional().meta({ description: 'As it was read; nothing comes of it' })

export const updateModel = defineContract({
  name: 'updateModel',
  method: 'put',
  path: '/api/v1/models/{modelId}',
  group: 'Operations',
  scope: 'models:write',
  summary: 'Change a model',
  description:
    'What is named changes and the rest stays; in `source.settings`, `null` takes a setting away, and a secret that is to ' +
    'stay may be given as it is read, `{ "last4" }`. Rows that are told otherwise now are told again by the next run.',
  params: ModelReference,
  body: z.strictObject({
    name: ModelName.optional(),
    source: ModelSourceBody.partial().optional(),
    ...ModelFields,
    query: ModelFields.query.optional(),
    primaryKey: ModelFields.primaryKey.optional(),
    map: ModelFields.map.optional(),
    mode: ModelFields.mode.optional(),
    enabled: z.boolean().optional(),
    id: Shown,
    version: Shown,
    createdAt: Shown,
    updatedAt: Shown,
  }),
  reply: ModelDocument,
  failures: ['not_found', 'conflict', 'unprocessable'],
})
