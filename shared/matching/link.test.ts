import { describe, expect, test } from 'vitest'
import { pick, seeded } from '../../test/support/random.ts'
import { cluster } from './cluster.ts'
import { learnFrom, linkAll, sorted } from './link.ts'
import { explain, match, priorOf } from './model.ts'
import { Placer } from './place.ts'
import { type Prepared, prepare, schemaOf } from './record.ts'

/** A made population: persons with one to four records, typing errors, gaps and swaps; families with one address and mailbox. */
const schema = schemaOf(['first_name', 'surname', 'dob', 'email', 'phone', 'address', 'city'])
const GIVEN =
  'anna bernd clara david emil frieda georg hanna ivan julia karl lena maria nils olga peter quirin rosa stefan tina'.split(
    ' ',
  )
const START = 'bran kor mel tor vas gold hart lind ros stein wald berg'.split(' ')
const END = 'ner mann sen ski ford well ton berg hoff'.split(' ')

function population(
  seed: number,
  persons: number,
): { records: readonly Prepared[]; truth: ReadonlyMap<string, number> } {
  const random = seeded(seed)
  const digits = (n: number) => Array.from({ length: n }, () => Math.floor(random() * 10)).join('')
  const mistyped = (text: string) => {
    const at = Math.floor(random() * (text.length - 1))
    return random() < 0.85 ? text : text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2)
  }
  const records: Prepared[] = []
  const truth = new Map<string, number>()
  let house = { surname: '', address: '', phone: '', city: '', email: '' }
  for (let person = 0; person < persons; person++) {
    if (person % 3 === 0) {
      const surname = pick(random, START) + pick(random, END)
      const address = `${pick(random, START)}${pick(random, END)}weg ${1 + Math.floor(random() * 90)}`
      house = {
        surname,
        address,
        phone: `0${digits(9)}`,
        city: pick(random, START),
        email: `${surname}${digits(2)}@web.de`,
      }
    }
    const given = GIVEN[(Math.floor(random() * 6) * 3 + (person % 3)) % GIVEN.length] as string
    const dob = `${1940 + Math.floor(random() * 70)}-0${1 + Math.floor(random() * 9)}-1${digits(1)}`
    const own = `${given}.${house.surname}${digits(2)}@mail.com`
    const copies = 1 + Math.floor(random() * 4)
    for (let copy = 0; copy < copies; copy++) {
      const has = (share: number, text: string) => (random() < share ? mistyped(text) : '')
      const [first, last] = random() < 0.05 ? [house.surname, given] : [given, house.surname]
      const raw = {
        first_name: has(0.95, first),
        surname: has(0.95, last),
        dob: has(0.85, dob),
        email: has(0.7, random() < 0.2 ? house.email : own),
        phone: has(0.6, house.phone),
        address: has(0.8, house.address),
        city: has(0.8, house.city),
      }
      const id = `${person}-${copy}`
      records.push(prepare(schema, id, raw))
      truth.set(id, person)
    }
  }
  return { records, truth }
}

function scored(persons: ReadonlyMap<string, unknown>, truth: ReadonlyMap<string, number>) {
  const ids = [...truth.keys()]
  let [both, predicted, real] = [0, 0, 0]
  for (let i = 0; i < ids.length; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [ids[i] as string, ids[j] as string]
      const [said, is] = [persons.get(a) === persons.get(b), truth.get(a) === truth.get(b)]
      if (said) predicted += 1
      if (is) real += 1
      if (said && is) both += 1
    }
  }
  return { precision: both / predicted, recall: both / real }
}

const { records, truth } = population(7, 240)
const model = learnFrom(schema, records)

describe('a made population with families', () => {
  test('the batch finds persons, not households', () => {
    const { precision, recall } = scored(linkAll(model, records), truth)
    expect(precision).toBeGreaterThanOrEqual(0.97)
    expect(recall).toBeGreaterThanOrEqual(0.85)
  })

  test('so does one record at a time, with a bounded number of lookups', () => {
    const placer = new Placer(model)
    for (const record of records) placer.place(record)
    const { precision, recall } = scored(new Map(records.map(({ id }, i) => [id, placer.personOf(i)])), truth)
    expect(precision).toBeGreaterThanOrEqual(0.97)
    expect(recall).toBeGreaterThanOrEqual(0.8)
    expect(placer.lookups / records.length).toBeLessThanOrEqual(32)
  })

  test('the weights learned from one file serve another', () => {
    const other = population(8, 200)
    const { precision, recall } = scored(linkAll(model, other.records), other.truth)
    expect(precision).toBeGreaterThanOrEqual(0.97)
    expect(recall).toBeGreaterThanOrEqual(0.8)
  })
})

describe('laws', () => {
  test('the order of the records changes neither the model nor the persons', () => {
    const random = seeded(3)
    const shuffled = records.map((record) => ({ record, at: random() })).sort((a, b) => a.at - b.at)
    const other = shuffled.map(({ record }) => record)
    expect(sorted(other)).toEqual(sorted(records))
    const again = learnFrom(schema, other)
    expect(again).toEqual(model)
    expect(new Map([...linkAll(again, other)].sort())).toEqual(new Map([...linkAll(model, records)].sort()))
  })

  test('a probability is symmetric, in 0..1, and explained field by field', () => {
    const prior = priorOf(model)
    for (let i = 1; i < 200; i++) {
      const [a, b] = [records[i - 1] as Prepared, records[i] as Prepared]
      const probability = match(model, a, b, prior)
      expect(probability).toBe(match(model, b, a, prior))
      expect(probability).toBeGreaterThanOrEqual(0)
      expect(probability).toBeLessThanOrEqual(1)
      expect(explain(model, a, b, prior).probability).toBe(probability)
    }
    const [a] = records
    expect(explain(model, a as Prepared, a as Prepared, prior).weights.map(({ field }) => field)).toEqual(
      schema.fields.map(({ name }) => name),
    )
  })

  test('one mistaken link does not chain two persons together', () => {
    const links = [
      { a: 0, b: 1, probability: 0.99 },
      { a: 2, b: 3, probability: 0.99 },
      { a: 1, b: 2, probability: 0.95 },
    ]
    expect([...cluster(4, links, () => 0, 0.5)]).toEqual([0, 0, 2, 2])
  })

  test('no records, one record, empty records and one record many times', () => {
    const empty = learnFrom(schema, [])
    expect(linkAll(empty, []).size).toBe(0)
    const one = prepare(schema, 'one', { first_name: 'Ada', surname: 'Lovelace', email: 'ada@lovelace.org' })
    expect(linkAll(learnFrom(schema, [one]), [one]).size).toBe(1)
    const blanks = ['a', 'b', 'c'].map((id) => prepare(schema, id, {}))
    expect(new Set(linkAll(learnFrom(schema, blanks), blanks).values()).size).toBe(3)
    const many = Array.from({ length: 400 }, (_, i) => ({ ...one, id: `r${i}` }))
    expect(linkAll(learnFrom(schema, many), many).size).toBe(400)
  })
})
