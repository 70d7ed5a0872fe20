import { z } from 'zod'
import { defineContract } from './contract.ts'

export const readMetrics = defineContract({
  name: 'readMetrics',
  method: 'get',
  path: '/metrics',
  group: 'Operations',
  scope: 'metrics:read',
  masking: 'own',
  summary: 'Counters of this workspace and the queues, for Prometheus',
  description:
    '`cdp_events_accepted_total` is the sum of processed, duplicate, dropped, rejected, dead letters, and of what waits ' +
    'in the queues (in messages, so the sum is exact once they are empty).',
  reply: z.string(),
  media: 'text/plain; version=0.0.4; charset=utf-8',
  failures: [],
})
