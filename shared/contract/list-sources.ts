import { z } from 'zod'
import { SOURCE_KINDS } from '../config/source-settings.ts'
import { defineContract } from './contract.ts'
import { CursorParameter, LimitParameter } from './query.ts'
import { SourceDocument } from './source-document.ts'

export const listSources = defineContract({
  name: 'listSources',
  method: 'get',
  path: '/api/v1/sources',
  group: 'Operations',
  scope: 'sources:read',
  masking: 'settings',
  summary: 'The sources of the workspace, oldest first',
  query: z.object({ kind: z.enum(SOURCE_KINDS).optional(), cursor: CursorParameter, limit: LimitParameter }),
  reply: z.object({ sources: z.array(SourceDocument), cursor: z.string().nullable() }),
  failures: [],
})
