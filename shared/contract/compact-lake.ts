import { z } from 'zod'
import { defineContract } from './contract.ts'

export const compactLake = defineContract({
  name: 'compactLake',
  method: 'post',
  path: '/api/v1/lake/compact',
  group: 'Operations',
  scope: 'lake:write',
  summary: 'Make silver of everything that arrived until now, and build gold anew',
  description:
    'A job. Compaction happens by itself every few minutes, and gold once a day; this is for those who do not want to wait. ' +
    'While one that was asked for has not begun, asking again answers that one.',
  status: 202,
  reply: z.object({ jobId: z.string() }),
  failures: [],
})
