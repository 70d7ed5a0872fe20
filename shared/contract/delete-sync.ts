import { z } from 'zod'
import { defineContract } from './contract.ts'
import { SyncReference } from './sync-document.ts'

export const deleteSync = defineContract({
  name: 'deleteSync',
  method: 'delete',
  path: '/api/v1/syncs/{syncId}',
  group: 'Operations',
  scope: 'syncs:write',
  summary: 'Delete a sync',
  description:
    'Nothing more is brought over. What is in the warehouse stays there, and is the customer’s to delete: erasures are ' +
    'not carried out there any more.',
  params: SyncReference,
  reply: z.null(),
  status: 204,
  failures: ['not_found'],
})
