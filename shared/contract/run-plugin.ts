import { z } from 'zod'
import { defineContract } from './contract.ts'
import { PluginReference } from './plugin-document.ts'

export const runPlugin = defineContract({
  name: 'runPlugin',
  method: 'post',
  path: '/api/v1/plugins/{pluginId}/run',
  group: 'Operations',
  scope: 'plugins:write',
  summary: 'Run a batch plugin now, besides its schedule',
  description: 'The result of the job says how many people were asked about and written. 409 while a run is under way.',
  params: PluginReference,
  status: 202,
  reply: z.object({ jobId: z.string() }),
  failures: ['not_found', 'conflict', 'unprocessable'],
})
