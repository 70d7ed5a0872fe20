import fc from 'fast-check'
import type { JsonObject } from '../kernel/json.ts'
import { aggregate, plainLeaf } from './arbitraries.case.ts'
import { instant, value } from './arbitraries-values.case.ts'
import type { Condition } from './condition.ts'
import { percentilesOf } from './percentiles.ts'
import type { EventData, Gaps, PersonData, WorkspaceData } from './person-data.case.ts'

/** Random people in random workspaces, and views that have less than the person. */

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
    fc.record(
      { status: fc.constantFrom('granted' as const, 'denied' as const, 'withdrawn' as const), until: instant },
      { requiredKeys: ['status'] },
    ),
  ),
  workspace,
})

/** A view that has less than the person. */
export const gaps: fc.Arbitrary<Gaps> = fc.record({ floor: instant, stretch: fc.integer({ min: 1, max: 12 }) })

export const now = instant
