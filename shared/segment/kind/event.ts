import { z } from 'zod'
import { Count, countInWords, countSignal, mostCounted, ONCE } from '../count.ts'
import type { Kind } from '../kind.ts'
import { findOccurrences, occurrences, prepareCounting } from '../occurrences.ts'
import { whereInWords } from '../where.ts'
import { windowInWords } from '../window.ts'
import { eventsInWords, phrase } from '../words.ts'

/**
 * How often something happened:
 * `{ "type": "event", "name": "Feature Used", "count": { "op": "gte", "value": 5 }, "window": { "last": "24h" } }`.
 */
export const EventCount = z
  .strictObject({ type: z.literal('event'), ...occurrences, count: Count.optional() })
  .meta({ description: 'An event happened so often in a window; at least once without `count`, ever without `window`' })
export type EventCount = z.infer<typeof EventCount>

export const event: Kind<EventCount> = {
  prepare(condition) {
    const count = condition.count ?? ONCE
    const prepared = prepareCounting(condition, mostCounted(count))
    return (moment) => countSignal(count, prepared(moment), moment.budget)
  },
  reads: ({ name }) => ({ events: [name] }),
  sentence({ name, where, count = ONCE, window }) {
    const never = count.value === 0 && (count.op === 'eq' || count.op === 'lte')
    const happened = never ? 'did not happen' : `happened ${countInWords(count)}`
    return phrase(eventsInWords(name), whereInWords(where), happened, windowInWords(window))
  },
  evidence: findOccurrences,
}
