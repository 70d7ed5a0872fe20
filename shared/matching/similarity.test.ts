import { array, constantFrom, pre, property, assert as sample, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { soundex } from './phonetic.ts'
import { editDistance, jaro, jaroWinkler } from './similarity.ts'

describe('Jaro and Jaro–Winkler, the examples of Winkler (1990 and the US Census table)', () => {
  test.each([
    ['martha', 'marhta', 0.944, 0.961],
    ['dixon', 'dicksonx', 0.767, 0.813],
    ['dwayne', 'duane', 0.822, 0.84],
    ['jones', 'johnson', 0.79, 0.832],
    ['abroms', 'abrams', 0.889, 0.922],
    ['abc', 'xyz', 0, 0],
    ['', '', 1, 1],
    ['a', '', 0, 0],
  ])('%s and %s', (a, b, plain, winkler) => {
    expect(jaro(a, b)).toBeCloseTo(plain, 2)
    expect(jaroWinkler(a, b)).toBeCloseTo(winkler, 2)
  })
})

describe('restricted Damerau–Levenshtein', () => {
  test.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['smith', 'smiht', 1],
    ['19820514', '19820541', 1],
    ['ab', 'ba', 1],
    // The example that tells it from the unrestricted distance, which is 2: no part is edited twice.
    ['ca', 'abc', 3],
  ])('%s and %s', (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits)
  })

  test('gives up above the bound', () => {
    expect(editDistance('kitten', 'sitting', 1)).toBe(2)
    expect(editDistance('a', 'abcdef', 2)).toBe(3)
  })
})

describe('Soundex, the examples of the US National Archives', () => {
  test.each([
    ['washington', 'w252'],
    ['lee', 'l000'],
    ['gutierrez', 'g362'],
    ['pfister', 'p236'],
    ['jackson', 'j250'],
    ['tymczak', 't522'],
    ['ashcraft', 'a261'],
    ['robert', 'r163'],
    ['rupert', 'r163'],
    ['王', '王'],
  ])('%s is %s', (name, code) => {
    expect(soundex(name)).toBe(code)
  })
})

describe('laws', () => {
  const word = array(constantFrom(...'abcdeé '), { maxLength: 12 }).map((letters) => letters.join(''))
  test('both are symmetric, in range, and exact for one text', () => {
    sample(
      property(word, word, (a, b) => {
        const likeness = jaroWinkler(a, b)
        expect(likeness).toBe(jaroWinkler(b, a))
        expect(likeness).toBeGreaterThanOrEqual(0)
        expect(likeness).toBeLessThanOrEqual(1)
        expect(jaroWinkler(a, a)).toBe(1)
        expect(editDistance(a, b)).toBe(editDistance(b, a))
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length))
        expect(editDistance(a, b) === 0).toBe(a === b)
      }),
    )
  })

  test('a bound changes nothing below it', () => {
    sample(
      property(word, word, constantFrom(0, 1, 2, 3), (a, b, most) => {
        expect(editDistance(a, b, most)).toBe(Math.min(editDistance(a, b), most + 1))
      }),
    )
  })

  test('any text is taken, also a very long one', () => {
    sample(
      property(string({ unit: 'binary' }), (text) => {
        pre(text.length > 0)
        expect(jaroWinkler(text, `${text}x`)).toBeGreaterThan(0)
      }),
    )
    expect(jaroWinkler('a'.repeat(10_000), 'a'.repeat(9_999))).toBeCloseTo(1, 5)
  })
})
