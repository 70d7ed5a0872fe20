import fc from 'fast-check'
import { toIso } from '../kernel/instant.ts'
import type { JsonObject, JsonValue } from '../kernel/json.ts'
import type { Aggregate } from './aggregate.ts'
import type { Condition } from './condition.ts'
import { parseCondition } from './condition.ts'
import type { EventData, Gaps, PersonData, WorkspaceData } from './naive.case.ts'
import { OPERATOR_NAMES, OPERATORS, type Operator } from './operators.ts'
import { percentilesOf } from './percentiles.ts'
import { FUNCTIONS } from './tally.ts'
import type { Window } from './window.ts'

/**
 * Random conditions and people in a world of few names and thirty milliseconds, so that windows, ties and equal values
 * meet all the time, and every instant can be tried.
 */
export const BASE = Date.UTC(2026, 2, 15)
/** Nothing in this world changes by time alone after BASE + END. */
export const END = 110

const instant = fc.integer({ min: 0, max: 30 }).map((offset) => BASE + offset)
const isoText = instant.map(toIso)
const durationText = fc.integer({ min: 1, max: 12 }).map((n) => `${n}ms`)
const pattern = fc.constantFrom('A', 'Ab', 'B', 'A*', 'Ab*', '*')

const scalar: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue>('', null, 'a', 'ab', 'AB', '1', '2.5', '1x', '-1e1', ' 2', true, false, 0, 1, 2.5, -10),
  isoText,
)
const value: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 3, arbitrary: scalar },
  { weight: 2, arbitrary: isoText },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('k', 'l'), scalar) as fc.Arbitrary<JsonObject> },
)

function operand(op: Operator): fc.Arbitrary<JsonValue | undefined> {
  switch (OPERATORS[op].takes) {
    case 'value':
      return value
    case 'values':
      return fc.array(value, { minLength: 1, maxLength: 3 })
    case 'text':
      return fc.constantFrom('a', 'b', 'B', '1')
    case 'number':
      return fc.constantFrom(0, 1, 2, 2.5, -10)
    case 'numbers':
      return fc.constantFrom<JsonValue>([0, 1], [1, 1], [-20, 2])
    case 'instant':
      return isoText
    case 'duration':
      return durationText
    case 'nothing':
      return fc.constant(undefined)
  }
}

// Dates are what moves with time, so their operators come up more often than their share.
const comparison = fc
  .oneof(fc.constantFrom(...OPERATOR_NAMES), fc.constantFrom<Operator>('within_last', 'within_next'))
  .chain((op) => operand(op).map((value) => (value === undefined ? { op } : { op, value })))

const window: fc.Arbitrary<Window | undefined> = fc.oneof(
  fc.constant(undefined),
  durationText.map((last) => ({ last })),
  fc
    .tuple(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 0, max: 6 }))
    .map(([width, newer]): Window => ({ between: [`${newer + width}ms`, `${newer}ms`] })),
  fc.tuple(instant, instant).map(([a, b]) => ({ from: toIso(Math.min(a, b)), to: toIso(Math.max(a, b)) })),
)

const small = fc.integer({ min: 0, max: 4 })
const count = fc.oneof(
  fc.record({ op: fc.constantFrom('eq', 'neq', 'gt', 'gte', 'lt', 'lte'), value: small }),
  fc.tuple(small, small).map(([a, b]) => ({ op: 'between', value: [Math.min(a, b), Math.max(a, b)] })),
)

const test = fc.tuple(fc.constantFrom('p', 'p', 'q.k'), comparison).map(([property, rest]) => ({ property, ...rest }))

/** Drops fields that are undefined: absent, not undefined, is what JSON has. */
function compact(fields: object): Condition {
  return Object.fromEntries(Object.entries(fields).filter(([, field]) => field !== undefined)) as Condition
}

export const eventCondition = fc
  .record({
    type: fc.constant('event'),
    name: pattern,
    window,
    count: fc.option(count, { nil: undefined }),
    where: fc.option(fc.array(test, { maxLength: 2 }), { nil: undefined }),
  })
  .map(compact)

const traitCondition = fc
  .tuple(fc.constantFrom('x', 'y', 'o.k', '__proto__', 'constructor'), comparison)
  .map(([path, rest]) => compact({ type: 'trait', path, ...rest }))

const returnedCondition = fc
  .record({
    type: fc.constant('returned'),
    after: durationText,
    within: durationText,
    name: fc.option(pattern, { nil: undefined }),
  })
  .map(compact)

const where = fc.array(test, { maxLength: 2 })
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
/** A duration shorter than the one a window reaches back. */
const reaching = fc.oneof(
  fc.integer({ min: 2, max: 12 }).map((n) => ({ window: { last: `${n}ms` } as Window, reach: n })),
  fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 6 })).map(([width, newer]) => ({
    window: { between: [`${newer + width}ms`, `${newer}ms`] } as Window,
    reach: newer + width,
  })),
  fc.tuple(instant, instant).map(([x, y]) => ({
    window: { from: toIso(Math.min(x, y)), to: toIso(Math.max(x, y)) } as Window,
    reach: 12,
  })),
)
const shorter = (reach: number) => fc.integer({ min: 1, max: Math.max(1, reach - 1) }).map((n) => `${n}ms`)
const traitPath = fc.constantFrom('x', 'y', 'o.k', '__proto__', 'constructor')
const presentValue = value.filter((each) => each !== null && each !== '')

const traitHeld = fc
  .record({ path: traitPath, value: presentValue, op: fc.constantFrom('at_least', 'less_than'), for: durationText })
  .map((fields) => compact({ type: 'trait_held', ...fields }))

const traitChanged = fc
  .record({ path: traitPath, from: optional(value), to: optional(value), window })
  .map((fields) => compact({ type: 'trait_changed', ...fields }))
  .filter((each) => parseCondition(each).ok)

const firstEvent = fc
  .record({ name: pattern, where: optional(where), window: window.filter((each) => each !== undefined) })
  .map((fields) => compact({ type: 'first_event', ...fields }))

const lastEvent = fc
  .record({ name: pattern, where: optional(where), has: fc.array(test, { minLength: 1, maxLength: 2 }) })
  .map((fields) => compact({ type: 'last_event', ...fields }))

const stopped = reaching
  .filter(({ reach }) => reach > 1)
  .chain(({ window, reach }) => fc.record({ name: pattern, window: fc.constant(window), quiet: shorter(reach) }))
  .map((fields) => compact({ type: 'stopped', ...fields }))

const restarted = reaching
  .filter(({ reach }) => reach > 1)
  .chain(({ window, reach }) => fc.record({ name: pattern, window: fc.constant(window), recent: shorter(reach) }))
  .map((fields) => compact({ type: 'restarted', ...fields }))

const regular = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.nat(4))
  .chain(([periods, below]) =>
    fc.record({
      name: pattern,
      period: durationText,
      periods: fc.constant(periods),
      minPeriods: fc.constant(Math.max(1, periods - below)),
      count: optional(count),
    }),
  )
  .map((fields) => compact({ type: 'regular', ...fields }))

const reference = fc
  .record({
    op: fc.constantFrom<Operator>('eq', 'eq', 'neq', 'gt', 'lte', 'contains', 'after', 'array_contains'),
    step: fc.nat(2),
    property: fc.constantFrom('p', 'q.k'),
  })
  .map(({ op, ...valueFrom }) => ({ property: 'p', op, valueFrom }))

const sequenceStep = fc.record({
  name: pattern,
  within: optional(durationText),
  negate: fc.constantFrom(undefined, undefined, true),
  where: optional(fc.array(fc.oneof(test, reference), { maxLength: 2 })),
})

const sequence = fc
  .record({ steps: fc.array(sequenceStep, { minLength: 1, maxLength: 4 }), window })
  .map(({ steps, window }) => {
    const [first, ...rest] = steps.map((step) => compact(step))
    const { within: _, negate: __, ...bare } = first as unknown as Record<string, unknown>
    return compact({ type: 'sequence', steps: [bare, ...rest], window })
  })
  // References to later steps, or to steps that did not happen, are no conditions.
  .filter((each) => parseCondition(each).ok)

const numberTest = fc.oneof(
  fc.record({
    op: fc.constantFrom('eq', 'neq', 'gt', 'gte', 'lt', 'lte'),
    value: fc.constantFrom(0, 1, 2, 2.5, 3, -10),
  }),
  fc.constant({ op: 'between', value: [0, 2] }),
  fc.record({ op: fc.constantFrom('exists', 'not_exists') }),
)

const aggregateFields = {
  event: pattern,
  property: fc.constantFrom('p', 'p', 'q.k'),
  where: optional(where),
  window,
}

const aggregateCondition = fc
  .tuple(
    fc.record({ fn: fc.constantFrom('count', 'sum', 'avg', 'min', 'max', 'unique_count'), ...aggregateFields }),
    numberTest,
    fc.boolean(),
  )
  .map(([fields, test, bare]) => {
    const property = fields.fn === 'count' && bare ? undefined : fields.property
    return compact({ type: 'aggregate', ...fields, property, ...test })
  })

export const aggregate = fc
  .record({ fn: fc.constantFrom(...FUNCTIONS), ...aggregateFields })
  .map((fields) => compact(fields) as unknown as Aggregate)

const computedCondition = fc
  .tuple(fc.constantFrom('c1', 'c2'), fc.oneof(comparison, numberTest))
  .map(([key, rest]) => compact({ type: 'computed', key, ...rest }))

const rank = fc.integer({ min: 0, max: 100 })
const percentileCondition = fc.oneof(
  fc
    .record({ path: fc.constantFrom('x', 'o.k'), op: fc.constantFrom('gt', 'gte', 'lt', 'lte'), value: rank })
    .map((fields) => compact({ type: 'percentile', ...fields })),
  fc
    .tuple(rank, rank)
    .map(([a, b]) =>
      compact({ type: 'percentile', path: 'x', op: 'between', value: [Math.min(a, b), Math.max(a, b)] }),
    ),
)

const consentCondition = fc
  .record({
    about: fc.constantFrom('channel', 'purpose'),
    name: fc.constantFrom('email', 'ads'),
    status: fc.constantFrom('granted', 'denied', 'withdrawn', 'unset'),
  })
  .map(({ about, name, status }) => compact({ type: 'consent', [about]: name, status }))

const identifierCondition = fc
  .record({ idType: fc.constantFrom('email', 'phone'), exists: fc.boolean() })
  .map((fields) => compact({ type: 'identifier', ...fields }))

const bucketCondition = fc
  .tuple(fc.constantFrom('s', 't'), fc.constantFrom<[number, number]>([0, 50], [50, 100], [10, 12.5]))
  .map(([salt, [from, to]]) => compact({ type: 'bucket', salt, from, to }))

/** Conditions that name no other definition. */
const plainLeaf: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 6, arbitrary: eventCondition },
  { weight: 3, arbitrary: traitCondition },
  { weight: 2, arbitrary: returnedCondition },
  { weight: 2, arbitrary: traitHeld },
  { weight: 2, arbitrary: traitChanged },
  { weight: 2, arbitrary: firstEvent },
  { weight: 2, arbitrary: lastEvent },
  { weight: 2, arbitrary: stopped },
  { weight: 2, arbitrary: restarted },
  { weight: 2, arbitrary: regular },
  { weight: 4, arbitrary: sequence },
  { weight: 3, arbitrary: aggregateCondition },
  { weight: 1, arbitrary: percentileCondition },
  { weight: 1, arbitrary: consentCondition },
  { weight: 1, arbitrary: identifierCondition },
  { weight: 1, arbitrary: bucketCondition },
  { weight: 1, arbitrary: fc.constant<Condition>({ type: 'everyone' }) },
)

export const leafCondition: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 34, arbitrary: plainLeaf },
  { weight: 3, arbitrary: computedCondition },
  { weight: 3, arbitrary: fc.constantFrom('s1', 's2').map((key): Condition => ({ type: 'segment', key })) },
)

export const condition: fc.Arbitrary<Condition> = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leafCondition,
    fc
      .record({ type: fc.constantFrom('and', 'or'), conditions: fc.array(tie('node'), { minLength: 1, maxLength: 3 }) })
      .map(compact),
    tie('node').map((child): Condition => ({ type: 'not', condition: child })),
  ),
})).node

const properties = fc.record({ p: value, q: value }, { requiredKeys: [] }) as fc.Arbitrary<JsonObject>

const events: fc.Arbitrary<readonly EventData[]> = fc
  .array(fc.record({ at: instant, name: fc.constantFrom('A', 'Ab', 'B'), properties }), { maxLength: 12 })
  .map((list) => list.map((event, i) => ({ ...event, id: `m${i}` })))

/** A trait and the percentiles of all people, which somebody worked out from other numbers. */
const percentiles = fc
  .array(fc.constantFrom(-10, 0, 1, 2, 2.5), { minLength: 1, maxLength: 5 })
  .map((values) => percentilesOf(values))

const workspace: fc.Arbitrary<WorkspaceData> = fc.record({
  segments: fc.record({
    s1: plainLeaf,
    s2: fc.tuple(plainLeaf, fc.boolean()).map(
      ([leaf, negated]): Condition => ({
        type: 'and',
        conditions: [
          leaf,
          negated ? { type: 'not', condition: { type: 'segment', key: 's1' } } : { type: 'segment', key: 's1' },
        ],
      }),
    ),
  }),
  computed: fc.record({ c1: aggregate, c2: aggregate }),
  percentiles: fc.record({ x: percentiles, 'o.k': percentiles }),
})

export const person: fc.Arbitrary<PersonData> = fc.record({
  id: fc.constantFrom('prf_1', 'prf_2', 'prf_3'),
  writes: fc.dictionary(
    fc.constantFrom('x', 'y', 'o'),
    fc.array(fc.record({ value, at: instant }), { minLength: 1, maxLength: 4 }),
  ),
  events,
  identifiers: fc.subarray(['email', 'phone']),
  consents: fc.dictionary(
    fc.constantFrom('channel:email', 'purpose:ads', 'channel:ads'),
    fc.constantFrom('granted', 'denied', 'withdrawn'),
  ),
  workspace,
})

/** A view that has less than the person. */
export const gaps: fc.Arbitrary<Gaps> = fc.record({ floor: instant, stretch: fc.integer({ min: 1, max: 12 }) })

export const now = instant
