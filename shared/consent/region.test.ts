import { expect, test } from 'vitest'
import type { JsonObject } from '../kernel/json.ts'
import { regionOf } from './region.ts'

test.each<[string, JsonObject, string | undefined]>([
  ['nothing is said', {}, undefined],
  ['a country', { country: 'de' }, 'DE'],
  ['a part of a country', { country: 'US', state: 'ca' }, 'US-CA'],
  ['an address', { address: { country: 'US', state: 'NY' } }, 'US-NY'],
  ['a country by its name is not guessed', { country: 'Germany', address: { country: 'AT' } }, 'AT'],
  ['a part by its name is left out', { countryCode: 'US', region: 'California' }, 'US'],
  ['a part without a country is nowhere', { state: 'CA' }, undefined],
  ['what is no text', { country: 7, address: 'x' }, undefined],
])('%s', (_, traits, region) => {
  expect(regionOf((name) => traits[name])).toBe(region)
})
