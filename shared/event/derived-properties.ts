/**
 * Properties that hold an amount of money, and those in which Tributary puts the same amount in the workspace's currency
 * (shared/enrich/currency.ts). What we added is no part of what a sender said twice: rates change between two copies.
 */
export const AMOUNTS = ['revenue', 'value', 'total', 'subtotal', 'price', 'tax', 'shipping', 'discount'] as const
export type Amount = (typeof AMOUNTS)[number]

export const BASE_CURRENCY = 'base_currency'

export function baseOf(amount: Amount): `${Amount}_base` {
  return `${amount}_base`
}

export const DERIVED_PROPERTIES: readonly string[] = [BASE_CURRENCY, ...AMOUNTS.map(baseOf)]
