import type { Event } from '../event/event.ts'
import { type EventSelection, isSelected } from '../event/event-selection.ts'
import { changedPaths, type PathChange } from './changed-paths.ts'
import { eventDocument } from './event-document.ts'
import type { MappingStep } from './mapping.ts'
import type { Transformed } from './transform-event.ts'

/** A transformation to be tried; it may not be saved yet. */
export interface Tried extends EventSelection {
  readonly id: string | null
  readonly name: string
  readonly steps?: readonly MappingStep[] | undefined
  readonly code?: string | undefined
}

/** What one transformation did to the event as it came to it. */
export interface Trial {
  readonly id: string | null
  readonly name: string
  readonly outcome: 'changed' | 'unchanged' | 'dropped' | 'failed' | 'not_selected'
  readonly reason?: string | undefined
  readonly changes: readonly PathChange[]
}

/** An event through transformations, one after the other; undefined when one of them ended its way. */
export async function tryTransformations(
  event: Event,
  transformations: readonly Tried[],
  run: (tried: Tried, event: Event) => Promise<Transformed>,
): Promise<{ readonly event: Event | undefined; readonly trials: readonly Trial[] }> {
  const trials: Trial[] = []
  let now = event
  for (const tried of transformations) {
    const about = { id: tried.id, name: tried.name }
    if (!isSelected(tried, now)) {
      trials.push({ ...about, outcome: 'not_selected', changes: [] })
      continue
    }
    const result = await run(tried, now)
    if (result.kind === 'changed') {
      const changes = changedPaths(eventDocument(now), eventDocument(result.event))
      trials.push({ ...about, outcome: changes.length > 0 ? 'changed' : 'unchanged', changes })
      now = result.event
    } else if (result.kind === 'unchanged') {
      trials.push({ ...about, outcome: 'unchanged', changes: [] })
    } else {
      trials.push({ ...about, outcome: result.kind, reason: result.reason, changes: [] })
      return { event: undefined, trials }
    }
  }
  return { event: now, trials }
}
