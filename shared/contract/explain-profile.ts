import { z } from 'zod'
import { defineContract } from './contract.ts'
import { ProfileReference } from './profile-reference.ts'

const Verdict = z.union([z.boolean(), z.literal('unknown')])

/** The verdict of one condition with the facts behind it, and those of the conditions inside of it. */
export const Because = z
  .object({
    type: z.string(),
    sentence: z.string(),
    member: Verdict,
    nextChangeAt: z.string().nullable().meta({ format: 'date-time' }),
    evidence: z.json().optional(),
    because: z.array(z.json()).optional().meta({ description: 'The same for each condition inside of it' }),
  })
  .meta({ id: 'Because' })

export const explainProfile = defineContract({
  name: 'explainProfile',
  method: 'post',
  path: '/api/v1/profiles/{ref}/explain',
  group: 'Profiles',
  scope: 'profiles:read',
  summary: 'Why someone is in a segment, or is not',
  params: ProfileReference,
  body: z.strictObject({ segment: z.string().min(1).max(200).meta({ description: 'Its key' }) }),
  reply: z.object({
    member: Verdict,
    because: Because,
    nextChangeAt: z
      .string()
      .nullable()
      .meta({ format: 'date-time', description: 'When time alone can change it; null: never' }),
    segment: z.object({ key: z.string(), name: z.string(), version: z.int() }),
    told: z
      .object({ member: z.boolean(), since: z.string().nullable() })
      .meta({ description: 'What was last told (ENTER or EXIT); a new difference waits for the window' }),
    notTold: z
      .array(
        z.object({
          change: z.enum(['ENTER', 'EXIT']),
          began: z.string().meta({ format: 'date-time' }),
          ended: z.string().meta({ format: 'date-time' }),
        }),
      )
      .meta({ description: 'What began and ended inside the window within the last 7 days' }),
  }),
  failures: ['not_found', 'unprocessable'],
})
