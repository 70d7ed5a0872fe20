import { z } from 'zod'
import { defineContract } from './contract.ts'

/** With n keys there are 2^n − 1 combinations. */
const MOST_KEYS = 6

export const overlapSegments = defineContract({
  name: 'overlapSegments',
  method: 'post',
  path: '/api/v1/segments/overlap',
  group: 'Segments',
  scope: 'segments:read',
  summary: 'For every combination of segments, how many are in all of them',
  body: z.strictObject({
    keys: z
      .array(z.string())
      .min(1, 'must name at least one segment')
      .max(MOST_KEYS, `must name at most ${MOST_KEYS} segments`)
      .refine((keys) => new Set(keys).size === keys.length, 'must name each segment once'),
  }),
  reply: z.object({ combinations: z.array(z.object({ keys: z.array(z.string()), count: z.int() })) }),
  failures: ['unprocessable'],
})
