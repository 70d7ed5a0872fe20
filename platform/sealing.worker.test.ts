import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seal, unseal } from './sealing.ts'

const SECRET = 'a-deployment-secret'

describe('a sealed text', () => {
  test('is read again by whoever has the secret, for its place', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 500 }), fc.string(), (text, place) => {
        expect(unseal(SECRET, place, seal(SECRET, place, text))).toBe(text)
      }),
      { numRuns: 50 },
    )
  })

  test('is another one each time', () => {
    expect(seal(SECRET, 'a', 'x')).not.toBe(seal(SECRET, 'a', 'x'))
  })

  test('is of no use with another secret, at another place, or when a single bit was changed', () => {
    const sealed = seal(SECRET, 'acme/src_a', 'hook secret')
    expect(() => unseal('another', 'acme/src_a', sealed)).toThrow()
    expect(() => unseal(SECRET, 'acme/src_b', sealed)).toThrow()
    expect(() => unseal(SECRET, 'acme/src_a', sealed.replace('v1.', 'v2.'))).toThrow(/unknown form/)
    expect(() => unseal(SECRET, 'acme/src_a', 'v1.')).toThrow()
    const bytes = Buffer.from(sealed.slice(3), 'base64url')
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes)
      changed[i] = (changed[i] as number) ^ 1
      expect(() => unseal(SECRET, 'acme/src_a', `v1.${changed.toString('base64url')}`)).toThrow()
    }
    expect(unseal(SECRET, 'acme/src_a', sealed)).toBe('hook secret')
  })
})
