import fc from 'fast-check'
import { expect, test } from 'vitest'
import { utf8Length } from './utf8.ts'

test('is what an encoder would write, lone surrogates included', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', '\ud800', '\udc00', 'é', '€', '🧢'),
      (text, more) => {
        const mixed = `${text}${more}${text}`
        expect(utf8Length(mixed)).toBe(new TextEncoder().encode(mixed).byteLength)
      },
    ),
  )
})
