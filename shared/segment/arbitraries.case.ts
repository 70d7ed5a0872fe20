import fc from 'fast-check'
import { toIso } from '../kernel/instant.ts'
import type { Aggregate } from './aggregate.ts'
import { comparison, count, durationText, instant, pattern, test, value, window } from './arbitraries-values.case.ts'
import type { Condition } from './condition.ts'
import { parseCondition } from './condition.ts'
import type { Operator } from './operators.ts'
import { FUNCTIONS } from './tally.ts'
import type { Window } from './window.ts'

export { BASE, END } from './arbitraries-values.case.ts'

/** Random conditions of every type. */

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

const rank = fc.oneof(
  fc.integer({ min: 0, max: 100 }),
  fc.nat(1_000).map((tenths) => tenths / 10),
)
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
export const plainLeaf: fc.Arbitrary<Condition> = fc.oneof(
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
