import { z } from 'zod'
import { defineContract } from './contract.ts'
import { CursorParameter, LimitParameter } from './query.ts'

export const listWorkspaces = defineContract({
  name: 'listWorkspaces',
  method: 'get',
  path: '/api/v1/workspaces',
  group: 'Operations',
  scope: 'admin',
  summary: 'All workspaces of this deployment, oldest first',
  query: z.object({ cursor: CursorParameter, limit: LimitParameter }),
  reply: z.object({
    workspaces: z.array(
      z.object({ id: z.string(), name: z.string(), createdAt: z.string().meta({ format: 'date-time' }) }),
    ),
    cursor: z.string().nullable(),
  }),
  failures: [],
})
