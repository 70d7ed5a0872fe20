import fc from 'fast-check'
import { expect, test } from 'vitest'
import { laterTrait, type Trait } from './trait.ts'

const trait: fc.Arbitrary<Trait> = fc.record({
  value: fc.constantFrom(null, 'a', 'b'),
  at: fc.nat(3),
  messageId: fc.constantFrom('m', 'n', '\u{10000}', '\uffff'),
  source: fc.constantFrom('s', 't'),
})

test('the later write wins in any order: commutative, associative, idempotent', () => {
  fc.assert(
    fc.property(trait, trait, trait, (a, b, c) => {
      const place = ({ at, messageId, source }: Trait) => ({ at, messageId, source })
      expect(place(laterTrait(a, b))).toEqual(place(laterTrait(b, a)))
      expect(place(laterTrait(laterTrait(a, b), c))).toEqual(place(laterTrait(a, laterTrait(b, c))))
      expect(laterTrait(a, a)).toEqual(a)
    }),
  )
})

test('messageIds are compared by UTF-16 code unit', () => {
  const at = (messageId: string): Trait => ({ value: messageId, at: 1, messageId, source: 's' })
  // By code point U+10000 is greater; by code unit its surrogate D800 is smaller than FFFF.
  expect(laterTrait(at('\u{10000}'), at('\uffff')).messageId).toBe('\uffff')
})
