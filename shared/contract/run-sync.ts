import { z } from 'zod'
import { defineContract } from './contract.ts'
import { SyncReference } from './sync-document.ts'

export const runSync = defineContract({
  name: 'runSync',
  method: 'post',
  path: '/api/v1/syncs/{syncId}/run',
  group: 'Operations',
  scope: 'syncs:write',
  summary: 'Run a sync now, besides its schedule',
  description:
    'While a run is under way the answer is its job. `full` forgets how far it was and brings everything over once more, ' +
    'for a warehouse whose tables were emptied; 409 while a run is under way.',
  params: SyncReference,
  body: z.strictObject({ full: z.boolean().default(false) }).default({ full: false }),
  status: 202,
  reply: z.object({ jobId: z.string() }),
  failures: ['not_found', 'conflict', 'unprocessable'],
})
