import { z } from 'zod'
import { defineContract } from './contract.ts'

const Rows = z.array(z.record(z.string(), z.json()))

export const LakePeople = z.object({
  profiles: Rows,
  identifiers: Rows,
  computed_traits: Rows,
  consents: Rows,
  memberships: Rows,
})
export type LakePeople = z.output<typeof LakePeople>

export const listLakePeople = defineContract({
  name: 'listLakePeople',
  method: 'get',
  path: '/api/v1/lake/people',
  group: 'Operations',
  scope: 'lake:export',
  masking: 'refused',
  summary: 'People as rows of the tables of gold, as they are now',
  description:
    'What gold is made of, for workspaces that are small enough not to wait for it. Times are epoch milliseconds. Who changes ' +
    'while the pages are read may be on two of them: the greater `version` counts.',
  query: z.object({
    cursor: z
      .string()
      .regex(/^\d{1,4}\.\d{1,15}$/, 'is none of ours')
      .meta({ description: 'Of the page before' })
      .optional(),
  }),
  reply: LakePeople.extend({ cursor: z.string().nullable() }),
  failures: [],
})
