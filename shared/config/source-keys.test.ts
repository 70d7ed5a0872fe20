import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  FIRST_KEYS,
  isLiving,
  type KeyRange,
  living,
  MOST_LIVING_KEYS,
  rotated,
  tried,
  withoutOld,
} from './source-keys.ts'

const acts = fc.array(fc.constantFrom('rotate', 'replace', 'revoke'), { maxLength: 40 })

test('a key is accepted from the moment it is made until it is revoked, and never again', () => {
  fc.assert(
    fc.property(acts, (steps) => {
      let range: KeyRange = FIRST_KEYS
      const gone = new Set<number>()
      for (const step of steps) {
        const before = living(range)
        const next = step === 'revoke' ? withoutOld(range) : rotated(range, step === 'replace')
        if (!next) {
          expect([step, before.length]).toEqual(['rotate', MOST_LIVING_KEYS])
          continue
        }
        range = next
        for (const generation of before) if (!isLiving(generation, range)) gone.add(generation)
        if (step === 'rotate') for (const generation of before) expect(isLiving(generation, range)).toBe(true)
        expect(living(range)[0]).toBe(range.now)
        for (const generation of gone) expect(isLiving(generation, range)).toBe(false)
        expect(living(range).every((generation) => isLiving(generation, range))).toBe(true)
      }
    }),
  )
})

test('a key that was made after the range was read is accepted, however it is asked for', () => {
  let range: KeyRange = FIRST_KEYS
  const read = range
  for (let i = 0; i < 3; i++) {
    range = rotated(range, true) ?? range
    expect([isLiving(range.now, read), tried(read).includes(range.now)]).toEqual([true, true])
  }
})
