import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../../../shared/kernel/json.ts'
import { type Plan, planOf } from './difference.ts'
import { inOrder } from './order.ts'
import type { Entry, State } from './state.ts'

const RULES = { prune: false, loose: { transformations: ['position'] } }
const keys = fc.constantFrom('a', 'b', 'settings', 'position', 'constructor')
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as JsonObject
/** Without null, which a file cannot say: it is what is not named. */
const value: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.integer(),
    fc.constantFrom('x', 'y', ''),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 3 }) as fc.Arbitrary<JsonObject>,
  ),
})).value
const fields = fc.dictionary(keys, value, { maxKeys: 4 }).map(plain)
const entries = fc.uniqueArray(fc.record({ name: fc.constantFrom('n1', 'n2', 'n3', 'n4'), fields }), {
  selector: ({ name }) => name,
})
const state = fc.dictionary(
  fc.constantFrom('sources', 'transformations', 'destinations'),
  entries,
) as fc.Arbitrary<State>

/** What the present is once the plan was carried out. */
function carriedOut(present: State, wanted: State, { changes }: Plan): State {
  const after: Record<string, Entry[]> = {}
  for (const section of new Set([...Object.keys(present), ...Object.keys(wanted)])) {
    const mine = changes.filter((change) => change.section === section)
    const isTouched = (name: string) => mine.some((change) => change.name === name)
    const kept = (present[section] ?? []).filter(({ name }) => !isTouched(name))
    const put = (wanted[section] ?? [])
      .filter(({ name }) => isTouched(name))
      .map(({ name, fields }) => {
        const before = present[section]?.find((entry) => entry.name === name)?.fields['position']
        const isLoose = section === 'transformations' && fields['position'] === undefined && before !== undefined
        return { name, fields: isLoose ? { ...fields, position: before } : fields }
      })
    after[section] = [...kept, ...put]
  }
  return after
}

const shuffled = (value: JsonValue): JsonValue => {
  if (Array.isArray(value)) return value.map(shuffled)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, shuffled(inner as JsonValue)]),
  )
}

describe('a plan', () => {
  test('of what is as it should be is empty', () => {
    fc.assert(
      fc.property(state, (present) => {
        expect(planOf(present, present, RULES)).toMatchObject({ changes: [], others: [] })
      }),
    )
  })

  test('that was carried out leaves nothing to do', () => {
    fc.assert(
      fc.property(state, state, fc.boolean(), (present, wanted, prune) => {
        const rules = { ...RULES, prune }
        const after = carriedOut(present, wanted, planOf(present, wanted, rules))
        expect(planOf(after, wanted, rules).changes).toEqual([])
      }),
    )
  })

  test('does not depend on the order of keys, of sections and of the things in them', () => {
    fc.assert(
      fc.property(state, state, (present, wanted) => {
        const turned = (some: State): State =>
          Object.fromEntries(
            Object.entries(some)
              .reverse()
              .map(([section, all]) => [
                section,
                all.toReversed().map(({ name, fields }) => ({ name, fields: shuffled(fields) as JsonObject })),
              ]),
          )
        const summary = ({ changes, others, unchanged }: Plan) => ({
          changes: changes.map(({ kind, section, name, fields }) => [
            kind,
            section,
            name,
            fields.map(({ path }) => path).sort(),
          ]),
          others,
          unchanged,
        })
        expect(summary(planOf(turned(present), turned(wanted), RULES))).toEqual(summary(planOf(present, wanted, RULES)))
      }),
    )
  })

  test('deletes only when it is told to, and only in sections that the file has', () => {
    const present = { sources: [{ name: 'web', fields: {} }], segments: [{ name: 'vip', fields: {} }] }
    const wanted = { sources: [] }
    expect(planOf(present, wanted, RULES)).toMatchObject({ changes: [], others: [{ section: 'sources', name: 'web' }] })
    const pruned = planOf(present, wanted, { ...RULES, prune: true })
    expect(pruned).toMatchObject({ changes: [{ kind: 'delete', section: 'sources', name: 'web' }], others: [] })
  })
})

test('what is named is made before what names it and deleted after it, whatever they are called', () => {
  const reads = (...keys: string[]) => ({
    condition: { type: 'or', conditions: keys.map((key) => ({ type: 'segment', key })) },
  })
  const leaf = { condition: { type: 'trait', path: 'x', op: 'exists' } }
  const names = ['a', 'b', 'c', 'd', 'e']
  fc.assert(
    fc.property(fc.shuffledSubarray(names, { minLength: 5 }), fc.boolean(), (order, isDeleted) => {
      // Each reads all that stand after it.
      const segments = order.map((name, i) => ({ name, fields: i === 4 ? leaf : reads(...order.slice(i + 1)) }))
      const kind = isDeleted ? ('delete' as const) : ('create' as const)
      const changes = [
        ...names.map((name) => ({ kind, section: 'segments', name, fields: [] })),
        { kind, section: 'destinations', name: 'd', fields: [] },
        { kind, section: 'sources', name: 's', fields: [] },
      ]
      const done = inOrder(changes, { segments }, { segments }).map(({ name, section }) =>
        section === 'segments' ? name : section,
      )
      const expected = ['sources', ...order.toReversed(), 'destinations']
      expect(done).toEqual(isDeleted ? expected.toReversed() : expected)
    }),
  )
})
