import { z } from 'zod'
import { OUTCOME_KINDS } from '../pipeline/trace.ts'

/** A copy and what became of it, in lists and in the live stream. */
export const EventLine = z
  .object({
    messageId: z.string(),
    copyId: z.string().meta({ description: 'One arrival of the message' }),
    source: z.string(),
    type: z.string().optional().meta({ description: 'Not of what was no event' }),
    name: z.string().optional(),
    timestamp: z.string().optional().meta({ format: 'date-time' }),
    receivedAt: z.string().meta({ format: 'date-time' }),
    decidedAt: z.string().meta({ format: 'date-time' }),
    outcome: z.enum(OUTCOME_KINDS),
    stage: z.string().optional().meta({ description: 'Of a dead letter: where it was given up' }),
    reason: z.string().optional(),
    fault: z.object({ path: z.string(), message: z.string() }).optional(),
    canonicalId: z.string().optional(),
    flags: z.array(z.string()),
    refusedLinks: z.array(z.string()).meta({ description: 'Why identifiers in it were not joined' }),
    notes: z
      .array(
        z.object({
          step: z.string(),
          outcome: z.string(),
          reason: z.string().optional(),
          detail: z.record(z.string(), z.unknown()).optional(),
        }),
      )
      .meta({ description: 'What the stages say of it' }),
  })
  .meta({ id: 'EventLine' })
export type EventLine = z.input<typeof EventLine>
