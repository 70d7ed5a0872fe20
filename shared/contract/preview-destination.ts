import { z } from 'zod'
import { defineContract } from './contract.ts'
import { DestinationReference } from './destination-document.ts'

export const previewDestination = defineContract({
  name: 'previewDestination',
  method: 'post',
  path: '/api/v1/destinations/{destinationId}/preview',
  group: 'Operations',
  scope: 'destinations:read',
  masking: 'refused',
  summary: 'The exact request that a recent event would be, sent to nobody',
  description:
    'The newest event of `profile`, or of the workspace; or the one that is named. Secrets and the credentials made of ' +
    'them are masked. Shows personal data, so the token also needs `profiles:read`.',
  params: DestinationReference,
  body: z
    .strictObject({
      profile: z.string().min(1).max(600).optional().meta({ description: '`prf_…` or `type:value`' }),
      messageId: z.string().min(1).max(400).optional(),
    })
    .default({}),
  reply: z.object({
    messageId: z.string(),
    profile: z.string(),
    outcome: z.enum(['sent', 'skipped']),
    reason: z.string().optional(),
    request: z
      .object({
        method: z.string(),
        url: z.string(),
        headers: z.record(z.string(), z.string()),
        body: z.string().nullable(),
      })
      .nullable(),
  }),
  failures: ['not_found', 'unprocessable'],
})
