import { z } from 'zod'
import { isObject, type JsonObject } from '../kernel/json.ts'
import { ACTIONS } from '../tracking-plan/judge-event.ts'
import { defineContract } from './contract.ts'
import { PlanReference, ViolationKindName } from './tracking-plan-document.ts'

const Body = z.custom<JsonObject>(isObject, 'must be an object').meta({ type: 'object' })

export const checkTrackingPlan = defineContract({
  name: 'checkTrackingPlan',
  method: 'post',
  path: '/api/v1/tracking-plans/{planId}/check',
  group: 'Operations',
  scope: 'tracking-plans:read',
  summary: 'What the plan would make of an event, without doing it',
  description:
    'Of an event as an SDK sends it, or of one that arrived within the last 7 days, as it was sent. Transformations and ' +
    'other plans are not asked.',
  params: PlanReference,
  body: z
    .strictObject({
      event: z
        .custom<JsonObject>(isObject, 'must be an object')
        .optional()
        .meta({ type: 'object', description: '`{ "type": "track", "event": "Order", "properties": {} }`' }),
      messageId: z.string().min(1).max(255).optional(),
      source: z.string().min(1).max(100).optional().meta({ description: 'Id of the source it would come from' }),
    })
    .refine(({ event, messageId }) => (event === undefined) !== (messageId === undefined), {
      message: 'or `messageId` is required, and not both',
      path: ['event'],
    }),
  reply: z.object({
    outcome: z.enum(['pass', 'rejected', 'dead_letter']),
    reason: z.string().nullable().meta({ description: '`plan:<kind>`' }),
    action: z.enum(ACTIONS).nullable().meta({ description: 'null: it is as planned, or the plan is not about it' }),
    event: z.string().nullable().meta({ description: 'The name under which it is planned' }),
    version: z.string().nullable(),
    violations: z.array(z.object({ kind: ViolationKindName, path: z.string(), message: z.string() })),
    result: z
      .object({ properties: Body.optional(), traits: Body.optional() })
      .nullable()
      .meta({ description: 'What goes on; null when nothing does' }),
  }),
  failures: ['not_found', 'unprocessable'],
})
