import { z } from 'zod'
import { Count, countInWords, countSignal, mostCounted, ONCE } from '../count.ts'
import { durationInWords, durationMs, Stretch } from '../duration.ts'
import { someOf } from '../junction.ts'
import type { Kind } from '../kind.ts'
import { EventName, prepareCountingIn } from '../occurrences.ts'
import { EVER } from '../window.ts'
import { eventsInWords, phrase } from '../words.ts'

/** A year of days. */
const MOST_PERIODS = 366

const Periods = z
  .int('must be a whole number')
  .min(1, 'must be at least 1')
  .max(MOST_PERIODS, `must not be more than ${MOST_PERIODS}`)

/**
 * In at least so many of the last periods: `{ "type": "regular", "name": "Login", "period": "1d", "periods": 7,
 * "minPeriods": 3 }`. Periods are counted back from now: the first is the last `period`, the second the one before it.
 */
export const Regular = z
  .strictObject({
    type: z.literal('regular'),
    name: EventName,
    period: Stretch,
    periods: Periods,
    minPeriods: Periods,
    count: Count.optional(),
  })
  .superRefine(({ periods, minPeriods }, context) => {
    if (minPeriods <= periods) return
    context.addIssue({ code: 'custom', path: ['minPeriods'], message: 'must not be more than there are periods' })
  })
  .meta({ description: 'An event happened so often in at least so many of the last periods' })
export type Regular = z.infer<typeof Regular>

export const regular: Kind<Regular> = {
  prepare({ name, period, periods, minPeriods, count = ONCE }) {
    const ms = durationMs(period) as number
    const counts = Array.from({ length: periods }, (_, i) =>
      prepareCountingIn(
        { ...EVER, entersAfter: i * ms, leavesAfter: (i + 1) * ms },
        name,
        undefined,
        mostCounted(count),
      ),
    )
    return (moment) =>
      someOf(
        minPeriods,
        counts.map((counting) => countSignal(count, counting(moment), moment.budget)),
        moment.budget,
      )
  },
  reads: ({ name }) => ({ events: [name] }),
  sentence: ({ name, period, periods, minPeriods, count = ONCE }) =>
    phrase(
      eventsInWords(name),
      `happened ${countInWords(count)}`,
      `in at least ${minPeriods} of the last ${periods} periods of ${durationInWords(period)}`,
    ),
  evidence({ name, period, periods }, { person, now }) {
    const ms = durationMs(period) as number
    const counts = Array<number>(periods).fill(0)
    for (const { at } of person.events(name)) {
      const age = Math.floor((now - at) / ms)
      if (age >= 0 && age < periods) counts[age] = (counts[age] ?? 0) + 1
    }
    return { event: name, newestPeriodFirst: counts }
  },
}
