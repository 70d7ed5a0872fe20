import { z } from 'zod'
import { toIso } from '../kernel/instant.ts'

/** When a batch plugin runs, in UTC. */
export const Schedule = z
  .discriminatedUnion('every', [
    z.strictObject({ every: z.literal('hour') }),
    z.strictObject({ every: z.literal('day'), hour: z.int().min(0).max(23).default(3) }),
  ])
  .meta({ description: '`{ "every": "hour" }` or `{ "every": "day", "hour": 3 }`, UTC' })
export type Schedule = z.infer<typeof Schedule>

/**
 * The name of the run that is due in this hour, or undefined. Every minute of the hour gives the same name, so a run that
 * could not begin in one minute begins in the next, and none begins twice.
 */
export function dueRun(schedule: Schedule, now: number): string | undefined {
  const hour = toIso(now).slice(0, 13)
  if (schedule.every === 'hour') return hour
  return Number(hour.slice(11)) === schedule.hour ? hour : undefined
}
