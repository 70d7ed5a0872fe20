import { defineContract } from './contract.ts'
import { PluginReference, PluginWithHealth } from './plugin-document.ts'

export const readPlugin = defineContract({
  name: 'readPlugin',
  method: 'get',
  path: '/api/v1/plugins/{pluginId}',
  group: 'Operations',
  scope: 'plugins:read',
  masking: 'settings',
  summary: 'A plugin, and how it goes',
  params: PluginReference,
  reply: PluginWithHealth,
  failures: ['not_found'],
})
