import { canonicalJson } from '../kernel/canonical-json.ts'
import type { JsonObject, JsonValue } from '../kernel/json.ts'
import { numberOf, OPERATORS, type Operator, operandFault, testOf } from './operators.ts'
import { follow } from './path.ts'
import { ALWAYS, holdsAt, overlap, type Period } from './period.ts'
import type { EventRef, FoldedEvents } from './person-view.ts'
import type { StepTest } from './step-test.ts'
import { type EventTest, eventTest } from './where.ts'

/** Where a comparison with an earlier step finds its operand. */
interface Reference {
  readonly keys: readonly string[]
  readonly op: Operator
  readonly step: number
  readonly property: string
}

/** A step of a sequence, compiled. */
export interface Step {
  readonly name: string
  readonly negate: boolean
  readonly withinMs: number | undefined
  /** Tests that need nothing but the event. */
  readonly test: EventTest | undefined
  readonly references: readonly Reference[]
  /** Properties of this step that later ones refer to. */
  readonly captures: readonly string[]
}

export interface StepLike {
  readonly name: string
  readonly negate?: boolean | undefined
  readonly where?: readonly StepTest[] | undefined
}

export function compileStep(
  step: StepLike,
  index: number,
  all: readonly StepLike[],
  withinMs: number | undefined,
): Step {
  const tests = step.where ?? []
  return {
    name: step.name,
    negate: step.negate === true,
    withinMs,
    test: eventTest(tests.filter(({ valueFrom }) => valueFrom === undefined)),
    references: tests.flatMap(({ property, op, valueFrom }) =>
      valueFrom ? [{ keys: property.split('.'), op, step: valueFrom.step, property: valueFrom.property }] : [],
    ),
    captures: [
      ...new Set(
        all.flatMap(({ where = [] }) =>
          where.flatMap(({ valueFrom }) => (valueFrom?.step === index ? [valueFrom.property] : [])),
        ),
      ),
    ],
  }
}

/** An event that may serve a step. */
export interface Candidate {
  readonly event: EventRef
  readonly passes: Period
}

export function candidatesFor(step: Step, events: readonly EventRef[]): readonly Candidate[] {
  if (!step.test) return events.map((event) => ({ event, passes: ALWAYS }))
  const candidates: Candidate[] = []
  for (const event of events) {
    const passes = step.test(event.properties())
    if (passes.from < passes.until) candidates.push({ event, passes })
  }
  return candidates
}

/** The values of earlier steps, by step and property. */
export type Bound = ReadonlyMap<string, JsonValue | undefined>

export function bind(bound: Bound, index: number, step: Step, properties: () => JsonObject): Bound {
  if (step.captures.length === 0) return bound
  const found = properties()
  return new Map([
    ...bound,
    ...step.captures.map((property) => [`${index}\u0000${property}`, follow(found, property.split('.'))] as const),
  ])
}

/**
 * The candidates that may fit what is bound. Most comparisons are of equality ("the same order"): for those an index
 * spares looking at all others.
 */
export function fittingCandidates(step: Step, present: readonly Candidate[]): (bound: Bound) => readonly Candidate[] {
  const same = step.references.find(({ op }) => op === 'eq')
  if (!same) return () => present
  const index = new Map<string, Candidate[]>()
  for (const candidate of present) {
    const value = follow(candidate.event.properties(), same.keys)
    if (value === undefined) continue
    const key = canonicalJson(value)
    const list = index.get(key)
    if (list) list.push(candidate)
    else index.set(key, [candidate])
  }
  return (bound) => {
    const value = bound.get(`${same.step}\u0000${same.property}`)
    return value === undefined ? [] : (index.get(canonicalJson(value)) ?? [])
  }
}

/** Whether an event passes the comparisons with earlier steps at t. */
export function refersTo(step: Step, { event }: Candidate, bound: Bound, t: number): boolean {
  if (step.references.length === 0) return true
  const properties = event.properties()
  let period = ALWAYS
  for (const { keys, op, step: from, property } of step.references) {
    const operand = bound.get(`${from}\u0000${property}`)
    period = overlap(period, compared(follow(properties, keys), op, operand))
  }
  return holdsAt(period, t)
}

/** Like an operand that was written down, except that one which the operator does not take fits no value. */
function compared(value: JsonValue | undefined, op: Operator, operand: JsonValue | undefined): Period {
  const row = OPERATORS[op]
  const given = row.takes === 'number' && operand !== undefined ? numberOf(operand) : operand
  if (given === undefined || given === null || given === '' || operandFault(op, given) !== undefined) {
    return 'negates' in row ? ALWAYS : { from: Number.POSITIVE_INFINITY, until: Number.NEGATIVE_INFINITY }
  }
  return testOf(op, given)(value)
}

/** What a step may be served by of which only a stretch of time is known. */
export function reachable(folded: readonly FoldedEvents[]): readonly FoldedEvents[] {
  return folded.filter(({ most }) => most > 0)
}
