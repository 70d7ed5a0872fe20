import { z } from 'zod'
import { defineContract } from './contract.ts'
import { PluginTypeName, PluginWithHealth } from './plugin-document.ts'
import { CursorParameter, LimitParameter } from './query.ts'

export const listPlugins = defineContract({
  name: 'listPlugins',
  method: 'get',
  path: '/api/v1/plugins',
  group: 'Operations',
  scope: 'plugins:read',
  masking: 'settings',
  summary: 'The plugins of the workspace in their order, and how they go',
  query: z.object({ type: PluginTypeName.optional(), cursor: CursorParameter, limit: LimitParameter }),
  reply: z.object({ plugins: z.array(PluginWithHealth), cursor: z.string().nullable() }),
  failures: [],
})
