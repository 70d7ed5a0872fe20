import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Event } from '../event/event.ts'
import type { JsonObject } from '../kernel/json.ts'
import { currencyCode, decimalsOf } from './currencies.ts'
import { currency } from './currency.ts'
import { decimalOfNumber, numberOfDecimal, parseDecimal, productOf } from './decimal.ts'
import { EnrichPatch, EnrichSettings } from './enrich-settings.ts'

function look(properties: JsonObject | undefined, options: object = {}) {
  const event = { type: 'track', context: {}, properties } as Event
  return currency.look(
    { event, geo: undefined, agentOf: () => ({}) },
    EnrichSettings.parse({ currency: options }).currency,
  )
}

describe('a currency', () => {
  test('is written as ISO 4217 has it', () => {
    expect(look({ currency: ' usd ', revenue: 5 })).toEqual({ canonical: { currency: 'USD' } })
    expect(look({ currency: 'USD' })).toEqual({})
    expect(look({})).toEqual({})
    expect(look(undefined)).toBeUndefined()
    expect([
      currencyCode('eur'),
      currencyCode('€'),
      currencyCode('euro'),
      decimalsOf('JPY'),
      decimalsOf('KWD'),
    ]).toEqual(['EUR', undefined, undefined, 0, 3])
  })

  test('that nobody knows is left as it was sent, and the trace says so without naming it', () => {
    expect(look({ currency: 'Taler', revenue: 5 }, { base: 'EUR' })).toEqual({
      notes: [{ outcome: 'unknown_currency', detail: { path: 'properties.currency' } }],
    })
  })

  test('text becomes a number only where the workspace says so, and only text that is one', () => {
    const sent = {
      revenue: '12.50',
      total: '1,234.50',
      value: ' 7 ',
      tax: '1e3',
      price: '0.1',
      discount: '9'.repeat(30),
    }
    expect(look(sent)).toEqual({})
    expect(look(sent, { amounts: 'numbers' })).toEqual({ canonical: { revenue: 12.5, value: 7, price: 0.1 } })
  })

  test('is converted at the rate of the workspace, to the smallest unit', () => {
    const rates = { USD: '0.92', JPY: '0.00613', KWD: '3.01' }
    const settings = { base: 'EUR', rates }
    const inEuro = (properties: JsonObject) => look(properties, settings)?.properties
    expect(inEuro({ currency: 'USD', revenue: 10, tax: '1.25' })).toEqual({
      base_currency: 'EUR',
      revenue_base: 9.2,
      tax_base: 1.15,
    })
    expect(inEuro({ currency: 'jpy', total: 1999 })).toEqual({ base_currency: 'EUR', total_base: 12.25 })
    expect(inEuro({ currency: 'EUR', total: 19.999 })).toEqual({ base_currency: 'EUR', total_base: 20 })
    expect(look({ currency: 'USD', total: 1.5 }, { base: 'JPY', rates: { USD: '155.5' } })?.properties).toEqual({
      base_currency: 'JPY',
      total_base: 233,
    })
    expect(inEuro({ currency: 'USD', revenue: 'ten' })).toBeUndefined()
    expect(look({ currency: 'GBP', revenue: 1 }, settings)).toEqual({
      notes: [{ outcome: 'no_rate', detail: { path: 'properties.currency' } }],
    })
  })

  test('that the sender converts himself is not converted again', () => {
    expect(look({ currency: 'USD', revenue: 1, base_currency: 'CHF' }, { base: 'EUR', rates: { USD: '1' } })).toEqual(
      {},
    )
  })

  test('settings take known currencies and rates that are decimal numbers', () => {
    const patch = (currency: object) => EnrichPatch.safeParse({ currency }).success
    expect(patch({ base: 'EUR', rates: { USD: '0.92', GBP: null } })).toBe(true)
    for (const wrong of [
      { base: 'eur' },
      { rates: { usd: '1' } },
      { rates: { USD: '0' } },
      { rates: { USD: 0.92 } },
      { rates: { USD: '-1' } },
      { x: 1 },
    ])
      expect(patch(wrong)).toBe(false)
  })
})

describe('decimals', () => {
  test('cents times a rate are exact, and rounded half away from zero', () => {
    const rounded = (a: string, b: string, decimals: number) =>
      numberOfDecimal(productOf(parseDecimal(a) as never, parseDecimal(b) as never, decimals))
    expect(rounded('1.005', '1', 2)).toBe(1.01)
    expect(rounded('-1.005', '1', 2)).toBe(-1.01)
    expect(rounded('0.1', '3', 2)).toBe(0.3)
    expect(rounded('1', '3', 2)).toBe(3)
    expect(rounded('0.004', '1', 2)).toBe(0)
  })

  test('a product in the smallest unit differs from the true one by at most half of it', () => {
    const money = fc
      .tuple(fc.bigInt(-(10n ** 12n), 10n ** 12n), fc.nat(4))
      .map(([digits, scale]) => ({ digits, scale }))
    fc.assert(
      fc.property(money, money, fc.nat(4), (a, b, decimals) => {
        const { digits, scale } = productOf(a, b, decimals)
        expect(scale).toBe(decimals)
        const common = 10n ** 12n
        const exact = (a.digits * b.digits * common) / 10n ** BigInt(a.scale + b.scale)
        const error = digits * (common / 10n ** BigInt(decimals)) - exact
        expect(error <= common / 10n ** BigInt(decimals) / 2n && -error <= common / 10n ** BigInt(decimals) / 2n).toBe(
          true,
        )
      }),
    )
  })

  test('a number is what is written, and what a number cannot hold is none', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), fc.nat(3), (cents, scale) => {
        const n = Number(`${cents}e-${scale}`)
        const read = decimalOfNumber(n)
        if (read) expect(numberOfDecimal(read)).toBe(n)
      }),
    )
    expect(numberOfDecimal({ digits: 12_345_678_901_234_567_890n, scale: 2 })).toBeUndefined()
    for (const odd of ['', ' ', '1e3', '1,0', '.5', '5.', '+1', '--1', '9'.repeat(60)])
      expect(parseDecimal(odd)).toBeUndefined()
    for (const odd of [Number.NaN, Infinity, 1e21, 1e-9]) expect(decimalOfNumber(odd)).toBeUndefined()
  })
})
