import { z } from 'zod'
import { defineContract } from './contract.ts'
import { ItemsAccepted, TypedMessage } from './message-body.ts'

export const ingestEvents = defineContract({
  name: 'ingestEvents',
  method: 'post',
  path: '/v1/events',
  group: 'Ingestion',
  scope: 'write key',
  summary: 'Send one event or an array, and learn what became of each item',
  description: 'An item without `type` is a track call.',
  body: z.union([TypedMessage, z.array(TypedMessage).max(2_500)]),
  reply: ItemsAccepted,
  status: 202,
  failures: ['too_large'],
})
