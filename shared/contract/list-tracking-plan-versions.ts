import { z } from 'zod'
import { defineContract } from './contract.ts'
import { CursorParameter, LimitParameter } from './query.ts'
import { PlanReference, TrackingPlanDocument } from './tracking-plan-document.ts'

export const TrackingPlanVersion = TrackingPlanDocument.omit({ id: true, createdAt: true, updatedAt: true })
  .extend({
    actor: z.string().meta({ description: 'The token that made it' }),
    actorName: z.string().nullable().meta({ description: 'Of that token or member, while there is one' }),
    at: z.string().meta({ format: 'date-time' }),
  })
  .meta({ id: 'TrackingPlanVersion' })

export const listTrackingPlanVersions = defineContract({
  name: 'listTrackingPlanVersions',
  method: 'get',
  path: '/api/v1/tracking-plans/{planId}/versions',
  group: 'Operations',
  scope: 'tracking-plans:read',
  masking: 'settings',
  summary: 'What a tracking plan was, newest version first',
  params: PlanReference,
  query: z.object({ cursor: CursorParameter, limit: LimitParameter }),
  reply: z.object({ versions: z.array(TrackingPlanVersion), cursor: z.string().nullable() }),
  failures: ['not_found'],
})
