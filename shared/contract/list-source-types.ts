import { z } from 'zod'
import { SOURCE_KINDS } from '../config/source-settings.ts'
import { defineContract } from './contract.ts'
import { TYPE_SETTINGS } from './type-settings.ts'

export const listSourceTypes = defineContract({
  name: 'listSourceTypes',
  method: 'get',
  path: '/api/v1/source-types',
  group: 'Operations',
  scope: 'sources:read',
  masking: 'settings',
  summary: 'What a source can be, with the settings of each as JSON Schema',
  description: 'The kinds that send by themselves, and every provider and connector that can post to a webhook.',
  reply: z.object({
    types: z.array(
      z
        .object({
          kind: z.enum(SOURCE_KINDS),
          provider: z.string().nullable().meta({ description: 'Only of a webhook: the name it is made with' }),
          ...TYPE_SETTINGS,
        })
        .meta({ id: 'SourceType' }),
    ),
  }),
  failures: [],
})
