import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { validateItem } from '../event/validate-item.ts'
import { connectBody } from './connect.ts'
import { CONNECTORS, connectorOf } from './index.ts'
import { jsonEvents } from './json-events.ts'
import { orderLines } from './order-lines.ts'
import { smsText } from './sms-text.ts'
import { whatsappChat } from './whatsapp-chat.ts'

const binary = (text: string) => Buffer.from(text).toString('latin1')
const items = (text: string, connector: (typeof CONNECTORS)[number]) =>
  connectBody(binary(text), connector).map((record) => (record.items.ok ? record.items.value : record.items.failure))

describe('every connector', () => {
  test('has a name of its own that fits into a path', () => {
    const names = CONNECTORS.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]{1,39}$/)
    expect(connectorOf('sms-text', 'streaming')).toBe(smsText)
    expect(connectorOf('sms-text', 'batch')).toBeUndefined()
  })

  test.each(CONNECTORS)(
    '$name makes valid messages or says why not, whatever comes, the same each time',
    (connector) => {
      const body = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.jsonValue().map((value) => JSON.stringify(value)),
        fc
          .array(fc.string())
          .map((cells) => `${connector.format === 'csv' ? connector.columns : 'a'}\n${cells.join()}`),
      )
      fc.assert(
        fc.property(body, (text) => {
          const connected = connectBody(binary(text), connector)
          expect(connectBody(binary(text), connector)).toEqual(connected)
          for (const { items } of connected) {
            if (items.ok) for (const item of items.value) expect(validateItem(item, undefined).ok).toBe(true)
            else expect(items.failure.message).not.toBe('')
          }
        }),
      )
    },
  )
})

describe('json-events', () => {
  test('finds who, what and when under their usual names', () => {
    const text = '[{"event_name":"Paid","email":"a@b.co","user_id":7,"ts":1763000000,"event_id":"e1","amount":9}]'
    expect(items(text, jsonEvents)).toEqual([
      [
        {
          type: 'track',
          event: 'Paid',
          userId: '7',
          messageId: 'e1',
          timestamp: '2025-11-13T02:13:20.000Z',
          properties: { amount: 9 },
          context: { externalIds: [{ type: 'email', id: 'a@b.co' }] },
        },
      ],
    ])
  })

  test('says of each record by itself why it is none', () => {
    const text =
      '[7, {"a":1}, {"event":"x"}, {"event":"x","email":"a@b.co","time":"noon"}, {"event":"x","email":"a@b.co"}]'
    expect(items(text, jsonEvents)).toMatchObject([
      { message: 'is no JSON object' },
      { message: 'says no event' },
      { message: 'says nobody: no user id, email or phone' },
      { message: 'has a time that is none' },
      [{ event: 'x' }],
    ])
  })
})

describe('order-lines', () => {
  const header = orderLines.columns.join()
  test('a line is a purchase, of a cancelled invoice a return; without a customer it is nobody’s', () => {
    const text = `${header}
536368,22914,BLUE COAT RACK,3,2010-12-01 08:34:00,4.95,13047,United Kingdom
C536379,D,Discount,-1,2011-06-01 09:30:00,27.5,14527,France
536370,1,x,1,2010-12-01 08:45:00,1,,France`
    expect(items(text, orderLines)).toMatchObject([
      [
        {
          event: 'Product Purchased',
          userId: '13047',
          timestamp: '2010-12-01T08:34:00.000Z',
          properties: { total: 14.85 },
        },
      ],
      [{ event: 'Product Returned', timestamp: '2011-06-01T08:30:00.000Z', properties: { quantity: 1, total: 27.5 } }],
      [],
    ])
  })
})

describe('sms-text', () => {
  test('reads the headers and keeps the message, whatever its lines say', () => {
    expect(
      items('From: +49 170 1234567\r\nTo: 4711\r\nSent: 2026-03-12T14:05:11Z\r\n\r\nFrom: me\r\nhé\n', smsText),
    ).toEqual([
      [
        {
          type: 'track',
          event: 'SMS Received',
          timestamp: '2026-03-12T14:05:11.000Z',
          properties: { channel: 'sms', from: '+491701234567', to: '4711', text: 'From: me\r\nhé' },
          context: { externalIds: [{ type: 'phone', id: '+491701234567' }] },
        },
      ],
    ])
    expect(items('To: 4711\n\nhello', smsText)).toMatchObject([{ message: 'has no From' }])
  })
})

describe('whatsapp-chat', () => {
  const read = (record: string) => whatsappChat.normalise(record)
  test.each([
    ['[12/03/2026, 14:05:11] Ann: hi', '2026-03-12T14:05:11.000Z', { type: 'whatsapp_name', id: 'Ann' }],
    ['\u200e[12.03.26, 14:05:11] \u200eAnn: hi', '2026-03-12T14:05:11.000Z', { type: 'whatsapp_name', id: 'Ann' }],
    ['12/03/2026, 14:05 - +44 7700 900123: hi', '2026-03-12T14:05:00.000Z', { type: 'phone', id: '+447700900123' }],
    ['12/3/26, 2:05\u202fPM - Ann: hi', '2026-03-12T14:05:00.000Z', { type: 'whatsapp_name', id: 'Ann' }],
  ])('%s', (line, timestamp, id) => {
    expect(read(line)).toMatchObject({
      ok: true,
      value: [{ timestamp, properties: { text: 'hi' }, context: { externalIds: [id] } }],
    })
  })

  test('what WhatsApp says itself is no event, and what is no message is told', () => {
    expect(read('12/03/2026, 14:05 - Messages are end-to-end encrypted')).toEqual({ ok: true, value: [] })
    expect(read('hello').ok).toBe(false)
    expect(read('31/02/2026, 14:05 - Ann: hi').ok).toBe(false)
  })
})
