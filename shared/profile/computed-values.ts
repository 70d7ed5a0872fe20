import type { ComputedTraitDefinition } from '../config/workspace-config.ts'
import type { JsonValue } from '../kernel/json.ts'
import { evaluateComputed } from '../segment/computed-trait.ts'
import { type EventSource, personOf } from './person.ts'
import type { ProfileState } from './state.ts'

/** The computed traits of a person by key; one that has no value, or that nobody here can know, is not among them. */
export function computedValues(
  state: ProfileState,
  history: EventSource,
  definitions: readonly ComputedTraitDefinition[],
  now: number,
): Record<string, JsonValue> {
  if (definitions.length === 0) return {}
  const person = personOf(state, history)
  const values = definitions.map((definition) => [definition.key, evaluateComputed(definition, person, now)] as const)
  return Object.fromEntries(values.filter(([, { value }]) => value !== null).map(([key, { value }]) => [key, value]))
}
