import { describe, expect, test } from 'vitest'
import { learnFrom, linkAll } from '../shared/matching/link.ts'
import { parseRecords, preparedRecords, schemaOfRecords, underColumnsOf } from './identity-records.ts'
import { scoresOf } from './identity-scores.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const SIMPLE = 'record_id,first_name,last_name,email\na,Anna,Keller,a@x.com\nb,Otto,Bräun,o@x.com\n'

describe('a file of records', () => {
  test.each([
    ['as it is', bytes(SIMPLE)],
    ['with a mark', bytes(`\ufeff${SIMPLE}`)],
    ['in UTF-16', new Uint8Array(Buffer.from(`\ufeff${SIMPLE}`, 'utf16le'))],
    ['in Windows-1252', new Uint8Array(Buffer.from(SIMPLE, 'latin1'))],
    ['with semicolons', bytes(SIMPLE.replaceAll(',', ';'))],
    ['with tabs and CRLF', bytes(SIMPLE.replaceAll(',', '\t').replaceAll('\n', '\r\n'))],
  ])('%s reads the same', (_, file) => {
    expect(parseRecords(file)).toEqual({
      columns: ['first_name', 'last_name', 'email'],
      ids: ['a', 'b'],
      rows: [
        ['Anna', 'Keller', 'a@x.com'],
        ['Otto', 'Bräun', 'o@x.com'],
      ],
      repeated: 0,
    })
  })

  test('record_id may stand anywhere, come twice, or not at all', () => {
    expect(parseRecords(bytes('email,Record ID\na@x.com,r1\na@x.com,r1\n'))).toMatchObject({
      ids: ['r1', 'r1'],
      repeated: 1,
    })
    expect(parseRecords(bytes('id,email\n7,a@x.com\n8,b@x.com\n')).ids).toEqual(['7', '8'])
    expect(parseRecords(bytes('name,email\nAnna,a@x.com\nAnna,b@x.com\n')).ids).toEqual(['row-1', 'row-2'])
  })

  test('columns in other languages, empty ones, double ones and hostile ones are what they are', () => {
    const file = parseRecords(
      bytes(
        'record_id,Vorname,Nachname,Geburtsdatum,PLZ,Straße,leer,__proto__,x,x\nr,Anna,Keller,1980-01-02,53111,Ring 7,,1,2,3\n',
      ),
    )
    expect(schemaOfRecords(file).fields.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'Vorname given',
      'Nachname surname',
      'Geburtsdatum date',
      'PLZ postcode',
      'Straße street',
      '__proto__ text',
      'x text',
      'x 10 text',
    ])
    expect(preparedRecords(schemaOfRecords(file), file)[0]?.texts).toEqual([
      'anna',
      'keller',
      '19800102',
      '53111',
      'ring 7',
      '1',
      '2',
      '3',
    ])
  })

  test.each([
    ['', 0],
    ['record_id,name\n', 0],
    ['record_id,name\nr,Anna\n', 1],
    ['record_id\nr\ns\n', 2],
  ])('%j gives each record a person of its own', (text, persons) => {
    const file = parseRecords(bytes(text))
    const records = preparedRecords(schemaOfRecords(file), file)
    expect(new Set(linkAll(learnFrom(schemaOfRecords(file), records), records).values()).size).toBe(persons)
  })

  test('two that are the same in a file of three are found, though nothing can be learned from it', () => {
    const file = parseRecords(
      bytes('record_id,name,email\na,Anna Keller,anna@x.com\nb,Anna Keller,anna@x.com\nc,Otto,o@b.com\n'),
    )
    const records = preparedRecords(schemaOfRecords(file), file)
    const persons = linkAll(learnFrom(schemaOfRecords(file), records), records)
    expect(persons.get('0')).toBe(persons.get('1'))
    expect(persons.get('2')).not.toBe(persons.get('1'))
  })

  test('teaches another one by the names of its columns, or by what they say', () => {
    const teacher = parseRecords(bytes('record_id,Last Name,Mail,First Name,dob\nt,Keller,a@x.com,Anna,1980-01-02\n'))
    const pupil = parseRecords(bytes('record_id,given_name,surname,e-mail,shoe size,dob\np,,,,,\n'))
    expect(underColumnsOf(teacher, pupil).rows).toEqual([['Anna', 'Keller', 'a@x.com', '', '1980-01-02']])
  })
})

test('the scores are those of data/identity/README.md', () => {
  const truth = new Map([
    ['a', '1'],
    ['b', '1'],
    ['c', '1'],
    ['d', '2'],
  ])
  const predicted = new Map([
    ['a', 'x'],
    ['b', 'x'],
    ['c', 'y'],
    ['d', 'y'],
  ])
  const { precision, recall, f1, matchRate, cubedPrecision, cubedRecall } = scoresOf(predicted, truth)
  expect([precision, recall, matchRate]).toEqual([1 / 2, 1 / 3, 1 / 2])
  expect(f1).toBeCloseTo(0.4)
  expect(cubedPrecision).toBeCloseTo(3 / 4)
  expect(cubedRecall).toBeCloseTo((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
  expect(scoresOf(new Map(), truth).precision).toBe(1)
})
