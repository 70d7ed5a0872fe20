import { z } from 'zod'
import { ProfileDocument } from '../profile/document.ts'
import { defineContract } from './contract.ts'
import { ConditionBody } from './segment-document.ts'

export const previewSegment = defineContract({
  name: 'previewSegment',
  method: 'post',
  path: '/api/v1/segments/preview',
  group: 'Segments',
  scope: 'segments:read',
  summary: 'How many would be in a segment, and who for example',
  body: z.strictObject({
    condition: ConditionBody,
    sample: z.int().min(0).max(50, 'must be at most 50').default(5).meta({ description: 'How many people to show' }),
  }),
  reply: z.object({
    count: z.int(),
    exact: z.boolean(),
    interval: z
      .tuple([z.int(), z.int()])
      .optional()
      .meta({ description: 'When not exact: the count lies in it with 99 % confidence' }),
    sample: z.array(ProfileDocument),
    tookMs: z.number(),
    sentence: z.string().meta({ description: 'The condition in words' }),
  }),
  failures: ['unprocessable'],
})
