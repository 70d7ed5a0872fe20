import { z } from 'zod'
import { defineContract } from './contract.ts'
import { HoldDocument } from './list-quality-holds.ts'

export const releaseQualityHold = defineContract({
  name: 'releaseQualityHold',
  method: 'post',
  path: '/api/v1/quality/holds/{holdId}/release',
  group: 'Operations',
  scope: 'quality:write',
  summary: 'Let go what is held, although it breaks what is expected',
  description:
    'Rows of a partition join silver within seconds, and what else of its hour arrives is not held again. A table of gold ' +
    'takes part in the next build, which begins at once. Letting go what was let go already changes nothing.',
  params: z.object({ holdId: z.string().min(1).max(200) }),
  reply: HoldDocument,
  failures: ['not_found', 'conflict'],
})
