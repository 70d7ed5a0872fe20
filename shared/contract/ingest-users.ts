import { z } from 'zod'
import { defineContract } from './contract.ts'
import { IdentifyBody, ItemsAccepted } from './message-body.ts'

export const ingestUsers = defineContract({
  name: 'ingestUsers',
  method: 'post',
  path: '/v1/users',
  group: 'Ingestion',
  scope: 'write key',
  summary: 'Send one identify call or an array, and learn what became of each item',
  body: z.union([IdentifyBody, z.array(IdentifyBody).max(2_500)]),
  reply: ItemsAccepted,
  status: 202,
  failures: ['too_large'],
})
