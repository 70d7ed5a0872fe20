import { z } from 'zod'
import { defineContract } from './contract.ts'
import { CursorParameter, InstantParameter, LimitParameter } from './query.ts'

/** A line of the audit log: who did what, when, and to what. */
export const AuditEntry = z
  .object({
    id: z.string(),
    at: z.string().meta({ format: 'date-time' }),
    actor: z.object({
      id: z.string(),
      kind: z.enum(['token', 'member', 'rule']).meta({ description: '`rule`: nobody in person' }),
      name: z.string().nullable().meta({ description: 'As it was then; null when it is not known any more' }),
    }),
    action: z.string().meta({ description: 'Name of the operation: `updateWorkspace`, `deleteSource`, …' }),
    detail: z.json().meta({ description: 'What was asked for, without secrets' }),
  })
  .meta({ id: 'AuditEntry' })
export type AuditEntry = z.output<typeof AuditEntry>

export const listAudit = defineContract({
  name: 'listAudit',
  method: 'get',
  path: '/api/v1/audit',
  group: 'Operations',
  scope: 'audit:read',
  summary: 'The audit log: every administrative act, newest first',
  description: 'Filters combine. Nothing is ever changed in it.',
  query: z.object({
    actor: z.string().max(100).optional().meta({ description: 'Id of a token or a member' }),
    action: z
      .string()
      .regex(/^[A-Za-z]{1,100}\*?$/, 'is the name of an operation, exact or `prefix*`')
      .optional()
      .meta({ description: 'Name of an operation, exact or `prefix*`: `delete*`' }),
    from: InstantParameter.optional().meta({ description: 'At or after' }),
    to: InstantParameter.optional().meta({ description: 'At or before' }),
    cursor: CursorParameter,
    limit: LimitParameter,
  }),
  reply: z.object({ entries: z.array(AuditEntry), cursor: z.string().nullable() }),
  failures: [],
})
