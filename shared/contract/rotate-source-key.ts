import { z } from 'zod'
import { defineContract } from './contract.ts'
import { NewSourceDocument, SourceReference, WhichKey } from './source-document.ts'

export const rotateSourceKey = defineContract({
  name: 'rotateSourceKey',
  method: 'post',
  path: '/api/v1/sources/{sourceId}/rotate-key',
  group: 'Operations',
  scope: 'sources:write',
  summary: 'Make a new key for a source',
  description:
    'The older ones go on working until they are revoked, so that nothing stops while the new one is rolled out; ' +
    '`revokeOld` ends them at once, within 5 seconds. At most 5 are accepted at a time.',
  params: SourceReference,
  body: z.strictObject({ key: WhichKey.default('writeKey'), revokeOld: z.boolean().default(false) }).prefault({}),
  reply: NewSourceDocument,
  failures: ['not_found', 'conflict', 'unprocessable'],
})
