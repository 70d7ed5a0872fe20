import { parseInstant } from '../kernel/instant.ts'
import type { JsonValue } from '../kernel/json.ts'
import type { Condition } from './condition.ts'
import { dig, inWindow, ms, nameMatches, numberIn, passes } from './naive-tests.case.ts'
import type { Operator } from './operators.ts'
import type { EventData, PersonData } from './person-data.case.ts'

type SequenceCondition = Extract<Condition, { type: 'sequence' }>
type StepData = SequenceCondition['steps'][number]

/** Tries every event for every step. */
export function sequenceHolds({ steps, window }: SequenceCondition, data: PersonData, t: number): boolean {
  const past = data.events.filter((event) => event.at <= t)
  const serves = (event: EventData, step: StepData, chosen: readonly (EventData | undefined)[]) =>
    nameMatches(step.name, event.name) &&
    (step.where ?? []).every(({ property, op, value, valueFrom }) => {
      const found = dig(event.properties, property.split('.'))
      if (!valueFrom) return passes(found, op, value, t)
      return comparesWith(found, op, dig(chosen[valueFrom.step]?.properties, valueFrom.property.split('.')), t)
    })
  interface Waiting {
    readonly step: StepData
    readonly from: number
  }
  function go(i: number, at: number, chosen: readonly (EventData | undefined)[], waiting: readonly Waiting[]): boolean {
    const free = (until: number) =>
      waiting.every(
        (each) => !past.some((event) => event.at > each.from && event.at < until && serves(event, each.step, chosen)),
      )
    const step = steps[i]
    if (!step) return free(Number.POSITIVE_INFINITY)
    const within = step.within === undefined ? undefined : ms(step.within)
    if (!step.negate) {
      return past.some(
        (event) =>
          serves(event, step, chosen) &&
          (i === 0 ? inWindow(event.at, window, t) : event.at > at) &&
          (within === undefined || event.at <= at + within) &&
          free(event.at) &&
          go(i + 1, event.at, [...chosen, event], []),
      )
    }
    if (within === undefined) return go(i + 1, at, [...chosen, undefined], [...waiting, { step, from: at }])
    const end = at + within
    const none = !past.some((event) => event.at > at && event.at <= end && serves(event, step, chosen))
    return t >= end && none && go(i + 1, end, [...chosen, undefined], waiting)
  }
  return go(0, Number.NEGATIVE_INFINITY, [], [])
}

/** A comparison with what another event has: nothing, or what the operator does not take, fits nothing. */
function comparesWith(value: JsonValue | undefined, op: Operator, other: JsonValue | undefined, t: number): boolean {
  if (op === 'neq') return !comparesWith(value, 'eq', other, t)
  if (op === 'not_contains') return !comparesWith(value, 'contains', other, t)
  if (other === undefined || other === null || other === '') return false
  if (['gt', 'gte', 'lt', 'lte'].includes(op)) return passes(value, op, numberIn(other), t)
  if (['contains', 'starts_with', 'ends_with'].includes(op) && typeof other !== 'string') return false
  if (['before', 'after'].includes(op) && parseInstant(other) === undefined) return false
  return passes(value, op, other, t)
}
