import type { Event } from '../event/event.ts'
import { addBody, addFacts, type EventFacts, noFacts, type PathFacts, trim } from './inferred-facts.ts'
import { inferredSchema } from './inferred-schema.ts'
import { plannedBody, plannedName, RESERVED_NAMES } from './planned-event.ts'
import type { PlannedEvent } from './tracking-plan.ts'

/**
 * A draft of a plan from what was seen, by name of the event.
 * @law a draft is the same in any order and any grouping of the events, and every one of them is valid under it
 */
export type Inference = Map<string, EventFacts>

export const MOST_NAMES = 2_000
/** A plan has to fit into a row. */
const MOST_PLAN_CHARS = 1_000_000

export function addEvent(into: Inference, event: Event): void {
  const name = plannedName(event)
  if (name === undefined || (name.startsWith('$') && !RESERVED_NAMES.some((reserved) => reserved === name))) return
  const facts = into.get(name) ?? noFacts()
  addBody(facts, plannedBody(event))
  into.set(name, facts)
  trim(into, MOST_NAMES * 2, MOST_NAMES + 1)
}

export function addInference(into: Inference, other: Inference): Inference {
  for (const [name, facts] of other) {
    const known = into.get(name) ?? noFacts()
    addFacts(known, facts)
    into.set(name, known)
  }
  trim(into, MOST_NAMES * 2, MOST_NAMES + 1)
  return into
}

export interface Drafted {
  readonly events: readonly PlannedEvent[]
  /** False: there were more names than a plan may have, or the rarest of them found no room. */
  readonly isComplete: boolean
}

export function draftOf(inference: Inference): Drafted {
  const names = [...inference.keys()].sort().slice(0, MOST_NAMES)
  const byCount = names
    .map((name) => ({ name, facts: inference.get(name) as EventFacts }))
    .sort((a, b) => b.facts.count - a.facts.count || (a.name < b.name ? -1 : 1))
  const events: PlannedEvent[] = []
  let chars = 0
  for (const { name, facts } of byCount) {
    const event: PlannedEvent = { name, version: 1, schema: inferredSchema(facts), onViolation: 'allow' }
    chars += JSON.stringify(event).length
    if (chars <= MOST_PLAN_CHARS) events.push(event)
  }
  events.sort((a, b) => (a.name < b.name ? -1 : 1))
  return { events, isComplete: events.length === inference.size }
}

/** As JSON text, and back: a job keeps it between its steps. */
export function inferenceText(inference: Inference): string {
  return JSON.stringify([...inference].map(([name, { count, paths }]) => [name, count, [...paths]]))
}

export function inferenceOf(text: string): Inference {
  const entries = JSON.parse(text) as readonly (readonly [string, number, readonly (readonly [string, PathFacts])[]])[]
  return new Map(entries.map(([name, count, paths]) => [name, { count, paths: new Map(paths) }]))
}
