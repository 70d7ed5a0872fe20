import { z } from 'zod'
import { defineContract } from './contract.ts'
import {
  DeliveryRules,
  OnFailureBody,
  PluginDocument,
  PluginFilterBody,
  PluginName,
  PluginPosition,
  PluginReference,
  PluginSettings,
  PluginTypeName,
  TimeoutMs,
} from './plugin-document.ts'

/** What a plugin shows and nobody sets: a document that was read may be sent back as it is. */
const Shown = z.unknown().optional().meta({ description: 'As it was read; nothing comes of it' })

export const updatePlugin = defineContract({
  name: 'updatePlugin',
  method: 'put',
  path: '/api/v1/plugins/{pluginId}',
  group: 'Operations',
  scope: 'plugins:write',
  summary: 'Change a plugin: its settings, whether it is enabled, its place in the order',
  description:
    'What is named changes and the rest stays; in `settings`, `null` takes a setting away, and a secret that is to stay ' +
    'may be given as it is read, `{ "last4" }`. Its circuit is closed again.',
  params: PluginReference,
  body: z.strictObject({
    name: PluginName.optional(),
    settings: PluginSettings.optional(),
    filter: PluginFilterBody.nullish(),
    position: PluginPosition.optional(),
    timeoutMs: TimeoutMs.optional(),
    onFailure: OnFailureBody.optional(),
    ...DeliveryRules,
    enabled: z.boolean().optional(),
    type: PluginTypeName.optional().meta({ description: 'Only the one it has' }),
    id: Shown,
    kind: Shown,
    health: Shown,
    version: Shown,
    createdAt: Shown,
    updatedAt: Shown,
  }),
  reply: PluginDocument,
  failures: ['not_found', 'conflict', 'unprocessable'],
})
