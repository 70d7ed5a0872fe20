import { z } from 'zod'
import { DELIVERY_TYPES } from '../destination/delivery.ts'
import { defineContract } from './contract.ts'
import { TYPE_SETTINGS } from './type-settings.ts'

export const listDestinationTypes = defineContract({
  name: 'listDestinationTypes',
  method: 'get',
  path: '/api/v1/destination-types',
  group: 'Operations',
  scope: 'destinations:read',
  masking: 'settings',
  summary: 'Where events can go, with the settings of each type as JSON Schema',
  reply: z.object({
    types: z.array(
      z
        .object({
          type: z.string(),
          ...TYPE_SETTINGS,
          takes: z.array(z.enum(DELIVERY_TYPES)).meta({ description: 'What it hears of unless its filter says less' }),
        })
        .meta({ id: 'DestinationType' }),
    ),
    mapping: z.record(z.string(), z.json()).meta({ description: 'JSON Schema of a mapping, the same for every type' }),
  }),
  failures: [],
})
