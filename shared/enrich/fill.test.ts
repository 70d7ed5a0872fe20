import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isObject, type JsonObject, type JsonValue } from '../kernel/json.ts'
import { filled, isUnsaid } from './fill.ts'

const json = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>)

function isKept(before: JsonValue | undefined, after: JsonValue | undefined): boolean {
  if (isUnsaid(before)) return true
  if (!isObject(before)) return before === after
  return isObject(after) && Object.keys(before).every((key) => isKept(before[key], after[key]))
}

test('filling never changes what the sender said, and filling twice is filling once', () => {
  fc.assert(
    fc.property(json, json, (sent, found) => {
      const once = filled(sent, found) as JsonObject
      expect(isKept(sent, once)).toBe(true)
      expect(filled(once, found)).toBe(once)
      for (const key of Object.keys(found)) if (!isUnsaid(found[key])) expect(isUnsaid(once[key])).toBe(false)
    }),
  )
})

test('what SDKs send for what they do not know is filled: null, an empty text, an object full of them', () => {
  const sent = { os: { name: '', version: '' }, device: null, network: { wifi: true }, app: 'x' }
  expect(
    filled(sent, { os: { name: 'iOS' }, device: { type: 'mobile' }, network: { asn: 1 }, app: { name: 'y' } }),
  ).toEqual({
    os: { name: 'iOS' },
    device: { type: 'mobile' },
    network: { wifi: true, asn: 1 },
    app: 'x',
  })
  expect(filled(undefined, { a: 1 })).toEqual({ a: 1 })
})
