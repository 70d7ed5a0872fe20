import { z } from 'zod'
import { defineContract } from './contract.ts'
import { PluginReference } from './plugin-document.ts'

export const deletePlugin = defineContract({
  name: 'deletePlugin',
  method: 'delete',
  path: '/api/v1/plugins/{pluginId}',
  group: 'Operations',
  scope: 'plugins:write',
  summary: 'Take a plugin out',
  description: 'It is asked nothing more within 5 seconds; what waits for a non-blocking one is thrown away.',
  params: PluginReference,
  reply: z.null(),
  status: 204,
  failures: ['not_found'],
})
