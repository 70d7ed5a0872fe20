import { defineContract } from './contract.ts'
import { SyncDocument, SyncReference } from './sync-document.ts'

export const readSync = defineContract({
  name: 'readSync',
  method: 'get',
  path: '/api/v1/syncs/{syncId}',
  group: 'Operations',
  scope: 'syncs:read',
  masking: 'settings',
  summary: 'A sync, with its state, its last run, how far it is behind, and its last error',
  params: SyncReference,
  reply: SyncDocument,
  failures: ['not_found'],
})
