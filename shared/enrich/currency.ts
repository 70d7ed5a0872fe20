import { z } from 'zod'
import { AMOUNTS, type Amount, BASE_CURRENCY, baseOf } from '../event/derived-properties.ts'
import { type JsonObject, type JsonValue, own } from '../kernel/json.ts'
import { currencyCode, decimalsOf } from './currencies.ts'
import { type Decimal, decimalOfNumber, numberOfDecimal, parseDecimal, productOf } from './decimal.ts'
import { defineEnrichment, type EnrichNote, type Findings } from './enrichment.ts'
import { isUnsaid } from './fill.ts'
import { textOf } from './text.ts'

export const CurrencyCode = z
  .string()
  .refine((code) => decimalsOf(code) !== undefined, 'is no currency code of ISO 4217 (three capital letters)')
export const Rate = z
  .string()
  .regex(/^\d{1,12}(?:\.\d{1,12})?$/, 'is a decimal number as text, like "0.92"')
  .refine((rate) => /[1-9]/.test(rate), 'must be more than 0')

/**
 * `properties.currency` as ISO 4217 has it, and every amount beside it once more in the workspace's own currency, so that
 * revenue can be added up whatever people pay with: `revenue: 10, currency: "USD"` gives `revenue_base: 9.2,
 * base_currency: "EUR"` at the rate 0.92. Computed with decimals, rounded half away from zero to the currency's smallest unit.
 */
export const currency = defineEnrichment({
  name: 'currency',
  summary: 'Currency codes of ISO 4217; amounts as numbers and in the workspace’s currency, when it says so',
  reads: ['properties'],
  writes: [
    'properties.currency',
    ...AMOUNTS.flatMap((name) => [`properties.${name}`, `properties.${baseOf(name)}`]),
    `properties.${BASE_CURRENCY}`,
  ],
  settings: z.object({
    enabled: z.boolean().default(true),
    amounts: z
      .enum(['as_sent', 'numbers'])
      .default('as_sent')
      .meta({ description: '`numbers`: an amount that is a decimal number as text becomes one' }),
    base: CurrencyCode.nullable()
      .default(null)
      .meta({ description: 'The workspace’s own currency; null: nothing is converted' }),
    rates: z
      .record(CurrencyCode, Rate)
      .default({})
      .meta({ description: 'By currency: what one unit of it is worth in the base currency, as text' }),
  }),
  look({ event: { properties } }, { amounts, base, rates }) {
    if (!properties) return undefined
    const numbers = amounts === 'numbers' ? numbersIn(properties) : {}
    const sent = textOf(own(properties, 'currency'))
    const code = sent === undefined ? undefined : currencyCode(sent)
    const canonical = { ...numbers, ...(code === undefined || code === sent ? {} : { currency: code }) }
    const notes: EnrichNote[] =
      sent !== undefined && code === undefined
        ? [{ outcome: 'unknown_currency', detail: { path: 'properties.currency' } }]
        : []
    const converted = code !== undefined && base !== null ? inBase(properties, code, base, rates) : {}
    return {
      ...(Object.keys(canonical).length > 0 ? { canonical } : {}),
      ...converted,
      ...(notes.length > 0 ? { notes } : {}),
    }
  },
})

/** Amounts that are text and a number all the same. */
function numbersIn(properties: JsonObject): JsonObject {
  const numbers: { [name in Amount]?: number } = {}
  for (const name of AMOUNTS) {
    const text = textOf(own(properties, name))
    const exact = text === undefined ? undefined : parseDecimal(text.trim())
    const number = exact && numberOfDecimal(exact)
    if (number !== undefined) numbers[name] = number
  }
  return numbers as JsonObject
}

function inBase(
  properties: JsonObject,
  code: string,
  base: string,
  rates: Readonly<Record<string, string>>,
): Pick<Findings, 'properties' | 'notes'> {
  const told = own(properties, BASE_CURRENCY)
  // The sender converts by himself, into something else.
  if (!isUnsaid(told) && told !== base) return {}
  const amounts = AMOUNTS.flatMap((name) => {
    const amount = amountOf(own(properties, name))
    return amount ? [[name, amount] as const] : []
  })
  if (amounts.length === 0) return {}
  const rate = parseDecimal(code === base ? '1' : (own(rates, code) ?? ''))
  if (!rate) return { notes: [{ outcome: 'no_rate', detail: { path: 'properties.currency' } }] }
  const found: { [name: string]: JsonValue } = { [BASE_CURRENCY]: base }
  for (const [name, amount] of amounts) {
    const number = numberOfDecimal(productOf(amount, rate, decimalsOf(base) ?? 2))
    if (number !== undefined) found[baseOf(name)] = number
  }
  return { properties: found }
}

/** What is text is an amount only if it is nothing else. */
function amountOf(value: JsonValue | undefined): Decimal | undefined {
  if (typeof value === 'number') return decimalOfNumber(value)
  return typeof value === 'string' ? parseDecimal(value.trim()) : undefined
}
