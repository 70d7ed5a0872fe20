import { z } from 'zod'
import { PLUGIN_KINDS } from '../plugin/manifest.ts'
import { ON_FAILURE } from '../plugin/plugin-config.ts'
import { defineContract } from './contract.ts'
import { TYPE_SETTINGS } from './type-settings.ts'

export const listPluginTypes = defineContract({
  name: 'listPluginTypes',
  method: 'get',
  path: '/api/v1/plugin-types',
  group: 'Operations',
  scope: 'plugins:read',
  masking: 'settings',
  summary: 'What can be installed, with the settings of each as JSON Schema',
  description:
    'An `input` plugin is a provider or connector and is installed as a source of kind `webhook`: `installedAs` says which.',
  reply: z.object({
    types: z.array(
      z
        .object({
          name: z.string(),
          ...TYPE_SETTINGS,
          kind: z.enum(PLUGIN_KINDS),
          writes: z
            .union([z.array(z.string()), z.literal('settings')])
            .meta({ description: 'The fields it may write, or that `settings.writes` names them' }),
          timeoutMs: z.int().nullable(),
          onFailure: z.enum(ON_FAILURE).nullable(),
          installedAs: z.enum(['plugin', 'source', 'import']),
        })
        .meta({ id: 'PluginType' }),
    ),
    mapping: z.record(z.string(), z.json()).meta({ description: 'JSON Schema of a mapping, for non-blocking ones' }),
  }),
  failures: [],
})
