import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUR, parseInstant, toIso } from '../kernel/instant.ts'
import { patternFault, wallClockBy } from './date-pattern.ts'
import { fieldValue, instantOf } from './field-value.ts'
import { instantInZone, isTimeZone, offsetAt } from './local-time.ts'

const zones = [
  'UTC',
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Apia',
]
const at = (text: string) => parseInstant(text) as number

describe('local time', () => {
  test('an instant read from a clock means that instant, or the same reading before the clock went back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: at('1990-01-01'), max: at('2037-12-31') }),
        fc.constantFrom(...zones),
        (instant, zone) => {
          const wallClock = instant + offsetAt(instant, zone)
          const read = instantInZone(wallClock, zone)
          expect(read + offsetAt(read, zone)).toBe(wallClock)
          expect(read).toBeLessThanOrEqual(instant)
          if (read !== instant) expect(instant - read).toBe(offsetAt(read, zone) - offsetAt(instant, zone))
        },
      ),
      { numRuns: 1_000 },
    )
  })

  test.each([
    ['an hour that happens twice means the first', 'Europe/Berlin', '2026-10-25T02:30:00', '2026-10-25T00:30:00.000Z'],
    ['an hour that is missing means as much later', 'Europe/Berlin', '2026-03-29T02:30:00', '2026-03-29T01:30:00.000Z'],
    ['half an hour that happens twice', 'Australia/Lord_Howe', '2026-04-05T01:45:00', '2026-04-04T14:45:00.000Z'],
    ['a day that was left out', 'Pacific/Apia', '2011-12-30T12:00:00', '2011-12-30T22:00:00.000Z'],
  ])('%s', (_, zone, wallClock, instant) => {
    expect(toIso(instantInZone(at(wallClock), zone))).toBe(instant)
  })

  test('knows zones by their IANA names', () => {
    expect(['Europe/Berlin', 'UTC', 'Mars/Olympus', ''].map(isTimeZone)).toEqual([true, true, false, false])
  })
})

describe('dates', () => {
  test.each([
    ['2026-07-01T12:00:00Z', undefined, 'Europe/Berlin', '2026-07-01T12:00:00.000Z'],
    ['2026-07-01 12:00:00+0530', undefined, 'Europe/Berlin', '2026-07-01T06:30:00.000Z'],
    ['2026-07-01 12:00', undefined, 'Europe/Berlin', '2026-07-01T10:00:00.000Z'],
    ['2026-07-01', undefined, 'America/New_York', '2026-07-01T04:00:00.000Z'],
    ['1763000000', undefined, 'Europe/Berlin', '2025-11-13T02:13:20.000Z'],
    ['1763000000123', undefined, undefined, '2025-11-13T02:13:20.123Z'],
    ['1.7.26', 'D.M.YY', undefined, '2026-07-01T00:00:00.000Z'],
    ['7/1/2026 12:05 AM', 'M/D/YYYY h:mm A', undefined, '2026-07-01T00:05:00.000Z'],
    ['7/1/2026 12:05 pm', 'M/D/YYYY h:mm A', 'America/New_York', '2026-07-01T16:05:00.000Z'],
    ['20260701T235959', 'YYYYMMDDTHHmmss', undefined, '2026-07-01T23:59:59.000Z'],
    ['31.02.2026', 'DD.MM.YYYY', undefined, undefined],
    ['2026-07-01', 'DD.MM.YYYY', undefined, undefined],
    ['12', undefined, undefined, undefined],
    ['', undefined, undefined, undefined],
  ])('%s by %s in %s is %s', (text, pattern, zone, expected) => {
    const instant = instantOf(text, { pattern, zone })
    expect(instant === undefined ? undefined : toIso(instant)).toBe(expected)
  })

  test.each([
    ['YYYY-MM', 'a year (YYYY or YY), a month'],
    ['YY YYYY MM DD', 'a year (YYYY or YY), a month'],
    ['DD DD MM YYYY', 'the day twice'],
    ['DD.MM.YYYY hh:mm', 'h and A together'],
  ])('the pattern %s is refused', (pattern, message) => {
    expect(patternFault(pattern)).toContain(message)
  })

  test('a date written by a pattern is read by it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: at('2068-01-01') / HOUR }), (hours) => {
        const [, y, m, d, h] = /(\d+)-(\d+)-(\d+)T(\d+)/.exec(toIso(hours * HOUR)) as RegExpExecArray
        expect(wallClockBy('DD/MM/YYYY HH', `${d}/${m}/${y} ${h}`)).toBe(hours * HOUR)
      }),
    )
  })
})

test.each([
  ['number', '1,5', undefined],
  ['number', ' -1.5e3 ', -1500],
  ['number', '0x10', undefined],
  ['number', '1e999', undefined],
  ['number', 7, 7],
  ['boolean', 'Yes', true],
  ['boolean', 'off', false],
  ['boolean', 'maybe', undefined],
  ['json', '[1]', [1]],
  ['json', '{', undefined],
  ['string', 12, '12'],
  ['string', { a: 1 }, '{"a":1}'],
] as const)('as a %s, %j is %j', (type, raw, expected) => {
  const value = fieldValue(raw, { type })
  expect(value.ok ? value.value : undefined).toEqual(expected)
})
