import { z } from 'zod'
import { defineContract } from './contract.ts'
import { Problem } from './problem.ts'

const Fields = z.looseObject({})

export const ingestCdp = defineContract({
  name: 'ingestCdp',
  method: 'post',
  path: '/cdp/ingest',
  group: 'Ingestion',
  scope: 'write key',
  summary: 'Send one event in an envelope; an invalid one is refused',
  body: z
    .object({
      eventId: z.string().min(1).max(255).meta({ description: 'Idempotency key' }),
      ts: z.string().meta({ description: 'ISO 8601', format: 'date-time' }),
      payload: z.looseObject({
        type: z.enum(['IDENTIFY', 'TRACK', 'ALIAS']),
        userId: z.string().nullish().meta({ description: 'At least one of userId, email, anonymousId is required' }),
        email: z.string().nullish(),
        anonymousId: z.string().nullish(),
        name: z.string().nullish().meta({ description: 'Required for TRACK' }),
        properties: Fields.nullish(),
        traits: Fields.nullish(),
        previousId: z.string().nullish().meta({ description: 'Required for ALIAS' }),
      }),
    })
    .meta({ id: 'CdpEnvelope' }),
  reply: z.object({ status: z.literal('accepted'), eventId: z.string() }),
  status: 202,
  failure: Problem.extend({ status: z.literal('error'), message: z.string() }).meta({ id: 'CdpFailure' }),
  failures: ['too_large'],
})
