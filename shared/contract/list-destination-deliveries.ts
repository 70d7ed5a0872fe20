import { z } from 'zod'
import { defineContract } from './contract.ts'
import { DestinationReference } from './destination-document.ts'

const Time = z.string().meta({ format: 'date-time' })

export const listDestinationDeliveries = defineContract({
  name: 'listDestinationDeliveries',
  method: 'get',
  path: '/api/v1/destinations/{destinationId}/deliveries',
  group: 'Operations',
  scope: 'destinations:read',
  summary: 'How deliveries to a destination go',
  description: 'Also of a non-blocking plugin, by its id.',
  params: DestinationReference,
  reply: z.object({
    counts: z.object({ delivered: z.int(), retrying: z.int(), skipped: z.int(), dead_letter: z.int() }).meta({
      description: 'Since it was made; `retrying` counts those that did not succeed at once, whatever came of them',
    }),
    waiting: z.int().meta({ description: 'Stored, to be tried again' }),
    oldestWaitingAt: Time.nullable(),
    lastError: z.object({ at: Time, reason: z.string() }).nullable(),
    lanes: z
      .array(
        z.object({
          lane: z.int(),
          state: z.enum(['closed', 'open', 'half_open']),
          probeAt: Time.nullable(),
          waiting: z.int(),
        }),
      )
      .meta({ description: '`open`: the destination does not answer, and is left alone until `probeAt`' }),
  }),
  failures: ['not_found'],
})
