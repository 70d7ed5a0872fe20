import { validate } from '@cfworker/json-schema'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../kernel/json.ts'
import { compileSchema } from './compile-schema.ts'
import { evaluateSchema } from './evaluate-schema.ts'
import { violationsOf } from './violation.ts'

function wrongWith(schema: JsonObject, value: JsonValue) {
  const compiled = compileSchema(schema)
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.failure))
  return violationsOf(evaluateSchema(compiled.value, value, [])).map(({ kind, path }) => `${kind} ${path}`.trim())
}

const names = fc.constantFrom('a', 'b', 'c')
const { value: values } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    fc.constantFrom<JsonValue>(null, true, false, 0, 1, 2.5, -3, '', 'a', 'abc', '2026-03-15', 'a@b.co'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(names, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ) as fc.Arbitrary<JsonValue>,
}))
const small = fc.integer({ min: 0, max: 3 })
const types = fc.constantFrom('null', 'boolean', 'integer', 'number', 'string', 'array', 'object')
const { schema: schemas } = fc.letrec<{ schema: JsonObject | boolean }>((tie) => {
  const some = fc.array(tie('schema'), { minLength: 1, maxLength: 3 })
  const map = fc.dictionary(names, tie('schema'), { maxKeys: 3, noNullPrototype: true })
  return {
    schema: fc.oneof(
      { depthSize: 'small', maxDepth: 3 },
      fc.boolean(),
      fc.record(
        {
          type: fc.oneof(types, fc.uniqueArray(types, { minLength: 1, maxLength: 3 })),
          enum: fc.array(values, { minLength: 1, maxLength: 3 }),
          const: values,
          minimum: small,
          exclusiveMaximum: small,
          multipleOf: fc.constantFrom(1, 2, 0.5),
          minLength: small,
          maxLength: small,
          pattern: fc.constantFrom('^a', 'b+', '^\\d{4}-\\d{2}'),
          format: fc.constantFrom('date', 'email', 'made-up'),
        },
        { requiredKeys: [] },
      ),
      fc.record(
        {
          required: fc.uniqueArray(names, { maxLength: 2 }),
          properties: map,
          patternProperties: fc.dictionary(fc.constantFrom('^a', 'b|c'), tie('schema'), {
            maxKeys: 2,
            noNullPrototype: true,
          }),
          additionalProperties: tie('schema'),
          propertyNames: tie('schema'),
          minProperties: small,
          maxProperties: small,
          dependentRequired: fc.dictionary(names, fc.uniqueArray(names, { maxLength: 2 }), {
            maxKeys: 2,
            noNullPrototype: true,
          }),
          dependentSchemas: map,
          unevaluatedProperties: tie('schema'),
        },
        { requiredKeys: [] },
      ),
      fc.record(
        {
          items: tie('schema'),
          prefixItems: some,
          contains: tie('schema'),
          minItems: small,
          maxItems: small,
          uniqueItems: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
      fc.record(
        {
          allOf: some,
          anyOf: some,
          oneOf: some,
          not: tie('schema'),
          if: tie('schema'),
          // biome-ignore lint/suspicious/noThenProperty: the word of the standard
          then: tie('schema'),
          else: tie('schema'),
        },
        { requiredKeys: [] },
      ),
    ) as fc.Arbitrary<JsonObject | boolean>,
  }
})

describe('a value against a schema', () => {
  test('is valid exactly when another implementation says so', () => {
    fc.assert(
      fc.property(schemas, values, (schema, value) => {
        const root = { allOf: [schema] }
        const compiled = compileSchema(root)
        if (!compiled.ok) throw new Error(JSON.stringify(compiled.failure))
        const expected = validate(value, structuredClone(root) as never, '2020-12', undefined, false).valid
        expect(evaluateSchema(compiled.value, value, []).length === 0).toBe(expected)
      }),
      { numRuns: 3_000 },
    )
  })

  const order = {
    type: 'object',
    properties: {
      total: { type: 'number', minimum: 0 },
      currency: { enum: ['EUR', 'USD'] },
      items: { type: 'array', items: { type: 'object', required: ['sku'], properties: { sku: { type: 'string' } } } },
      note: { anyOf: [{ type: 'null' }, { type: 'string', maxLength: 3 }] },
    },
    required: ['total'],
    additionalProperties: false,
  }

  test('is told of everything that is wrong, in a fixed order', () => {
    const value = { extra: 1, note: 'long', currency: 'GBP', items: [{ sku: 7 }, {}, 'no'] }
    const all = ['missing items.1.sku', 'missing total', 'type items.0.sku', 'type items.2']
    expect(wrongWith(order, value)).toEqual([...all, 'value currency', 'value note', 'unknown_property extra'])
    expect(wrongWith(order, { total: 1, note: null })).toEqual([])
    expect(wrongWith(order, { total: '1' })).toEqual(['type total'])
    expect(wrongWith(order, { total: 1, note: 3 })).toEqual(['type note'])
  })

  test('a tree may refer to itself, and hostile names are names', () => {
    const tree = {
      $ref: '#/$defs/node',
      $defs: { node: { properties: { next: { $ref: '#/$defs/node' } }, required: ['v'] } },
    }
    expect(wrongWith(tree, { v: 1, next: { v: 2, next: {} } })).toEqual(['missing next.next.v'])
    expect(wrongWith({ required: ['constructor'], properties: { toString: { type: 'number' } } }, {})).toEqual([
      'missing constructor',
    ])
  })

  test('a schema that doubles its work at every level is stopped', () => {
    const began = performance.now()
    const deep = {
      $ref: '#/$defs/n',
      $defs: { n: { properties: { x: { anyOf: [{ $ref: '#/$defs/n' }, { $ref: '#/$defs/n' }] } }, required: ['y'] } },
    }
    let value: JsonValue = {}
    for (let i = 0; i < 30; i++) value = { x: value }
    expect(wrongWith(deep, value)[0]).toMatch(/missing y|value/)
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  test('a long chain of references does not overflow the stack', () => {
    const $defs: Record<string, JsonObject> = { n2000: { type: 'string' } }
    for (let i = 0; i < 2_000; i++) $defs[`n${i}`] = { $ref: `#/$defs/n${i + 1}` }
    expect(wrongWith({ $ref: '#/$defs/n0', $defs }, 1)).toContain('value')
  })
})

describe('a schema is refused', () => {
  test.each<[string, JsonValue, string]>([
    ['that is none', 'string' as never, ''],
    ['with a type that there is not', { properties: { a: { type: 'strng' } } }, 'properties.a.type'],
    ['that is fetched', { properties: { a: { $ref: 'https://x.test/a.json' } } }, 'properties.a.$ref'],
    ['that leads nowhere', { properties: { a: { $ref: '#/$defs/b' } } }, 'properties.a.$ref'],
    ['that is its own', { $ref: '#' }, ''],
    [
      'that goes in a circle',
      {
        allOf: [{ $ref: '#/$defs/a' }],
        $defs: { a: { anyOf: [{ $ref: '#/$defs/b' }] }, b: { not: { $ref: '#/$defs/a' } } },
      },
      'allOf.0.$ref',
    ],
    ['whose pattern is none', { properties: { a: { pattern: '(' } } }, 'properties.a.pattern'],
    ['whose pattern looks around', { patternProperties: { '(?=a)': {} } }, 'patternProperties.(?=a)'],
    ['with a property that is no schema', { properties: { a: 'string' } }, 'properties.a'],
    ['with too many bytes', { description: 'x'.repeat(70_000) }, ''],
    ['with bounds that are none', { minLength: -1 }, 'minLength'],
    ['with names that are none', { required: 'total' }, 'required'],
  ])('%s', (_, schema, path) => {
    const compiled = compileSchema(schema)
    expect(compiled.ok ? 'taken' : compiled.failure[0]?.path).toBe(path)
  })

  test('whose references double at every level', () => {
    const $defs: Record<string, JsonObject> = { n40: { type: 'string' } }
    for (let i = 0; i < 40; i++)
      $defs[`n${i}`] = { anyOf: [{ $ref: `#/$defs/n${i + 1}` }, { $ref: `#/$defs/n${i + 1}` }] }
    const compiled = compileSchema({ properties: { a: { $ref: '#/$defs/n0' } }, $defs })
    expect(compiled.ok ? 'taken' : compiled.failure[0]?.message).toMatch(/^takes too many evaluations/)
  })

  test('only if it must be: words that are not known are notes', () => {
    const notes = { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'T', examples: [1], 'x-owner': {} }
    expect(compileSchema(notes).ok).toBe(true)
    let deep: JsonObject = {}
    for (let i = 0; i < 100; i++) deep = { properties: { a: deep } }
    expect(compileSchema(deep).ok).toBe(false)
  })
})
