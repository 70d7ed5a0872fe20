import { z } from 'zod'
import { SourceSettingsPatch } from '../config/source-settings-patch.ts'
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
    'What is named changes and the rest stays; in `settings`, `null` takes a setting away and lists are replaced as a ' +
    'whole. A secret that is to stay may be given as it is read, `{ "last4" }`, so that a list can be added to by ' +
    'somebody who does not know the others. The kind stays. In force everywhere within 5 seconds.',
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
