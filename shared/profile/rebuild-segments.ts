import type { Definitions } from './definitions.ts'
import { lookAgain, turnSilently } from './emission.ts'
import { type EventSource, personOf } from './person.ts'
import type { ProfileState } from './state.ts'

/**
 * Memberships after a rebuild. What the rebuild changed is not told; what was going to be told anyway (an event of a
 * moment ago, a definition that was not looked at yet, time that has passed) is told as ever.
 */
export interface SilentChanges {
  /** Keys of segments. */
  readonly entered: readonly string[]
  readonly exited: readonly string[]
}

export type Verdicts = ReadonlyMap<string, boolean | 'unknown'>

/** How each definition stands now. */
export function verdictsOf(
  state: ProfileState,
  history: EventSource,
  definitions: Definitions | undefined,
  now: number,
): Verdicts {
  const verdicts = new Map<string, boolean | 'unknown'>()
  if (!definitions) return verdicts
  const person = personOf(state, history, definitions.surroundings)
  for (const { key, prepared } of definitions.all) verdicts.set(key, prepared.evaluate(person, now).member)
  return verdicts
}

/** `stood`: the verdicts of before. In place. */
export function settleSilently(
  state: ProfileState,
  history: EventSource,
  definitions: Definitions | undefined,
  stood: Verdicts,
  now: number,
): SilentChanges {
  const [entered, exited]: [string[], string[]] = [[], []]
  if (!definitions) return { entered, exited }
  const verdicts = verdictsOf(state, history, definitions, now)
  for (const definition of definitions.all) {
    const { key } = definition
    const verdict = verdicts.get(key) ?? 'unknown'
    const { member = false, pending } = state.segments[key] ?? {}
    if (pending || verdict === 'unknown' || verdict === member || stood.get(key) !== member) continue
    turnSilently(state, history, definition, verdict, now)
    ;(verdict ? entered : exited).push(key)
  }
  // Definitions that are newer than the last look are looked at in their own time.
  if (state.configVersion >= definitions.version) lookAgain(state, history, definitions.all, now, now)
  return { entered, exited }
}
