import { z } from 'zod'
import { type FailureCode, failureFacts } from '../kernel/failure.ts'

/** The body of a failure, `application/problem+json`. */
export const Problem = z
  .object({
    code: z.enum(Object.keys(failureFacts) as [FailureCode]),
    title: z.string(),
    detail: z.string(),
    requestId: z.string().meta({ description: 'Also in the header X-Request-Id' }),
    errors: z
      .array(z.object({ path: z.string().meta({ description: 'With dots: `batch.3.event`' }), message: z.string() }))
      .optional(),
  })
  .meta({ id: 'Problem' })
