import { z } from 'zod'
import { defineContract } from './contract.ts'
import { InstantParameter, LimitParameter } from './query.ts'
import { PlanReference, ViolationKindName } from './tracking-plan-document.ts'

const instant = z.string().meta({ format: 'date-time' })
const event = z.string().meta({ description: 'Name of the event' })
const version = z.string().nullable().meta({ description: 'Version of the planned event; null of what is not planned' })

export const readPlanViolations = defineContract({
  name: 'readPlanViolations',
  method: 'get',
  path: '/api/v1/tracking-plans/{planId}/violations',
  group: 'Operations',
  scope: 'tracking-plans:read',
  masking: 'settings',
  summary: 'How often events were otherwise than planned, by hour or day, with samples',
  description:
    'By arrival (UTC); hours are kept for 7 days and days for 90. Samples name messages and say what the value was like, ' +
    'and never the value. Violations are ordered by how often they happened; those beyond `limit` are left out.',
  params: PlanReference,
  query: z
    .object({
      from: InstantParameter.optional().meta({ description: 'Without it: 7 days ago' }),
      to: InstantParameter.optional().meta({ description: 'Without it: now' }),
      by: z.enum(['hour', 'day']).default('day'),
      event: z.string().max(512).optional(),
      kind: ViolationKindName.optional(),
      limit: LimitParameter,
    })
    .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
      message: 'must not be before `from`',
      path: ['to'],
    }),
  reply: z.object({
    planId: z.string(),
    from: instant,
    to: instant,
    by: z.enum(['hour', 'day']),
    events: z
      .array(z.object({ event, version, total: z.int(), valid: z.int(), share: z.number() }))
      .meta({ description: 'Planned events that came, and how many of them were as planned' }),
    violations: z.array(
      z.object({
        event,
        version,
        kind: ViolationKindName,
        path: z.string().meta({ description: '`*` stands for the elements of an array' }),
        count: z.int(),
        firstSeen: instant.meta({ description: 'Also before `from`' }),
        lastSeen: instant,
        periods: z.array(z.object({ at: instant, count: z.int() })),
        samples: z.array(
          z.object({
            messageId: z.string(),
            at: instant,
            source: z.string(),
            type: z.string().meta({ description: 'Of the value in question; `none` when it is not there' }),
            length: z.int().optional(),
          }),
        ),
      }),
    ),
    more: z.boolean().meta({ description: 'There are more kinds of violations than `limit`' }),
  }),
  failures: ['not_found'],
})
