import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Field, group, labelOf } from '../../portal/src/form/field.ts'
import { placeOf } from '../../portal/src/form/form-path.ts'
import { type FormValue, fromForm, toForm } from '../../portal/src/form/form-values.ts'
import { patchOf } from '../../portal/src/form/patch.ts'
import { readSchema, type Schema } from '../../portal/src/form/read-schema.ts'
import { movedBy } from '../../portal/src/lists/order.ts'
import { SourceSettings } from '../../shared/config/source-settings.ts'
import { destinationTypes } from '../../shared/destination/index.ts'
import { pluginTypes } from '../../shared/plugin/index.ts'
import { Mapping, MappingStep } from '../../shared/transform/mapping.ts'

const schemaOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema

/** A form of every kind, and documents that fit it. */
const word = fc.stringMatching(/^[a-z][a-z .]{0,8}[a-z]$/)
const FORM: Field = group(
  { name: 'line', label: '', isRequired: true, field: { kind: 'text', look: 'line' } },
  { name: 'code', label: '', isRequired: false, field: { kind: 'text', look: 'code' } },
  { name: 'size', label: '', isRequired: false, field: { kind: 'number' } },
  { name: 'wait', label: '', isRequired: false, field: { kind: 'number', per: 86_400_000 } },
  { name: 'on', label: '', isRequired: false, field: { kind: 'switch' } },
  {
    name: 'region',
    label: '',
    isRequired: false,
    field: { kind: 'choice', options: ['eu', 'us'].map((value) => ({ value, label: value })) },
  },
  { name: 'names', label: '', isRequired: false, field: { kind: 'list', item: { kind: 'text', look: 'line' } } },
  { name: 'fields', label: '', isRequired: true, field: { kind: 'pairs' } },
  { name: 'steps', label: '', isRequired: false, field: readSchema(schemaOf(Mapping)) },
  { name: 'anything', label: '', isRequired: false, field: { kind: 'json' } },
)
const steps = fc.array(
  fc.oneof(
    fc.record({ op: fc.constant('rename'), from: word, to: word }),
    fc.record({ op: fc.constant('pick'), paths: fc.array(word, { minLength: 1, maxLength: 3 }) }),
    fc.record({ op: fc.constant('set'), to: word, value: fc.oneof(fc.integer(), word) }),
    fc.record({ op: fc.constant('mask'), path: word, keep: fc.nat(20) }),
  ),
  { minLength: 1, maxLength: 4 },
)
const documents = fc.record(
  {
    line: word,
    code: word,
    size: fc.integer(),
    wait: fc.maxSafeNat().map((n) => n % 1e14),
    on: fc.constant(true),
    region: fc.constantFrom('eu', 'us'),
    names: fc.array(word, { minLength: 1, maxLength: 4 }),
    fields: fc.dictionary(word, word),
    steps,
    anything: fc.oneof(fc.integer(), word, fc.dictionary(word, fc.boolean())),
  },
  { requiredKeys: ['line', 'fields'], noNullPrototype: true },
)

describe('a form', () => {
  test('there and back, a document is what it was', () => {
    fc.assert(
      fc.property(documents, (document) => {
        expect(fromForm(FORM, toForm(FORM, document))).toEqual({ value: document, problems: [] })
      }),
    )
  })

  test('every place in a document has an input, and the path of an error leads to it', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const form = toForm(FORM, document)
        for (const path of leaves(document)) {
          const place = placeOf(FORM, path, form)
          expect(place).toBeDefined()
          expect(path.startsWith('anything') || valueAt(form, place?.name ?? '') !== undefined).toBe(true)
        }
      }),
    )
  })

  test('an error further on than an empty row is shown at its own row', () => {
    const form = { names: [{ item: 'a' }, { item: '' }, { item: 'b' }] }
    expect(fromForm(FORM, { ...form, line: 'x' }).value).toEqual({ line: 'x', fields: {}, names: ['a', 'b'] })
    expect(placeOf(FORM, 'names.1', form)).toEqual({ name: 'names.2.item', rest: '' })
  })

  test('a path into JSON stays with the JSON, and one that the form does not have is nowhere', () => {
    expect(placeOf(FORM, 'anything.properties.total.type', {})).toEqual({
      name: 'anything',
      rest: 'properties.total.type',
    })
    expect(placeOf(FORM, 'elsewhere', {})).toBeUndefined()
  })

  test('what is missing, no number, no JSON or there twice is said before anything is sent', () => {
    const problems = fromForm(FORM, {
      line: ' ',
      size: 'many',
      anything: '{',
      fields: [
        { key: 'a', value: 'x' },
        { key: 'a', value: '' },
      ],
    }).problems
    expect(problems).toEqual([
      { name: 'size', code: 'number' },
      { name: 'fields.1.value', code: 'required' },
      { name: 'fields.1.key', code: 'twice' },
      { name: 'anything', code: 'json' },
      { name: 'line', code: 'required' },
    ])
  })

  test('a stored secret that nobody types again is not sent, and not missed', () => {
    const stored = { settings: { url: 'https://example.com', secret: { last4: 'LaSw' } } }
    const webhook = destinationTypes[0]
    const settings = readSchema(schemaOf(webhook?.settings as z.ZodType), {
      secrets: webhook?.secrets ?? [],
      stored: stored.settings,
    })
    const form = group({ name: 'settings', label: '', isRequired: true, field: settings })
    expect(fromForm(form, toForm(form, stored))).toEqual({
      value: { settings: { url: 'https://example.com' } },
      problems: [],
    })
    const fresh = group({
      name: 'settings',
      label: '',
      isRequired: true,
      field: readSchema(schemaOf(webhook?.settings as z.ZodType), webhook),
    })
    expect(fromForm(fresh, toForm(fresh, {})).problems.map(({ name }) => name)).toEqual([
      'settings.url',
      'settings.secret',
    ])
  })

  test('of several stored secrets each is kept by how it ends, and one can be added', () => {
    const secrets = ['secrets', 'basicAuth.password']
    const stored = { secrets: [{ last4: 'aaaa' }, { last4: 'bbbb' }], basicAuth: { user: 'u' } }
    const field = readSchema(schemaOf(SourceSettings), { secrets, stored })
    const form = toForm(field, stored) as { secrets: object[] }
    const more = { ...form, secrets: [...form.secrets, { item: 'new' }] } as unknown as FormValue
    expect(fromForm(field, more)).toEqual({
      value: { secrets: [{ last4: 'aaaa' }, { last4: 'bbbb' }, 'new'], basicAuth: { user: 'u' } },
      problems: [],
    })
  })

  test('a group that nobody says anything of is not sent half', () => {
    const field = readSchema(schemaOf(SourceSettings), { secrets: ['basicAuth.password'] })
    expect(fromForm(field, toForm(field, {}))).toEqual({ value: {}, problems: [] })
    const half = fromForm(field, { basicAuth: { user: 'u' } })
    expect(half.problems).toEqual([{ name: 'basicAuth.password', code: 'required' }])
  })
})

describe('the schemas of the API', () => {
  const all: [string, z.ZodType, readonly string[]][] = [
    ...destinationTypes.map(({ type, settings, secrets }): [string, z.ZodType, readonly string[]] => [
      type,
      settings,
      secrets,
    ]),
    ...pluginTypes.map(({ name, settings, secrets }): [string, z.ZodType, readonly string[]] => [
      name,
      settings,
      secrets,
    ]),
  ]

  test.each(all)(
    '%s: every setting has an input of its own, secrets a hidden one; only free options are JSON',
    (_, settings, secrets) => {
      const field = readSchema(schemaOf(settings), { secrets })
      if (field.kind !== 'group') throw new Error('settings are an object')
      for (const { name, field: inner } of field.fields) {
        expect([name, inner.kind === 'json']).toEqual([name, name === 'options'])
        expect([name, inner.kind === 'secret']).toEqual([name, secrets.includes(name)])
      }
    },
  )

  test('a new form begins with the defaults of the schema, which the schema takes back', () => {
    for (const [, settings] of all) {
      const field = readSchema(schemaOf(settings))
      const { value } = fromForm(field, toForm(field, undefined))
      const faults = settings.safeParse(value).error?.issues ?? []
      // Only what has no default is missing.
      expect(faults.filter(({ code, input }) => code !== 'invalid_type' && input !== undefined)).toEqual([])
    }
  })

  test('every step of a mapping is one of the variants', () => {
    const field = readSchema(schemaOf(Mapping))
    if (field.kind !== 'list' || field.item.kind !== 'variants') throw new Error('a mapping is a list of steps')
    expect(field.item.variants.map(({ value }) => value)).toEqual(MappingStep.options.map((one) => one.shape.op.value))
  })

  test('whatever a schema is, there is a form for it', () => {
    const schemas = fc.oneof(fc.anything(), fc.record({ type: fc.constantFrom('object', 'array', 'string', 'x') }))
    fc.assert(
      fc.property(schemas, (schema) => {
        const field = readSchema((typeof schema === 'object' && schema !== null ? schema : {}) as Schema)
        expect(field.kind).toEqual(expect.any(String))
      }),
    )
    const itself: Schema = { $ref: '#/$defs/a', $defs: { a: { type: 'array', items: { $ref: '#/$defs/a' } } } }
    expect(readSchema(itself)).toEqual({ kind: 'json' })
  })

  test.each([
    ['measurementId', 'Measurement ID'],
    ['url', 'URL'],
    ['allowedIps', 'Allowed IPs'],
    ['rateLimitPerSecond', 'Rate limit per second'],
  ])('%s is called %s', (name, label) => {
    expect(labelOf(name)).toBe(label)
  })

  test('a change names what was emptied as null, and never a secret', () => {
    expect(patchOf({ a: 1, b: 2, secret: { last4: '' } }, { a: 3 }, ['secret'])).toEqual({ a: 3, b: null })
  })
})

test('one place up or down: the order is that, whatever the positions were, and only what changes is saved', () => {
  const lists = fc
    .array(fc.nat(4), { minLength: 1, maxLength: 6 })
    .map((positions) => positions.toSorted((a, b) => a - b).map((position, i) => ({ id: `p${i}`, position })))
  fc.assert(
    fc.property(lists, fc.nat(5), fc.constantFrom<-1 | 1>(-1, 1), (all, which, by) => {
      const from = which % all.length
      const to = from + by
      const changed = new Map(movedBy(all, `p${from}`, by).map(({ id, position }) => [id, position]))
      for (const { id, position } of all) expect(changed.get(id)).not.toBe(position)
      const after = all
        .map(({ id, position }) => ({ id, position: changed.get(id) ?? position }))
        .toSorted((a, b) => a.position - b.position)
      const wanted = all.map(({ id }) => id)
      if (to >= 0 && to < all.length) wanted.splice(to, 0, ...wanted.splice(from, 1))
      else expect(changed.size).toBe(0)
      expect(after.map(({ id }) => id)).toEqual(wanted)
    }),
  )
})

function leaves(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`))
}

function valueAt(form: unknown, name: string): unknown {
  return name.split('.').reduce((inner: unknown, key) => (inner as Record<string, unknown> | undefined)?.[key], form)
}
