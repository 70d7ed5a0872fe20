import { z } from 'zod'
import { defineContract } from './contract.ts'
import { InstantParameter } from './query.ts'
import { ArchiveFilter } from './start-replay.ts'

export const startRedelivery = defineContract({
  name: 'startRedelivery',
  method: 'post',
  path: '/api/v1/redeliveries',
  group: 'Operations',
  scope: 'destinations:write',
  summary: 'Send what happened to one destination again, from the archive',
  description:
    'A job over the applied events that arrived from `from` to `to`, and the segment changes told then. The destination’s ' +
    'own filter, mapping and consent hold as they are now; people are as they are now. Keys are those of the first ' +
    'delivery, so that a receiver knows what it has. Nothing of an erased person is sent.',
  body: z
    .strictObject({
      destination: z.string().min(1).max(100),
      from: InstantParameter,
      to: InstantParameter,
      filter: ArchiveFilter.optional(),
    })
    .refine(({ from, to }) => from <= to, { message: 'must not be before `from`', path: ['to'] }),
  status: 202,
  reply: z.object({ jobId: z.string() }),
  failures: ['unprocessable'],
})
