import { z } from 'zod'
import { defineContract } from './contract.ts'
import {
  DeliveryRules,
  OnFailureBody,
  PluginDocument,
  PluginFilterBody,
  PluginName,
  PluginPosition,
  PluginSettings,
  PluginTypeName,
  TimeoutMs,
} from './plugin-document.ts'

export const createPlugin = defineContract({
  name: 'createPlugin',
  method: 'post',
  path: '/api/v1/plugins',
  group: 'Operations',
  scope: 'plugins:write',
  summary: 'Install a plugin',
  description:
    'From then on, everywhere within 5 seconds, it is asked about the events that its filter names, or hears of them. ' +
    'Addresses must be https and public. Secret settings are encrypted and never read back; code is loaded once before ' +
    'it is saved.',
  body: z.strictObject({
    type: PluginTypeName,
    name: PluginName,
    settings: PluginSettings.default({}),
    filter: PluginFilterBody.nullish(),
    position: PluginPosition.optional().meta({ description: 'Last, unless said' }),
    timeoutMs: TimeoutMs.optional(),
    onFailure: OnFailureBody.optional(),
    ...DeliveryRules,
    enabled: z.boolean().default(true),
  }),
  reply: PluginDocument,
  status: 201,
  failures: ['conflict', 'unprocessable'],
})
