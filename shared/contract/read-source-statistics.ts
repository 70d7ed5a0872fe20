import { z } from 'zod'
import { KEPT_HOURS } from '../pipeline/source-hours.ts'
import { defineContract } from './contract.ts'
import { SourceReference } from './source-document.ts'

const counts = {
  accepted: z.int().meta({ description: 'Messages that are valid, duplicates and dropped ones among them' }),
  rejected: z.int().meta({ description: 'Items that are no messages' }),
  dropped: z.int().meta({ description: 'Of the accepted: dropped on purpose' }),
}

export const readSourceStatistics = defineContract({
  name: 'readSourceStatistics',
  method: 'get',
  path: '/api/v1/sources/{sourceId}/statistics',
  group: 'Operations',
  scope: 'sources:read',
  summary: 'What a source sent, by hour',
  description:
    'Hours of arrival (UTC), oldest first, without those in which nothing came; kept for a week. What was refused as a ' +
    'whole (a wrong key, 403, 429) is nobody’s copy and is not counted.',
  params: SourceReference,
  query: z.object({
    hours: z.coerce
      .number('must be a number')
      .int('must be a whole number')
      .min(1, 'must be at least 1')
      .max(KEPT_HOURS, `must be at most ${KEPT_HOURS}`)
      .default(24)
      .meta({ description: 'How far back, the present hour included' }),
  }),
  reply: z.object({
    sourceId: z.string(),
    lastSeen: z.string().nullable().meta({ format: 'date-time', description: 'Also when that was before these hours' }),
    ...counts,
    hours: z.array(z.object({ hour: z.string().meta({ format: 'date-time' }), ...counts })),
  }),
  failures: ['not_found'],
})
