import { z } from 'zod'
import { defineContract } from './contract.ts'

export const JOB_STATES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const
export type JobState = (typeof JOB_STATES)[number]

/** Long work as its owner sees it. */
export const JobDocument = z
  .object({
    id: z.string(),
    kind: z.string(),
    state: z.enum(JOB_STATES),
    done: z.int().meta({ description: 'How much of it is done, in the units of its kind' }),
    total: z.int().meta({ description: 'As far as it is known; never less than `done`' }),
    errors: z.int().meta({ description: 'How much of it could not be done' }),
    reason: z.string().nullable().meta({ description: 'Why it failed, or why its last step did' }),
    result: z.json().meta({ description: 'What its kind has to say; null until then' }),
    createdAt: z.string().meta({ format: 'date-time' }),
    updatedAt: z.string().meta({ format: 'date-time' }),
  })
  .meta({ id: 'Job' })
export type JobDocument = z.output<typeof JobDocument>

export const JobReference = z.object({ jobId: z.string().min(1).max(100) })

export const readJob = defineContract({
  name: 'readJob',
  method: 'get',
  path: '/api/v1/jobs/{jobId}',
  group: 'Operations',
  scope: 'jobs:read',
  summary: 'How far a job is',
  description: 'Every operation that answers 202 with a `jobId` is such a job.',
  params: JobReference,
  reply: JobDocument,
  failures: ['not_found'],
})
