import { z } from 'zod'
import { defineContract } from './contract.ts'
import { TYPE_SETTINGS } from './type-settings.ts'

export const listSyncTypes = defineContract({
  name: 'listSyncTypes',
  method: 'get',
  path: '/api/v1/sync-types',
  group: 'Operations',
  scope: 'syncs:read',
  masking: 'settings',
  summary: 'The warehouses that can be synced to, with the settings of each as JSON Schema',
  reply: z.object({
    types: z.array(
      z
        .object({
          type: z.string(),
          ...TYPE_SETTINGS,
          tables: z.array(z.string()),
          erases: z
            .enum(['deleted', 'told'])
            .meta({ description: '`told`: it cannot delete; who was erased is told to a table of their own' }),
        })
        .meta({ id: 'SyncType' }),
    ),
  }),
  failures: [],
})
