import { z } from 'zod'
import { defineContract } from './contract.ts'
import { ProfileReference } from './profile-reference.ts'
import { InstantParameter } from './query.ts'

/** Outcomes of copies that never took effect. */
export const REPLAYED_OUTCOMES = ['dropped', 'rejected', 'dead_letter'] as const

export const ArchiveFilter = z
  .strictObject({
    events: z
      .array(z.string().min(1).max(255))
      .min(1)
      .max(100)
      .optional()
      .meta({ description: 'Names of events, exact or `"prefix*"`' }),
    sources: z.array(z.string().min(1).max(64)).min(1).max(100).optional(),
    profiles: z.array(ProfileReference.shape.ref).min(1).max(100).optional(),
  })
  .meta({ id: 'ArchiveFilter' })

/** A replay may also be of single messages: whoever looks at one that was refused sends that one again. */
const ReplayFilter = ArchiveFilter.extend({
  messageIds: z.array(z.string().min(1).max(255)).min(1).max(100).optional(),
}).meta({ id: 'ReplayFilter' })

export const startReplay = defineContract({
  name: 'startReplay',
  method: 'post',
  path: '/api/v1/replays',
  group: 'Operations',
  scope: 'dead-letters:write',
  summary: 'Send events that were dropped, rejected or given up through the pipeline again, from the archive',
  description:
    'A job over the copies that arrived from `from` to `to`. Events that were applied are not sent again; the result of ' +
    'the job counts them as `duplicates`. What waits as a dead letter goes as its letter has it, and leaves the list. ' +
    'Nothing of an erased person comes back.',
  body: z
    .strictObject({
      from: InstantParameter,
      to: InstantParameter,
      outcome: z.enum(REPLAYED_OUTCOMES).optional(),
      reason: z.string().max(1_000).optional(),
      filter: ReplayFilter.optional(),
    })
    .refine(({ from, to }) => from <= to, { message: 'must not be before `from`', path: ['to'] }),
  status: 202,
  reply: z.object({ jobId: z.string() }),
  failures: ['unprocessable'],
})
