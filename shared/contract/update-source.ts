import { z } from 'zod'
import { SourceSettingsPatch } from '../config/source-settings.ts'
import { defineContract } from './contract.ts'
import { Provider, SourceDocument, SourceName, SourceReference } from './source-document.ts'

export const updateSource = defineContract({
  name: 'updateSource',
  method: 'put',
  path: '/api/v1/sources/{sourceId}',
  group: 'Operations',
  scope: 'sources:write',
  summary: 'Change a source',
  description:
    'What is named changes and the rest stays, because secrets cannot be read back to be sent again; in `settings`, ' +
    '`null` takes a setting away and lists are replaced as a whole. The kind stays. In force everywhere within 5 seconds.',
  params: SourceReference,
  body: z.strictObject({
    name: SourceName.optional(),
    enabled: z.boolean().optional(),
    provider: Provider.optional(),
    settings: SourceSettingsPatch.optional(),
  }),
  reply: SourceDocument,
  failures: ['not_found', 'conflict', 'unprocessable'],
})
