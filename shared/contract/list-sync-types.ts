import { z } from 'zod'
import { defineContract } from './contract.ts'

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
          title: z.string(),
          about: z.string(),
          settings: z.record(z.string(), z.json()).meta({ description: 'JSON Schema' }),
          secrets: z.array(z.string()).meta({ description: 'Settings that are written and never read back' }),
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
