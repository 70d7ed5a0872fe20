import { z } from 'zod'
import { defineContract } from './contract.ts'
import { Schedule, SyncDocument, SyncName, SyncSettings, SyncTablesBody, WarehouseTypeName } from './sync-document.ts'

export const createSync = defineContract({
  name: 'createSync',
  method: 'post',
  path: '/api/v1/syncs',
  group: 'Operations',
  scope: 'syncs:write',
  summary: 'Make a sync: a warehouse that the lake is brought to',
  description:
    'Its first run begins within a minute. It makes the tables that are missing, and adds columns; it renames and drops ' +
    'nothing. Addresses must be public. Secret settings are encrypted and never read back.',
  body: z.strictObject({
    type: WarehouseTypeName,
    name: SyncName,
    settings: SyncSettings.default({}),
    tables: SyncTablesBody.default(null),
    schedule: Schedule.default('hourly'),
    enabled: z.boolean().default(true),
  }),
  reply: SyncDocument,
  status: 201,
  failures: ['conflict', 'unprocessable'],
})
