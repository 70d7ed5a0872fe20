import { constantFrom, property, record, assert as sample } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MATCH_FIELDS, MatchingSettings } from '../identity/matching-settings.ts'
import { asDict } from '../kernel/json.ts'
import { mayJoinAlone } from './caution.ts'
import { crowdAmong } from './crowd.ts'
import { defaultModel } from './default-model.ts'
import { nameFamilies } from './given-names.ts'
import { judge } from './judge.ts'
import { KeptModel, keptModel, modelFrom } from './kept-model.ts'
import { learnFrom } from './link.ts'
import { match, priorOf } from './model.ts'
import { personFields, preparePerson, touches, valuesOf } from './person-fields.ts'
import { type Prepared, prepare, schemaOf } from './record.ts'

const schema = schemaOf(['given_name', 'surname', 'birth_date', 'email', 'phone', 'street', 'city'])
const model = defaultModel(schema)
let serial = 0
const person = (raw: Record<string, string>) => prepare(schema, `r${serial++}`, asDict(raw))

const arbitraryPerson = record({
  given_name: constantFrom('Anna', 'Ana', 'Hanna', 'Peter', 'Petra', 'P', ''),
  surname: constantFrom('Keller', 'Kellr', 'Brandt', ''),
  birth_date: constantFrom('1984-03-12', '1984-12-03', '1948-03-12', '2011-07-30', ''),
  email: constantFrom('anna.keller@mail.com', 'familie@mail.com', 'info@shop.com', ''),
  phone: constantFrom('0301234567', '0301234576', ''),
  street: constantFrom('Ring 7', 'Ring 70', 'Lindenweg 4', ''),
  city: constantFrom('Bonn', 'Berlin', ''),
}).map(person)

describe('a judgement of two persons with several records each', () => {
  test('is the mean over all pairs of records, the same from either side and in any order', () => {
    sample(
      property(arbitraryPerson, arbitraryPerson, arbitraryPerson, (a, b, c) => {
        const [one] = judge(model, [a, b], [[c]])
        const [back] = judge(model, [c], [[b, a]])
        expect(one?.probability).toBeCloseTo(back?.probability as number, 10)
        expect(one?.mayJoinAlone).toBe(back?.mayJoinAlone)
        expect(one?.probability).toBeGreaterThanOrEqual(0)
        expect(one?.probability).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('no rule joins two whose birthdays differ by more than a typing error', () => {
    sample(
      property(arbitraryPerson, arbitraryPerson, (a, b) => {
        const [born, other] = [a.texts[2] as string, b.texts[2] as string]
        const generationApart =
          [born, other].some((x) => x.startsWith('2')) && [born, other].some((x) => x.startsWith('1'))
        const ownMail = a.texts[3] === b.texts[3] && a.texts[3] === 'anna.keller@mail.com'
        if (generationApart && !ownMail) expect(mayJoinAlone(schema, a, b)).toBe(false)
        if (born === other || born === '' || other === '') expect(mayJoinAlone(schema, a, b)).toBe(true)
        expect(mayJoinAlone(schema, a, b)).toBe(mayJoinAlone(schema, b, a))
      }),
    )
  })

  test('the more people are seen with a mailbox, the less it says', () => {
    const guest = (given_name: string) => person({ given_name, email: 'booking@travel.com', street: 'Ring 7' })
    const names = ['Anna', 'Peter', 'Clara', 'Oliver', 'Ruth', 'Simon', 'Tessa', 'Victor']
    const [alone] = judge(model, [guest('Anna')], [[guest('Anna')]])
    const others = names.map((name) => [guest(name)])
    const [among] = judge(model, [guest('Anna')], others)
    expect(among?.probability).toBeLessThan(alone?.probability as number)
  })
})

test('a crowd counts pairs of people, and a record with neither name nor birthday says nothing', () => {
  const mailbox = (given_name: string, birth_date = '') => person({ given_name, birth_date, email: 'x@y.com' })
  expect(crowdAmong(schema, [mailbox('Anna'), mailbox('Anna'), mailbox('Peter'), mailbox('')])).toEqual({
    one: 1,
    two: 2,
  })
  expect(crowdAmong(schema, [mailbox('Anna', '1950-01-02'), mailbox('Anna', '1984-11-30')])).toEqual({ one: 0, two: 1 })
})

describe('common given names', () => {
  test.each([
    ['bill', 'william', true],
    ['bob', 'robert', true],
    ['tom', 'tim', false],
    ['anna', 'hanna', false],
    ['mario', 'maria', false],
    ['joan', 'john', false],
  ])('%s and %s may be one person: %j', (a, b, expected) => {
    expect(nameFamilies(a).some((family) => nameFamilies(b).includes(family))).toBe(expected)
  })

  test('a name that nobody listed belongs to no family', () => {
    for (const name of ['', 'anan', 'xq', 'constructor', '__proto__']) expect(nameFamilies(name)).toEqual([])
  })
})

describe('a profile as a record', () => {
  const fields = personFields(MatchingSettings.parse({}).fields)

  test('the first trait of a kind that is there speaks; paths lead into objects; identifiers fill gaps', () => {
    const traits = { first_name: ' Anna ', address: { city: 'Bonn', zip: 53111 }, birthday: '1984-03-12', phone: null }
    const identifiers = [
      { type: 'email', value: 'old@x.com', lastSeen: '2026-01-01' },
      { type: 'email', value: 'new@x.com', lastSeen: '2026-02-01' },
      { type: 'user_id', value: 'u1', lastSeen: '2026-02-01' },
    ]
    expect({ ...valuesOf(fields, { traits, identifiers }) }).toEqual({
      given: 'Anna',
      'address.city': 'Bonn',
      postcode: '53111',
      date: '1984-03-12',
      email: 'new@x.com',
    })
  })

  test('a whole name gives its parts, and every kind of field has a level', () => {
    const all = personFields(Object.fromEntries(MATCH_FIELDS.map((kind) => [`t_${kind}`, kind])))
    const one = preparePerson(all, 'a', asDict({ full: 'Anna Maria Keller', date: '1984-03-12' }))
    expect(all.schema.fields.map(({ name }) => name)).toEqual(expect.arrayContaining(['given', 't_id', 't_text']))
    const anybody = defaultModel(all.schema)
    expect(match(anybody, one, one, priorOf(anybody))).toBeGreaterThan(0.5)
  })

  test('only a change of what is compared matters', () => {
    const chosen = { firstName: 'given', 'address.city': 'place' } as const
    expect(touches(chosen, ['plan', 'score'])).toBe(false)
    expect(touches(chosen, ['plan', 'address'])).toBe(true)
    expect(touches(chosen, ['firstName'])).toBe(true)
  })

  test('hostile names of traits are only names', () => {
    const paths = ['constructor', '__proto__.x', 'toString', '__proto__']
    const hostile = personFields(Object.fromEntries(paths.map((path) => [path, 'text'])))
    expect(Object.keys(valuesOf(hostile, { traits: {}, identifiers: [] }))).toEqual([])
  })
})

test('a kept model judges as it did before, and holds no value that few people share', () => {
  const people: Prepared[] = []
  for (let i = 0; i < 200; i++) {
    const given_name = ['Anna', 'Peter', 'Clara'][i % 3] as string
    people.push(person({ given_name, surname: `Keller${i % 50}`, email: `u${i}@x.com`, city: 'Bonn' }))
  }
  const learned = learnFrom(schema, people)
  const kept = KeptModel.parse(JSON.parse(JSON.stringify(keptModel(learned))))
  expect(JSON.stringify(kept)).not.toContain('@')
  expect(JSON.stringify(kept)).not.toContain('keller7')
  expect(kept.terms[0]).toEqual({ anna: 67, peter: 67, clara: 66 })
  const again = modelFrom(schema, kept)
  expect(again.m).toEqual(learned.m)
  expect(again.household).toBe(learned.household)
})
