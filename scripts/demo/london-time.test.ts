import { describe, expect, it } from 'vitest'
import { londonInstant } from './london-time.ts'

const iso = (text: string) => {
  const at = londonInstant(text)
  return at === undefined ? undefined : new Date(at).toISOString()
}

describe('londonInstant', () => {
  it.each([
    ['2010-12-01 08:34:00', '2010-12-01T08:34:00.000Z'],
    ['2011-06-01 09:30:00', '2011-06-01T08:30:00.000Z'],
    ['2011-06-01T00:15', '2011-05-31T23:15:00.000Z'],
    ['2011-03-27 00:59:59', '2011-03-27T00:59:59.000Z'],
    ['2011-03-27 02:00:00', '2011-03-27T01:00:00.000Z'],
    ['2011-10-30 00:59:00', '2011-10-29T23:59:00.000Z'],
    ['2011-10-30 02:00:00', '2011-10-30T02:00:00.000Z'],
    ['2011-12-31 23:59:59', '2011-12-31T23:59:59.000Z'],
  ])('%s is %s', (local, utc) => {
    expect(iso(local)).toBe(utc)
  })

  it('takes the first of the two hours when the clock goes back', () => {
    expect(iso('2011-10-30 01:30:00')).toBe('2011-10-30T00:30:00.000Z')
  })

  it('goes on into the next hour when the clock goes forward', () => {
    expect(iso('2011-03-27 01:30:00')).toBe('2011-03-27T01:30:00.000Z')
  })

  it.each(['', 'yesterday', '2011-02-30 10:00:00', '2011-01-01 24:00:00', '12/1/2010 8:26'])('refuses %j', (text) => {
    expect(londonInstant(text)).toBeUndefined()
  })
})
