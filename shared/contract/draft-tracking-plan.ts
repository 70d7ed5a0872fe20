import { z } from 'zod'
import { defineContract } from './contract.ts'
import { InstantParameter } from './query.ts'
import { PlanName, PlanSources } from './tracking-plan-document.ts'

export const draftTrackingPlan = defineContract({
  name: 'draftTrackingPlan',
  method: 'post',
  path: '/api/v1/tracking-plans:draft',
  group: 'Operations',
  scope: 'tracking-plans:write',
  summary: 'Draft a tracking plan from what arrived',
  description:
    'A job over the applied events that arrived from `from` (7 days ago) to `to` (now): per event a schema under which all of ' +
    'them are valid. It ends with a new plan that observes, to be read over and then enforced. At most 2,000 events, and 200 ' +
    'properties of each.',
  body: z
    .strictObject({
      name: PlanName.default('Draft'),
      sources: PlanSources.nullish(),
      from: InstantParameter.optional(),
      to: InstantParameter.optional(),
    })
    .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
      message: 'must not be before `from`',
      path: ['to'],
    })
    .default({ name: 'Draft' }),
  status: 202,
  reply: z.object({ jobId: z.string(), planId: z.string().meta({ description: 'There once the job is done' }) }),
  failures: ['unprocessable'],
})
