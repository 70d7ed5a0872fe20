import { z } from 'zod'
import { decodePlace } from '../audience/shard-pages.ts'
import { decodeCursor } from '../kernel/cursor.ts'
import { parseInstant } from '../kernel/instant.ts'

/** Query parameters that several operations share. */

/** An ISO 8601 instant as epoch milliseconds. */
export const InstantParameter = z
  .string()
  .meta({ format: 'date-time', description: 'ISO 8601' })
  .transform((text, context) => {
    // A plus sign that was not encoded arrives as a space.
    const at = parseInstant(text) ?? parseInstant(text.replace(/ (\d{2}:?\d{2})$/, '+$1'))
    if (at !== undefined) return at
    context.addIssue({ code: 'custom', message: 'must be an ISO 8601 date or time' })
    return z.NEVER
  })

export const LimitParameter = z.coerce
  .number('must be a number')
  .int('must be a whole number')
  .min(1, 'must be at least 1')
  .max(200, 'must be at most 200')
  .default(50)
  .meta({ description: 'Most entries in one answer' })

/** Where the page before ended. An id of 255 characters may take nine times as many in a URL. */
export const CursorParameter = z
  .string()
  .max(4_000)
  .meta({ description: 'Of the page before' })
  .transform((text, context) => {
    const position = decodeCursor(text)
    if (position) return position
    context.addIssue({ code: 'custom', message: 'is none of ours' })
    return z.NEVER
  })
  .optional()

/** The same for lists that the audience shards keep. */
export const PlaceParameter = z
  .string()
  .max(1_000)
  .refine((text) => decodePlace(text) !== undefined, 'is none of ours')
  .meta({ description: 'Of the page before' })
  .optional()

/** Of the newest events: where the page before ended in each trace object, `row.index` by their order. */
export const EventsCursor = z
  .string()
  .regex(/^\d{1,15}\.\d{1,16}(_\d{1,15}\.\d{1,16}){0,99}$/, 'is none of ours')
  .meta({ description: 'Of the page before' })
  .optional()
