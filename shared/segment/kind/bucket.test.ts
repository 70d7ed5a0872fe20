import { expect, test } from 'vitest'
import { placeOf } from './bucket.ts'

const people = Array.from({ length: 20_000 }, (_, i) => `prf_${i}`)

test('shares are as large as they say, and of two salts each is spread over the other', () => {
  const inside = (salt: string, id: string) => placeOf(salt, id) < 10
  const spring = people.filter((id) => inside('spring', id))
  expect(spring.length / people.length).toBeCloseTo(0.1, 1)
  expect(Math.abs(spring.length - 2_000)).toBeLessThan(200)
  expect(Math.abs(spring.filter((id) => inside('autumn', id)).length - 200)).toBeLessThan(80)
})

test('a place is the same every time, from 0 up to and not including 100', () => {
  for (const id of people.slice(0, 1_000)) {
    const place = placeOf('s', id)
    expect(place).toBe(placeOf('s', id))
    expect(place >= 0 && place < 100).toBe(true)
  }
})
