import { matchesName } from '../kernel/name-pattern.ts'
import { countedName, type Event } from './event.ts'

/** Which events a transformation, a plugin or a replay is about; what is not said does not choose. */
export interface EventSelection {
  /** Names, `prefix*`, `$page`, `$screen`, or types. */
  readonly events?: readonly string[] | undefined
  /** Ids of sources. */
  readonly sources?: readonly string[] | undefined
}

export function isSelected({ events, sources }: EventSelection, event: Event): boolean {
  if (sources && !sources.includes(event.source)) return false
  if (!events) return true
  const name = countedName(event.type, event.name)
  return events.some((pattern) => pattern === event.type || (name !== undefined && matchesName(pattern, name)))
}
