import { z } from 'zod'
import { SOURCE_KINDS } from '../config/source-settings.ts'
import { SourceSettingsPatch } from '../config/source-settings-patch.ts'
import { defineContract } from './contract.ts'
import { Provider, SourceDocument, SourceName, SourceReference } from './source-document.ts'

/** What a source shows and nobody sets: a document that was read may be sent back as it is. */
const Shown = z.unknown().optional().meta({ description: 'As it was read; nothing comes of it' })

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
    provider: Provider.nullish(),
    settings: SourceSettingsPatch.optional(),
    kind: z.enum(SOURCE_KINDS).optional().meta({ description: 'Only the one it has' }),
    id: Shown,
    writeKey: Shown,
    livingWriteKeys: Shown,
    appKey: Shown,
    livingSecretKeys: Shown,
    hookUrl: Shown,
    version: Shown,
    createdAt: Shown,
  }),
  reply: SourceDocument,
  failures: ['not_found', 'conflict', 'unprocessable'],
})
