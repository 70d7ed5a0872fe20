import { isObject, type JsonValue, own } from '../kernel/json.ts'

/**
 * Where a person lives, as far as their traits say: `DE`, `US-CA`. A country by its name is no country here: a wrong guess
 * would apply the wrong law, and not to know is answered by the strictest (decision.ts).
 */
export function regionOf(trait: (name: string) => JsonValue | undefined): string | undefined {
  const address = trait('address')
  const inAddress = (name: string) => (isObject(address) ? own(address, name) : undefined)
  const country = first(
    [trait('country'), trait('countryCode'), trait('country_code'), inAddress('country'), inAddress('countryCode')],
    /^[A-Z]{2}$/,
  )
  if (country === undefined) return undefined
  const part = first([trait('state'), trait('region'), inAddress('state'), inAddress('region')], /^[A-Z0-9]{1,3}$/)
  return part === undefined ? country : `${country}-${part}`
}

function first(values: readonly (JsonValue | undefined)[], shape: RegExp): string | undefined {
  for (const value of values) {
    const code = typeof value === 'string' ? value.trim().toUpperCase() : ''
    if (shape.test(code)) return code
  }
  return undefined
}
