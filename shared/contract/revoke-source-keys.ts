import { z } from 'zod'
import { defineContract } from './contract.ts'
import { SourceDocument, SourceReference, WhichKey } from './source-document.ts'

export const revokeSourceKeys = defineContract({
  name: 'revokeSourceKeys',
  method: 'post',
  path: '/api/v1/sources/{sourceId}/revoke-old-keys',
  group: 'Operations',
  scope: 'sources:write',
  summary: 'End all keys of a source but the newest',
  params: SourceReference,
  body: z.strictObject({ key: WhichKey.default('writeKey') }).prefault({}),
  reply: SourceDocument,
  failures: ['not_found', 'conflict', 'unprocessable'],
})
