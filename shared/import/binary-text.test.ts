import fc from 'fast-check'
import { expect, test } from 'vitest'
import { utf8Text } from './binary-text.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

function same(bytes: Uint8Array): void {
  expect(utf8Text(Buffer.from(bytes).toString('latin1'))).toBe(decoded(bytes))
}

test('binary text means what a strict decoder reads, or nothing where that refuses', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => same(new TextEncoder().encode(text))))
  fc.assert(fc.property(fc.uint8Array({ maxLength: 6 }), same), { numRuns: 2_000 })
  // Bytes near the borders: overlong forms, surrogates, what lies beyond Unicode.
  const border = fc.constantFrom(
    0x00,
    0x7f,
    0x80,
    0x8f,
    0x90,
    0x9f,
    0xa0,
    0xbf,
    0xc1,
    0xc2,
    0xe0,
    0xed,
    0xef,
    0xf0,
    0xf4,
    0xf5,
    0xff,
  )
  fc.assert(
    fc.property(fc.array(border, { maxLength: 5 }), (bytes) => same(Uint8Array.from(bytes))),
    { numRuns: 5_000 },
  )
})
