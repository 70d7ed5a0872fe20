import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isObject, type JsonValue } from '../kernel/json.ts'
import { extraNames, masked } from './mask.ts'
import { MASK, maskedText, withoutAddresses } from './mask-text.ts'
import { personalNamesIn } from './plan-names.ts'

const NONE = { extra: extraNames() }
const show = (value: JsonValue) => masked(value, NONE)

const names = fc.constantFrom(
  ...[
    'traits',
    'properties',
    'context',
    'user',
    'email',
    'name',
    'firstName',
    'address',
    'phone',
    'plan',
    'value',
    'a',
  ],
  ...['type', 'trait', 'identifiers', 'field', 'level', 'body', 'ip', 'birthday', 'id', 'message', 'a@b.co'],
)
const texts = fc.oneof(
  fc.constantFrom('email', 'Ada', 'ada@lovelace.example', '+49 171 2345678', '10.0.0.7', '1815-12-10', '{"email":"x"}'),
  fc.string(),
)
const json: fc.Arbitrary<JsonValue> = fc.letrec<{ node: JsonValue }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    texts,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(names, tie('node'), { maxKeys: 5 }),
  ),
})).node

function sameShape(a: JsonValue, b: JsonValue): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, i) => sameShape(one, b[i]))
  if (!isObject(a)) return a === null ? b === null : typeof a === typeof b
  if (!isObject(b)) return false
  const [before, after] = [Object.entries(a), Object.entries(b)]
  // A name that is somebody's address is masked as well; the others are as they were.
  const named = ([name]: readonly [string, JsonValue], i: number) => name.includes('@') || name === after[i]?.[0]
  return (
    before.length === after.length &&
    before.every(named) &&
    before.every(([, inner], i) => sameShape(inner, (after[i] as [string, JsonValue])[1]))
  )
}

describe('what is masked', () => {
  test('types and shape of an answer stay: keys, lengths, and the type of every value', () => {
    fc.assert(
      fc.property(json, (answer) => {
        expect(sameShape(answer, show(answer))).toBe(true)
      }),
    )
  })

  test('no letter and no digit of a personal text is left', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(maskedText(text)).not.toMatch(/[\p{L}\p{N}]/u)
      }),
    )
  })

  test('what is masked stays as it is when it is masked again', () => {
    fc.assert(
      fc.property(json, (answer) => {
        expect(show(show(answer))).toEqual(show(answer))
      }),
    )
  })

  test('nothing that stands under a personal name is left, wherever it stands', () => {
    const secret = fc.stringMatching(/^[A-Z][a-z]{4,12}zq$/)
    const personal = fc.constantFrom('firstName', 'last_name', 'Email', 'phone', 'address', 'birthday', 'ip', 'city')
    fc.assert(
      fc.property(secret, personal, json, (value, name, around) => {
        const answer = { profiles: [{ traits: { [name]: { deep: [value] } }, around }], told: `of ${value}, who` }
        expect(JSON.stringify(show(answer))).not.toContain(value)
      }),
    )
  })

  test('an address or a phone number is masked in any text, in any place', () => {
    for (const text of [
      'of ada@b.co now',
      '?to=ada%40b.co&x=1',
      'call +49 (171) 234-5678',
      'email:ada@b.co',
      'a@b@c.d',
    ])
      expect([text, withoutAddresses(text)]).not.toEqual([text, expect.stringMatching(/ada|171|\bd$/)])
    expect(withoutAddresses('at 2026-11-21T10:00:00.000+02:00, 1+1 = 2, © 2026')).toBe(
      'at 2026-11-21T10:00:00.000+02:00, 1+1 = 2, © 2026',
    )
  })
})

describe('what is personal', () => {
  test('names of people, addresses, days of birth; and not those of products, pages and channels', () => {
    const answer = {
      traits: { name: 'Ada Lovelace', plan: 'pro', birthday: '1815-12-10', age: 36, emailVerified: true },
      properties: { name: 'Green Chair', customer: { name: 'Byron' }, total: 9 },
      consents: { email: { status: 'granted' } },
      eventCounts: { 'Email Opened': 3 },
      name: 'Shop',
    }
    expect(show(answer)).toEqual({
      traits: { name: MASK, plan: 'pro', birthday: '••••-••-••', age: 0, emailVerified: true },
      properties: { name: 'Green Chair', customer: { name: MASK }, total: 9 },
      consents: { email: { status: 'granted' } },
      eventCounts: { 'Email Opened': 3 },
      name: 'Shop',
    })
  })

  test('identifiers that say who somebody is, and those of types that a customer made', () => {
    const seen = { firstSeen: 'x', lastSeen: 'x' }
    const answer = {
      identifiers: [
        { type: 'user_id', value: 'u1', ...seen },
        { type: 'email', value: 'a@b.co', ...seen },
        { type: 'loyalty', value: '7781', ...seen },
      ],
      links: [{ a: 'user_id:u1', b: 'loyalty:7781' }],
      context: { externalIds: [{ type: 'loyalty', id: '7781' }] },
    }
    expect(show(answer)).toMatchObject({
      identifiers: [{ value: 'u1' }, { value: `${MASK}@${MASK}` }, { type: 'loyalty', value: MASK }],
      links: [{ a: 'user_id:u1', b: `loyalty:${MASK}` }],
      context: { externalIds: [{ type: 'loyalty', id: MASK }] },
    })
  })

  test('what stands beside the name of a field: evidence, and what a match compared', () => {
    expect(show({ evidence: { trait: 'address.city', value: 'Turin', at: 'x' } })).toEqual({
      evidence: { trait: 'address.city', value: MASK, at: 'x' },
    })
    expect(show({ evidence: { trait: 'plan', value: 'pro' } })).toEqual({ evidence: { trait: 'plan', value: 'pro' } })
    expect(show({ fields: [{ field: 'given', level: 'exact', weight: 3, values: ['ada', null] }] })).toEqual({
      fields: [{ field: 'given', level: 'exact', weight: 3, values: [MASK, null] }],
    })
  })

  test('JSON that stands in a text, and the address of a machine, but no version', () => {
    const answer = {
      body: '{"first_name":"Ada","plan":"pro"}',
      context: { ip: '10.0.0.7', app: { version: '1.2.3.4' } },
    }
    expect(show(answer)).toEqual({
      body: `{"first_name":"${MASK}","plan":"pro"}`,
      context: { ip: MASK, app: { version: '1.2.3.4' } },
    })
  })

  test('what the workspace and its tracking plans call so', () => {
    const schema = {
      properties: {
        vehicle: { properties: { plate_no: { type: 'string', personal: true } } },
        total: { type: 'number' },
      },
    }
    const marked = personalNamesIn([{ events: [{ name: 'x', version: 1, schema, onViolation: 'allow' }] }])
    expect(marked).toEqual(['plate_no'])
    const extra = extraNames(marked, ['Favourite Team'])
    const answer = { properties: { vehicle: { plateNo: 'B-AL 1815' }, favourite_team: 'Turin', total: 9 } }
    expect(masked(answer, { extra })).toEqual({
      properties: { vehicle: { plateNo: MASK }, favourite_team: MASK, total: 9 },
    })
  })

  test('in an answer about configuration only what looks like an address', () => {
    const settings = {
      mapping: { email: 'traits.email' },
      from: 'news@shop.example',
      condition: { trait: 'city', value: 'Turin' },
    }
    expect(masked(settings, { ...NONE, isSettings: true })).toEqual({ ...settings, from: `${MASK}@${MASK}` })
  })

  test('nothing of what ties documents together, even when somebody is called like it', () => {
    const answer = { traits: { nickname: 'applied' }, outcome: 'applied', id: 'applied', note: 'was applied' }
    expect(show(answer)).toMatchObject({ outcome: 'applied', id: 'applied', note: `was ${MASK}` })
  })
})
