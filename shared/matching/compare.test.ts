import { describe, expect, test } from 'vitest'
import { blockingKeys, MAX_KEYS } from './blocking.ts'
import { compare, LEVELS } from './compare.ts'
import { fold, foldDate, MAILBOX, mailboxOf, prepare, schemaOf } from './record.ts'

const schema = schemaOf([
  'record_id',
  'first_name',
  'surname',
  'dob',
  'email',
  'phone',
  'postcode',
  'city',
  'shoe size',
])

function levels(a: Record<string, string>, b: Record<string, string>): Record<string, string> {
  const [x, y] = [prepare(schema, 'a', a), prepare(schema, 'b', b)]
  const [there, back] = [new Uint8Array(schema.fields.length), new Uint8Array(schema.fields.length)]
  compare(schema, x, y, there)
  compare(schema, y, x, back)
  expect(back).toEqual(there)
  const named = schema.fields.map(({ name, kind }, f) => [name, LEVELS[kind][there[f] as number] as string] as const)
  return Object.fromEntries(named.filter(([, level]) => level !== 'missing'))
}

describe('normal forms', () => {
  test('kinds come from column names; an unknown column is plain text', () => {
    expect(schema.fields.map(({ kind }) => kind)).toEqual([
      'given',
      'surname',
      'date',
      'email',
      'phone',
      'postcode',
      'place',
      'text',
    ])
  })

  test.each([
    ["O'Brien", 'obrien'],
    ['Müller-Lüdenscheid', 'muller ludenscheid'],
    ['  ÅSA ', 'asa'],
    ['Weiß', 'weiss'],
    ['李', '李'],
    ['😀', ''],
  ])('%s folds to %s', (raw, folded) => {
    expect(fold(raw)).toBe(folded)
  })

  test.each([
    ['1982-05-14', '19820514'],
    ['19820514', '19820514'],
    ['14.05.1982', '19820514'],
    ['1501-01-81', '15010181'],
    ['1982', '19820000'],
    ['1982-05', '19820500'],
    ['unknown', ''],
  ])('the date %s is %s', (raw, date) => {
    expect(foldDate(raw)).toBe(date)
  })

  test('a whole name gives the parts that lack, and only its other words are new', () => {
    const names = schemaOf(['full_name', 'first_name', 'surname'])
    const texts = (raw: Record<string, string>) => [...prepare(names, 'a', raw).texts].sort()
    expect(texts({ full_name: 'alfred edward cavendish', first_name: 'alfred', surname: 'cavendish' })).toEqual([
      'alfred',
      'cavendish',
      'edward',
    ])
    expect(texts({ full_name: 'Ada Lovelace' })).toEqual(['', 'ada', 'lovelace'])
  })

  test.each([
    ['oliver.atkinson', 'oliver', 'atkinson', 'own'],
    ['jsmith7', 'john', 'smith', 'own'],
    ['smith', 'john', 'smith', 'family'],
    ['info', 'peter', 'jones', 'other'],
    ['jsmith', '', 'smith', 'unknown'],
  ] as const)('the mailbox %s of %s %s is %s', (user, given, surname, whose) => {
    expect(mailboxOf(user, given, surname)).toBe(MAILBOX[whose])
  })
})

describe('levels', () => {
  test.each([
    [{ first_name: 'Anna' }, { first_name: 'anna' }, { first_name: 'exact' }],
    [{ first_name: 'Oliver' }, { first_name: 'Olvier' }, { first_name: 'near' }],
    [{ first_name: 'Catherine' }, { first_name: 'Cathryn' }, { first_name: 'alike' }],
    [{ first_name: 'alfred' }, { first_name: 'fred' }, { first_name: 'alike' }],
    [{ first_name: 'J' }, { first_name: 'Jane' }, {}],
    [{ first_name: 'K' }, { first_name: 'Jane' }, { first_name: 'different' }],
    [{ first_name: 'Bill' }, { first_name: 'William' }, { first_name: 'alike' }],
    [{ first_name: 'Dr. Anna' }, { first_name: 'Anna' }, { first_name: 'exact' }],
    [{ first_name: 'John' }, { first_name: 'Jane' }, { first_name: 'another name' }],
    [
      { first_name: 'Rice', surname: 'Jaxon' },
      { first_name: 'Jaxon', surname: 'Rice' },
      { first_name: 'swapped', surname: 'swapped' },
    ],
    [{ dob: '1982-05-14' }, { dob: '1982-14-05' }, { dob: 'one edit or day and month swapped' }],
    [{ dob: '1982-05-14' }, { dob: '1982-05-15' }, { dob: 'one edit or day and month swapped' }],
    [{ dob: '1982-05-14' }, { dob: '1982-06-20' }, { dob: 'near' }],
    [{ dob: '1982-05-14' }, { dob: '1961-11-02' }, { dob: 'different' }],
    [{ email: 'Jo@X.org' }, { email: 'jo+news@x.org' }, { email: 'exact' }],
    [{ email: 'jsmith@x.org' }, { email: 'jsmith2@x.org' }, { email: 'same domain' }],
    [{ email: 'droberts@x.org' }, { email: 'droberts@y.com' }, { email: 'same user or two edits' }],
    [{ email: 'office@acme.com' }, { email: 'office@other.com' }, { email: 'different' }],
    [{ email: 'info@acme.com' }, { email: 'sales@acme.com' }, { email: 'same domain' }],
    [{ dob: '1979-02-14' }, { dob: '2009-02-14' }, { dob: 'different' }],
    [{ dob: '1979-02-14' }, { dob: '1979-01-01' }, { dob: 'near' }],
    [{ phone: '+49 170 1234567' }, { phone: '0170-1234567' }, { phone: 'exact' }],
    [{ postcode: 'TR18 4AY' }, { postcode: 'tr184ff' }, { postcode: 'same area' }],
    [{ city: 'London' }, { city: 'Lonnod' }, { city: 'near' }],
    [{ 'shoe size': '42' }, { 'shoe size': '' }, {}],
    [{ city: 'unknown' }, { city: 'unknown' }, {}],
  ])('%j and %j', (a, b, expected) => {
    expect(levels(a as Record<string, string>, b as Record<string, string>)).toEqual(expected)
  })
})

test('a record has a bounded number of blocking keys, and shares one with a swapped and mistyped copy', () => {
  const keys = (raw: Record<string, string>) => blockingKeys(schema, prepare(schema, 'a', raw))
  const one = keys({ first_name: 'Oliver', surname: 'Atkinson', dob: '1982-05-14', city: 'London', postcode: 'N1 1AA' })
  const other = keys({ first_name: 'Atkinsno', surname: 'Oliver' })
  expect(one.length).toBeLessThanOrEqual(MAX_KEYS)
  expect(one.some((key) => other.includes(key))).toBe(true)
  expect(keys({})).toEqual([])
})
