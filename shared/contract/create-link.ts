import { z } from 'zod'
import { parseInstant } from '../kernel/instant.ts'
import { LINK_KINDS } from '../tracking/link.ts'
import { defineContract } from './contract.ts'

export const createLink = defineContract({
  name: 'createLink',
  method: 'post',
  path: '/api/v1/links',
  group: 'Tracking',
  scope: 'profiles:write',
  summary: 'Make a tracking link',
  description:
    "Sealed, so that nobody can change it or read whom it is about, and under the workspace's own tracking domain if it has " +
    'one. It holds for `linkDays` of the workspace unless `expiresAt` says otherwise.',
  body: z.strictObject({
    kind: z.enum(LINK_KINDS),
    profile: z.string().min(1).max(400).meta({ description: 'A reference: `prf_…` or `type:value`' }),
    channel: z.string().regex(/^[a-z][a-z0-9_]{0,31}$/, 'must be a channel such as email or sms, in lower case'),
    url: z.string().optional().meta({ description: 'Of a click: where it leads, http or https' }),
    campaign: z.string().min(1).max(255).optional(),
    delivery: z.string().min(1).max(255).optional(),
    expiresAt: z
      .string()
      .refine((text) => parseInstant(text) !== undefined, 'must be an ISO 8601 date or time')
      .meta({ format: 'date-time' })
      .optional(),
  }),
  reply: z
    .object({ url: z.string(), expiresAt: z.string().meta({ format: 'date-time' }) })
    .meta({ id: 'TrackingLink' }),
  status: 201,
  failures: ['not_found', 'unprocessable', 'unavailable'],
})
