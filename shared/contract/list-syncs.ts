import { z } from 'zod'
import { defineContract } from './contract.ts'
import { CursorParameter, LimitParameter } from './query.ts'
import { SyncDocument, WarehouseTypeName } from './sync-document.ts'

export const listSyncs = defineContract({
  name: 'listSyncs',
  method: 'get',
  path: '/api/v1/syncs',
  group: 'Operations',
  scope: 'syncs:read',
  masking: 'settings',
  summary: 'The syncs of the workspace, oldest first',
  query: z.object({ type: WarehouseTypeName.optional(), cursor: CursorParameter, limit: LimitParameter }),
  reply: z.object({ syncs: z.array(SyncDocument), cursor: z.string().nullable() }),
  failures: [],
})
