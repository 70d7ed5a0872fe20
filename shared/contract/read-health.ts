import { z } from 'zod'
import { defineContract } from './contract.ts'

export const readHealth = defineContract({
  name: 'readHealth',
  method: 'get',
  path: '/health',
  group: 'Operations',
  scope: 'anyone',
  summary: 'Whether configuration can be read and the queues answer',
  reply: z.object({ status: z.literal('ok') }),
  failures: ['unavailable'],
})
