import { z } from 'zod'
import { defineContract } from './contract.ts'
import { SyncReference } from './sync-document.ts'

export const verifySync = defineContract({
  name: 'verifySync',
  method: 'post',
  path: '/api/v1/syncs/{syncId}/verify',
  group: 'Operations',
  scope: 'syncs:write',
  summary: 'Count the rows of the warehouse and compare them with the lake, per table and day',
  description: 'The result of the job, and `status.verified` of the sync, say what differs.',
  params: SyncReference,
  status: 202,
  reply: z.object({ jobId: z.string() }),
  failures: ['not_found'],
})
