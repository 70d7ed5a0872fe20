import { describe, expect, it } from 'vitest'
import type { OrderLine } from './order-file.ts'
import { OrderMessages, profileRef } from './order-messages.ts'

const line: OrderLine = {
  invoice: '536368',
  cancelled: false,
  sku: '22914',
  name: 'COAT RACK',
  quantity: 3,
  price: 4.95,
  at: Date.parse('2011-06-01T07:34:00Z'),
  customer: '13047',
  country: 'United Kingdom',
}
const cancelled: OrderLine = { ...line, invoice: 'C1', cancelled: true, quantity: -3 }

describe('order messages', () => {
  it('are an identify before the first line of a customer, and a track for every line', () => {
    const translate = new OrderMessages()
    expect(translate.of(line)).toMatchObject([
      {
        type: 'identify',
        userId: '13047',
        traits: { country: 'United Kingdom' },
        timestamp: '2011-06-01T07:34:00.000Z',
      },
      {
        type: 'track',
        event: 'Order Line Added',
        userId: '13047',
        timestamp: '2011-06-01T07:34:00.000Z',
        properties: {
          order_id: '536368',
          sku: '22914',
          name: 'COAT RACK',
          quantity: 3,
          price: 4.95,
          currency: 'GBP',
          revenue: 14.85,
        },
      },
    ])
    expect(translate.of(cancelled)).toMatchObject([
      { type: 'track', event: 'Order Line Cancelled', properties: { revenue: -14.85 } },
    ])
  })

  it('have the same ids in every run, and different ones for lines that are alike', () => {
    const ids = () => {
      const translate = new OrderMessages()
      return [line, line, cancelled, line].flatMap((each) => translate.of(each)).map(({ messageId }) => messageId)
    }
    expect(ids()).toEqual(ids())
    expect(new Set(ids()).size).toBe(5)
  })

  it('of a line without a customer belong to a guest, one per invoice', () => {
    const guest = { ...line, customer: '' }
    const [message, ...more] = new OrderMessages().of(guest)
    expect(more).toEqual([])
    expect(message).toMatchObject({ type: 'track', anonymousId: 'guest-invoice-536368' })
    expect(message).not.toHaveProperty('userId')
    expect([profileRef(line), profileRef(guest)]).toEqual(['user_id:13047', 'anonymous_id:guest-invoice-536368'])
  })
})
