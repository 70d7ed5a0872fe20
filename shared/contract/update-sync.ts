import { z } from 'zod'
import { defineContract } from './contract.ts'
import {
  Schedule,
  SyncDocument,
  SyncName,
  SyncReference,
  SyncSettings,
  SyncTablesBody,
  WarehouseTypeName,
} from './sync-document.ts'

/** What a sync shows and nobody sets: a document that was read may be sent back as it is. */
const Shown = z.unknown().optional().meta({ description: 'As it was read; nothing comes of it' })

export const updateSync = defineContract({
  name: 'updateSync',
  method: 'put',
  path: '/api/v1/syncs/{syncId}',
  group: 'Operations',
  scope: 'syncs:write',
  summary: 'Change a sync',
  description:
    'What is named changes and the rest stays; in `settings`, `null` takes a setting away, and a secret that is to stay ' +
    'may be given as it is read, `{ "last4" }`. Settings that name another place bring everything over once more.',
  params: SyncReference,
  body: z.strictObject({
    name: SyncName.optional(),
    settings: SyncSettings.optional(),
    tables: SyncTablesBody.optional(),
    schedule: Schedule.optional(),
    enabled: z.boolean().optional(),
    type: WarehouseTypeName.optional().meta({ description: 'Only the one it has' }),
    id: Shown,
    version: Shown,
    createdAt: Shown,
    updatedAt: Shown,
    status: Shown,
  }),
  reply: SyncDocument,
  failures: ['not_found', 'conflict', 'unprocessable'],
})
