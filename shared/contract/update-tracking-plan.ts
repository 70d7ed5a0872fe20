import { z } from 'zod'
import { defineContract } from './contract.ts'
import {
  PlanEvents,
  PlanMode,
  PlanName,
  PlanReference,
  PlanSources,
  TrackingPlanDocument,
  Unplanned,
} from './tracking-plan-document.ts'

/** What a plan shows and nobody sets: a document that was read may be sent back as it is. */
const Shown = z.unknown().optional().meta({ description: 'As it was read; nothing comes of it' })

export const updateTrackingPlan = defineContract({
  name: 'updateTrackingPlan',
  method: 'put',
  path: '/api/v1/tracking-plans/{planId}',
  group: 'Operations',
  scope: 'tracking-plans:write',
  summary: 'Change a tracking plan',
  description:
    'What is named changes and the rest stays; `"sources": null` makes it about all of them. Every change is a version; the ' +
    'same change again changes nothing.',
  params: PlanReference,
  body: z.strictObject({
    name: PlanName.optional(),
    mode: PlanMode.optional(),
    sources: PlanSources.nullish(),
    events: PlanEvents.optional(),
    unplanned: Unplanned.optional(),
    id: Shown,
    version: Shown,
    createdAt: Shown,
    updatedAt: Shown,
  }),
  reply: TrackingPlanDocument,
  failures: ['not_found', 'conflict', 'unprocessable'],
})
