import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDuration, parseInstant, toIso } from './instant.ts'

describe('parseInstant', () => {
  const noon = Date.UTC(2026, 2, 15, 12)

  test.each([
    ['2026-03-15T12:00:00Z', noon],
    ['2026-03-15T12:00:00.000Z', noon],
    ['2026-03-15 12:00:00Z', noon],
    ['2026-03-15T12:00:00', noon],
    ['2026-03-15T14:00:00+02:00', noon],
    ['2026-03-15T12:00:00.123456+00:00', noon + 123],
    ['2026-03-15T12:00:00.123456789Z', noon + 123],
    ['2026-03-15T12:00:00.5Z', noon + 500],
    ['2026-03-15T07:00:00-0500', noon],
    ['2026-03-15', Date.UTC(2026, 2, 15)],
  ])('reads %s', (text, at) => {
    expect(parseInstant(text)).toBe(at)
  })

  test.each([
    '2026-02-30T00:00:00Z',
    '2026-13-01',
    '2026-03-15T25:00:00Z',
    '2026-03-15T12:61:00Z',
    'yesterday',
    '',
    '15/03/2026',
    '1773576000000',
    'Sun, 15 Mar 2026 12:00:00 GMT',
    '0000-00-00',
    '2026-03-15T12:00:00+99:00',
    'x'.repeat(10_000),
  ])('refuses %s', (text) => {
    expect(parseInstant(text)).toBeUndefined()
  })

  test('what toIso writes is read back as the same instant', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (at) => {
        expect(parseInstant(toIso(at))).toBe(at)
      }),
    )
  })
})

test('durations: units, fractions, and a bound', () => {
  expect(parseDuration('90s')).toBe(90_000)
  expect(parseDuration('1.5d')).toBe(129_600_000)
  expect(parseDuration('1.005s')).toBe(1_005)
  for (const text of ['', '5', 'd', '-1d', '1e9d', '999999999999w', '1 d', 7])
    expect(parseDuration(text)).toBeUndefined()
})
