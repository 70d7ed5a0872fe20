import { z } from 'zod'
import type { RebuildFinished } from '../durable-objects/rebuild-profile.ts'

/** What came of a rebuild so far: the result of its job, and what the job itself still needs. */
export const Tally = z.object({
  /** Profiles, whatever became of them. */
  done: z.int(),
  errors: z.int(),
  rebuilt: z.int(),
  /** Of these, which are different now. */
  changed: z.int(),
  /** Nobody there any more: erased, or merged into another one that was asked for. */
  gone: z.int(),
  /** Events folded from the archive; and events the archive did not have, which were kept. */
  events: z.int(),
  kept: z.int(),
  /** Applied lines of the archive without a readable event. */
  unreadable: z.int(),
  /** Members by segment whom the rebuild brought in, and took out: nobody was told. */
  entered: z.record(z.string(), z.int()),
  exited: z.record(z.string(), z.int()),
  /** Why profiles could not be rebuilt, the first few. */
  reasons: z.array(z.object({ profile: z.string(), reason: z.string() })),
  /** Who is to be asked again. */
  again: z.array(z.string()),
})
export type Tally = z.infer<typeof Tally>

const MOST_REASONS = 20

export function emptyTally(): Tally {
  const counts = { done: 0, errors: 0, rebuilt: 0, changed: 0, gone: 0, events: 0, kept: 0, unreadable: 0 }
  return { ...counts, entered: {}, exited: {}, reasons: [], again: [] }
}

/** In place. */
export function addFinished(tally: Tally, finished: Extract<RebuildFinished, { kind: 'done' | 'gone' }>): void {
  tally.done += 1
  if (finished.kind === 'gone') {
    tally.gone += 1
    return
  }
  const { changed, folded, kept, entered, exited } = finished
  tally.rebuilt += 1
  if (changed) tally.changed += 1
  tally.events += folded
  tally.kept += kept
  for (const key of entered) tally.entered[key] = (tally.entered[key] ?? 0) + 1
  for (const key of exited) tally.exited[key] = (tally.exited[key] ?? 0) + 1
}

/** In place. */
export function addFailure(tally: Tally, profile: string, reason: string): void {
  tally.done += 1
  tally.errors += 1
  if (tally.reasons.length < MOST_REASONS) tally.reasons.push({ profile, reason: reason.slice(0, 500) })
}
