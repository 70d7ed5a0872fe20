import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeCursor, encodeCursor } from './cursor.ts'

test('a cursor names its place again, whatever the id is made of', () => {
  const id = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text.isWellFormed())
  fc.assert(
    fc.property(fc.nat(), id, (at, id) => {
      expect(decodeCursor(encodeCursor({ at, id }))).toEqual({ at, id })
    }),
  )
})

test.each(['', 'x', '12', '12.', '.a', '-1.a', '1e3.a', '12.%E0%A4%A'])('%j is no cursor', (text) => {
  expect(decodeCursor(text)).toBeUndefined()
})
