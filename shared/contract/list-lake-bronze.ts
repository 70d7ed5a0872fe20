import { z } from 'zod'
import { defineContract } from './contract.ts'
import { InstantParameter } from './query.ts'

export const listLakeBronze = defineContract({
  name: 'listLakeBronze',
  method: 'get',
  path: '/api/v1/lake/bronze',
  group: 'Operations',
  scope: 'lake:read',
  masking: 'refused',
  summary: 'Objects of bronze that hold something of the workspace, by hour',
  description:
    'Oldest hour first. A page may be empty while there are more, and begin with objects of the page before.',
  query: z.object({
    stream: z.enum(['events', 'effects']).default('events'),
    from: InstantParameter.optional().meta({ description: 'From the hour of this time on' }),
    to: InstantParameter.optional().meta({ description: 'Up to the hour of this time' }),
    cursor: z
      .string()
      .regex(/^bronze\/(events|effects)\/[\w=/.-]{1,300}$/, 'is none of ours')
      .meta({ description: 'Of the page before' })
      .optional(),
  }),
  reply: z.object({ objects: z.array(z.string()), cursor: z.string().nullable() }),
  failures: [],
})
