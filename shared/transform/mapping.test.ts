import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aDelivery } from '../../test/support/destination-samples.ts'
import type { JsonObject, JsonValue } from '../kernel/json.ts'
import { filled, Mapping, type MappingStep, MOST_ADDED, mapped as mappedBy } from './mapping.ts'

const sha = (text: string) => `#${text}#`
const path = fc
  .array(fc.constantFrom('properties', 'traits', 'a', 'b', 'constructor', 'toString'), { minLength: 1, maxLength: 3 })
  .map((keys) => keys.join('.'))
const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>
const step = fc.oneof(
  fc.record({ op: fc.constantFrom('rename' as const, 'copy' as const), from: path, to: path }),
  fc.record({ op: fc.constant('remove' as const), path }),
  fc.record({ op: fc.constant('pick' as const), paths: fc.array(path, { minLength: 1, maxLength: 4 }) }),
  fc.record({ op: fc.constant('set' as const), to: path, value: json }),
  fc.record({ op: fc.constant('template' as const), to: path, template: fc.string() }),
  fc.record({
    op: fc.constant('filter' as const),
    path,
    is: fc.constantFrom('exists' as const, 'not_exists' as const),
  }),
  fc.record({
    op: fc.constant('hash' as const),
    path,
    normalise: fc.constantFrom('none' as const, 'email' as const, 'phone' as const),
  }),
  fc.record({ op: fc.constant('mask' as const), path, keep: fc.integer({ min: 0, max: 20 }) }),
)
const data = fc.dictionary(fc.constantFrom('properties', 'traits', 'a', 'b'), json) as fc.Arbitrary<JsonObject>

const mapped = (data: JsonObject, ...steps: unknown[]) => {
  const result = mappedBy(aDelivery('track', data).data, Mapping.parse(steps), sha)
  if ('stopped' in result) return `${result.stopped.step}: ${result.stopped.why}`
  const { profile: _, messageId: __, timestamp: ___, context: ____, ...rest } = result.data
  return rest
}

describe('a mapping', () => {
  test('never throws, never changes what it was given, and reaches no prototype', () => {
    fc.assert(
      fc.property(data, fc.array(step, { maxLength: 8 }), (data, steps) => {
        const delivery = aDelivery('track', data)
        const before = JSON.stringify(delivery)
        // What the arbitrary makes is what the schema lets through.
        const result = mappedBy(delivery.data, steps as unknown as readonly MappingStep[], sha)
        expect(JSON.stringify(delivery)).toBe(before)
        expect(Object.getPrototypeOf({})).toBe(Object.prototype)
        expect(({} as Record<string, unknown>)['a']).toBeUndefined()
        if ('data' in result) expect(() => JSON.stringify(result.data)).not.toThrow()
      }),
    )
  })

  test('a rename there and back is no change, and a mask tells no more than half', () => {
    const text = fc.string({ minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 20 }), (value, keep) => {
        const there = [
          { op: 'rename', from: 'properties.x', to: 'traits.y' },
          { op: 'rename', from: 'traits.y', to: 'properties.x' },
        ]
        expect(mapped({ properties: { x: value } }, ...there)).toMatchObject({ properties: { x: value } })
        const masked = mapped({ properties: { x: value } }, { op: 'mask', path: 'properties.x', keep }) as {
          properties: { x: string }
        }
        const kept = [...masked.properties.x.replace(/^\*+/, '')].length
        expect(kept).toBeLessThanOrEqual(Math.floor([...value].length / 2))
      }),
    )
  })

  test.each<[string, JsonObject, unknown, unknown]>([
    [
      'rename',
      { properties: { total: 1 } },
      { op: 'rename', from: 'properties.total', to: 'value' },
      { properties: {}, value: 1 },
    ],
    [
      'rename of nothing',
      { properties: { a: 1 } },
      { op: 'rename', from: 'properties.b', to: 'c' },
      { properties: { a: 1 } },
    ],
    [
      'pick',
      { event: 'x', properties: { a: 1, b: 2 } },
      { op: 'pick', paths: ['properties.a'] },
      { properties: { a: 1 } },
    ],
    ['set', {}, { op: 'set', to: 'properties.source', value: 'cdp' }, { properties: { source: 'cdp' } }],
    [
      'template',
      { event: 'Paid', properties: { n: 2 } },
      { op: 'template', to: 'text', template: '{{event}}: {{ properties.n }}{{nobody}}' },
      { text: 'Paid: 2' },
    ],
    [
      'filter passes',
      { properties: { n: 5 } },
      { op: 'filter', path: 'properties.n', is: 'gte', value: 5 },
      { properties: { n: 5 } },
    ],
    [
      'filter holds back',
      { properties: { n: 4 } },
      { op: 'filter', path: 'properties.n', is: 'gte', value: 5 },
      '0: filter',
    ],
    [
      'hash',
      { traits: { e: ' A@B.co ' } },
      { op: 'hash', path: 'traits.e', normalise: 'email' },
      { traits: { e: '#a@b.co#' } },
    ],
    [
      'hash of a phone',
      { traits: { p: '+1 (555) 1' } },
      { op: 'hash', path: 'traits.p', normalise: 'phone' },
      { traits: { p: '#15551#' } },
    ],
    [
      'mask',
      { traits: { card: '4242424242424242' } },
      { op: 'mask', path: 'traits.card', keep: 4 },
      { traits: { card: '********4242' } },
    ],
    [
      'mask of what is short',
      { traits: { pin: '123' } },
      { op: 'mask', path: 'traits.pin', keep: 4 },
      { traits: { pin: '**3' } },
    ],
    ['remove', { properties: { a: 1, b: 2 } }, { op: 'remove', path: 'properties.a' }, { properties: { b: 2 } }],
  ])('%s', (_, data, step, expected) => {
    const result = mapped(data, step)
    if (typeof expected === 'string') expect(result).toBe(expected)
    else expect(result).toMatchObject(expected as object)
  })

  test('what steps add is bounded: a few of them that double something cannot fill the memory', () => {
    const grows = fc.oneof(
      fc.constant({ op: 'copy' as const, from: 'properties', to: 'properties.a' }),
      fc.constant({ op: 'copy' as const, from: 'properties', to: 'properties.b' }),
      fc.constant({ op: 'template' as const, to: 'properties.a', template: '{{properties}}'.repeat(50) }),
      fc.constant({ op: 'set' as const, to: 'properties.b', value: { x: 'y' } }),
    )
    fc.assert(
      fc.property(fc.array(grows, { minLength: 20, maxLength: 100 }), (steps) => {
        const result = mappedBy({ properties: { text: 'x'.repeat(1_000) } }, steps, sha)
        if ('data' in result) expect(JSON.stringify(result.data).length).toBeLessThan(8 * MOST_ADDED)
      }),
      { numRuns: 30 },
    )
    const doubling = Array.from({ length: 100 }, (_, i) => ({
      op: 'copy' as const,
      from: 'properties',
      to: `properties.${i % 2 ? 'a' : 'b'}${i}`,
    }))
    const stopped = mappedBy({ properties: { text: 'x' } }, doubling, sha)
    expect(stopped).toMatchObject({ stopped: { why: 'too_large' } })
    const deeper = doubling.map((step) => ({ ...step, op: 'rename' as const, to: `properties.${'a.'.repeat(30)}b` }))
    expect(mappedBy({ properties: { text: 'x' } }, deeper, sha)).toMatchObject({ stopped: { why: 'too_large' } })
  })

  test('refuses steps that nobody understands', () => {
    const wrong = [
      { op: 'explode' },
      { op: 'set', to: '__proto__.x', value: 1 },
      { op: 'filter', path: 'a', is: 'gt', value: 'x' },
    ]
    for (const step of wrong) expect(Mapping.safeParse([step]).success).toBe(false)
  })

  test('a template puts JSON for what is no text', () => {
    expect(filled('{{a}} {{b.c}}', { a: { x: 1 }, b: { c: null } })).toBe('{"x":1} ')
  })
})
