import { describe, expect, test } from 'vitest'
import { LIVE_PER_SECOND, LIVE_PER_SECOND_FINE } from '../shared/pipeline/live.ts'
import { MOST_UNHEARD_CHARS, newRate, takeGap, takes } from './live-rate.ts'

const NOW = 1_800_000_000_000

describe('what one connection is shown', () => {
  test('is so much a second, with room for failures behind what went well; the rest is counted', () => {
    const rate = newRate()
    const fine = Array.from({ length: 100 }, () => takes(rate, NOW, false, 10, 0)).filter(Boolean).length
    const failed = Array.from({ length: 100 }, () => takes(rate, NOW + 999, true, 10, 0)).filter(Boolean).length
    expect([fine, failed]).toEqual([LIVE_PER_SECOND_FINE, LIVE_PER_SECOND - LIVE_PER_SECOND_FINE])
    expect(takeGap(rate)).toBe(150)
    expect(takeGap(rate)).toBe(0)
    expect(takes(rate, NOW + 1_000, false, 10, 0)).toBe(true)
  })

  test('is nothing more for a reader that says nothing, until it does', () => {
    const rate = newRate()
    const half = MOST_UNHEARD_CHARS / 2
    const taken = (second: number, heardAt = 0) => takes(rate, NOW + second * 1_000, true, half, heardAt)
    expect([taken(0), taken(1), taken(2), taken(3)]).toEqual([true, true, false, false])
    expect(taken(4, NOW + 3_500)).toBe(true)
    // The same ping is heard once.
    expect([taken(5, NOW + 3_500), taken(6, NOW + 3_500)]).toEqual([true, false])
    expect(takeGap(rate)).toBe(3)
  })
})
