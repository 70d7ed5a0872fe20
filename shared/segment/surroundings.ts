import { type PreparedAggregate, prepareAggregate } from './aggregate.ts'
import type { ComputedTrait } from './computed-trait.ts'
import type { Condition } from './condition.ts'
import { prepareSignal } from './evaluate.ts'
import type { Prepared } from './kind.ts'
import type { Percentiles, PersonView } from './person-view.ts'
import { MOST_LOOKS } from './signal.ts'

/** What a workspace has that conditions read beside the person: other segments, computed traits, percentiles. */
export interface Workspace {
  readonly segments: readonly { readonly key: string; readonly condition: Condition }[]
  readonly computedTraits?: readonly Pick<ComputedTrait, 'key' | 'aggregate'>[] | undefined
  /** By path of the trait. */
  readonly percentiles?: { readonly [path: string]: Percentiles } | undefined
}

/** The same, compiled once for many people. */
export interface Surroundings {
  readonly segments: ReadonlyMap<string, Prepared>
  readonly computed: ReadonlyMap<string, PreparedAggregate>
  readonly percentiles: ReadonlyMap<string, Percentiles>
}

export function prepareSurroundings({ segments, computedTraits = [], percentiles = {} }: Workspace): Surroundings {
  return {
    segments: new Map(segments.map(({ key, condition }) => [key, prepareSignal(condition)])),
    computed: new Map(computedTraits.map(({ key, aggregate }) => [key, prepareAggregate(aggregate)])),
    percentiles: new Map(Object.entries(percentiles)),
  }
}

export const ALONE: Surroundings = { segments: new Map(), computed: new Map(), percentiles: new Map() }

/** What a person has alone: everything but what is looked up in the workspace. */
export type Alone = Omit<PersonView, 'computed' | 'segment' | 'percentiles'>

/**
 * Completes a view by evaluating what the workspace defines, on the same person. What a definition says is remembered
 * for one instant, because many conditions may read the same one.
 */
export function among(person: Alone, surroundings: Surroundings): PersonView {
  const signals = remembering(surroundings.segments)
  const values = remembering(surroundings.computed)
  const view: PersonView = {
    ...person,
    // Each with a budget of its own: what is remembered must not have been cut short by whoever asked first.
    computed: (key, { now }) => values(key, { person: view, now, budget: { left: MOST_LOOKS } }),
    segment: (key, { now }) => signals(key, { person: view, now, budget: { left: MOST_LOOKS } }),
    percentiles: (path) => surroundings.percentiles.get(path),
  }
  return view
}

function remembering<T>(
  prepared: ReadonlyMap<string, (moment: Parameters<Prepared>[0]) => T>,
): (key: string, moment: Parameters<Prepared>[0]) => T | undefined {
  const known = new Map<string, { readonly now: number; readonly value: T }>()
  const open = new Set<string>()
  return (key, moment) => {
    const before = known.get(key)
    if (before?.now === moment.now) return before.value
    const make = prepared.get(key)
    // A cycle is refused when it is saved; should one be there all the same, nobody knows the answer.
    if (!make || open.has(key)) return undefined
    open.add(key)
    const value = make(moment)
    open.delete(key)
    known.set(key, { now: moment.now, value })
    return value
  }
}
