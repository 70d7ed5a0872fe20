import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../kernel/json.ts'
import { type RawRow, READ_START } from './import-format.ts'
import { headerPlan, mappedPlan } from './item-plan.ts'
import { type Mapping, mappingFaults } from './mapping.ts'
import { readPage } from './read-page.ts'
import { rowItem } from './row-item.ts'

const row = (content: RawRow['content']): RawRow => ({ row: 1, line: 2, content })
const cells = (...cells: string[]) => row({ kind: 'cells', cells })
const json = (value: JsonValue) => row({ kind: 'json', value })

function planOf(header: string) {
  const plan = headerPlan(header.split(','))
  if (!plan.ok) throw new Error(plan.failure)
  return plan.value
}

describe('without a mapping', () => {
  const read = (header: string, ...values: string[]) => rowItem(cells(...values), planOf(header))

  test('columns are names of fields, and dots nest', () => {
    expect(
      read(
        'type,userId,event,timestamp,messageId,properties.total,properties.cart.size,traits.plan',
        'track',
        '007',
        'Paid',
        '2026-03-15 12:00:00',
        'm1',
        '12.50',
        '3',
        '',
      ),
    ).toEqual({
      ok: true,
      value: {
        type: 'track',
        userId: '007',
        event: 'Paid',
        timestamp: '2026-03-15T12:00:00.000Z',
        messageId: 'm1',
        properties: { total: 12.5, cart: { size: 3 } },
      },
    })
  })

  test('what is written with digits and is no number stays text', () => {
    const header =
      'userId,traits.zip,traits.phone,traits.code2,traits.big,traits.plus,traits.order_id,traits.age,traits.vip,traits.app_version,traits.paid,traits.orderId'
    expect(
      read(header, '1', '10115', '0301234', '01', '12345678901234567', '+1', '77', '42', 'true', '1.10', 'false', '5'),
    ).toMatchObject({
      value: {
        type: 'identify',
        userId: '1',
        traits: {
          zip: '10115',
          phone: '0301234',
          code2: '01',
          big: '12345678901234567',
          plus: '+1',
          order_id: '77',
          age: 42,
          vip: true,
          app_version: '1.10',
          paid: false,
          orderId: '5',
        },
      },
    })
  })

  test('a header may name types, and whole objects are JSON', () => {
    expect(read('userId,event,properties.when:date,context', 'u', 'x', '1763000000', '{"ip":"::1"}')).toMatchObject({
      value: { properties: { when: '2025-11-13T02:13:20.000Z' }, context: { ip: '::1' } },
    })
  })

  test.each([
    ['bad_date', 'timestamp', 'userId,event,timestamp', ['u', 'x', 'yesterday']],
    ['missing_identifier', 'userId', 'userId,event', ['', 'x']],
    ['unknown_type', 'type', 'type,userId', ['purchase', 'u']],
    ['missing_name', 'event', 'type,userId,event', ['track', 'u', ' ']],
    ['bad_json', 'properties', 'userId,event,properties', ['u', 'x', '{']],
    ['ambiguous_column', 'userId', 'userId,event,userId', ['u', 'x', 'v']],
    ['id_too_long', 'userId', 'userId,event', ['u'.repeat(256), 'x']],
  ])('%s names the column %s', (code, column, header, values) => {
    expect(read(header, ...values)).toMatchObject({ ok: false, failure: { code, column } })
  })

  test('a column that is there twice is no matter while both say the same', () => {
    expect(read('userId,event,userId', 'u', 'x', 'u')).toMatchObject({ value: { userId: 'u' } })
    expect(read('userId,event,userId', '', 'x', 'u')).toMatchObject({ value: { userId: 'u' } })
  })

  test.each([
    ['userId,properties,properties.a', 'the columns properties and properties.a cannot both be written'],
    ['userId,traits.__proto__.x', 'column traits.__proto__.x: __proto__ is no name'],
    ['userId,userId.x', 'column userId.x: userId holds no fields'],
    ['userId,properties.a:money', 'column properties.a:money: the type is one of string, number, boolean, date, json'],
  ])('the header %s is refused', (header, failure) => {
    expect(headerPlan(header.split(','))).toEqual({ ok: false, failure })
  })

  test('a row of JSON is the message itself; its time may be epoch seconds or milliseconds, and it was not sent now', () => {
    const item = { userId: 'u', event: 'x', timestamp: 1_763_000_000, sentAt: '2025-11-13T02:13:20Z', writeKey: 'wk' }
    expect(rowItem(json(item), undefined)).toEqual({
      ok: true,
      value: { type: 'track', userId: 'u', event: 'x', timestamp: '2025-11-13T02:13:20.000Z' },
    })
    expect(rowItem(json([item]), undefined)).toMatchObject({ failure: { code: 'not_an_object' } })
    expect(rowItem(json({ ...item, timestamp: '13/11/2025' }), undefined)).toMatchObject({
      failure: { code: 'bad_date' },
    })
  })
})

describe('with a mapping', () => {
  const mapping: Mapping = {
    name: 'm',
    format: 'ndjson',
    columns: {
      'customer.id': 'userId',
      when: 'timestamp:date',
      'customer.mail': ['traits.email', 'context.traits.email'],
      total: 'traits.spent:number',
      tags: 'traits.tags',
    },
    constants: { type: 'identify', 'traits.source': 'crm' },
    timezone: 'America/New_York',
  }

  test('paths of a row of JSON go where the mapping says; its own key comes before a path', () => {
    expect(mappingFaults(mapping)).toEqual([])
    const plan = mappedPlan(mapping, undefined)
    if (!plan.ok) throw new Error(plan.failure)
    const value = {
      'customer.mail': 'a@b.co',
      customer: { id: 5, mail: 'other' },
      when: '2026-07-01T12:00:00',
      total: '9.5',
      tags: ['a'],
      rest: 1,
    }
    expect(rowItem(json(value), plan.value)).toEqual({
      ok: true,
      value: {
        type: 'identify',
        userId: '5',
        timestamp: '2026-07-01T16:00:00.000Z',
        traits: { source: 'crm', email: 'a@b.co', spent: 9.5, tags: ['a'] },
        context: { traits: { email: 'a@b.co' } },
      },
    })
    expect(rowItem(json({ customer: { id: 5 }, total: 'many' }), plan.value)).toMatchObject({
      failure: { code: 'bad_number', column: 'total' },
    })
  })

  test.each<[string, Partial<Mapping>]>([
    ['columns.a', { columns: { a: 'userID' } }],
    ['columns.a', { columns: { a: 'properties.x:money' } }],
    ['columns.a', { columns: { a: 'timestamp:number' } }],
    ['columns.a', { columns: { a: 'timestamp:date:YYYY' } }],
    ['columns.a', { columns: { a: 'properties.x:number:DD' } }],
    ['columns', { columns: { a: 'traits', b: 'traits.x' } }],
    ['columns.a', { columns: { a: 'traits:string' } }],
    ['columns', { columns: { a: 'userId', b: 'userId' } }],
    ['constants.properties.x:number', { constants: { 'properties.x:number': 1 } }],
    ['timezone', { timezone: 'Mars/Olympus' }],
  ])('a fault in %s is told', (path, change) => {
    expect(mappingFaults({ name: 'm', format: 'csv', columns: {}, ...change }).map((fault) => fault.path)).toEqual([
      path,
    ])
  })
})

test('whatever stands in a row, it becomes an item or a fault with a reason, and never throws', () => {
  const header = 'type,userId,event,timestamp,properties.a,traits.b:number,context'
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 7, maxLength: 7 }), (values) => {
      const read = rowItem(cells(...values), planOf(header))
      if (read.ok) expect(typeof (read.value as JsonObject)['type']).toBe('string')
      else expect(read.failure.message).not.toBe('')
    }),
  )
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const page = readPage('ndjson', Buffer.from(JSON.stringify(value)).toString('latin1'), true, READ_START)
      for (const each of page.rows) expect(typeof rowItem(each, undefined).ok).toBe('boolean')
    }),
  )
})
