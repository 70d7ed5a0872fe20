import { describe, expect, test } from 'vitest'
import { compared, type Figure, median, percentile, shareOfTarget, tableOf, targetText } from '../bench/figures.ts'
import { pageWith } from '../bench/page.ts'
import { plotOf } from '../bench/plot.ts'

const slow: Figure = { name: 'slow', unit: 'ms', value: 150, target: { atMost: 100 } }
const fast: Figure = { name: 'fast', unit: 'rows/s', value: 400, target: { atLeast: 200 } }

describe('a figure and its target', () => {
  test('says how much of what is allowed was needed, of values and of ratios, from above and from below', () => {
    expect(shareOfTarget(slow)).toBe(1.5)
    expect(shareOfTarget(fast)).toBe(0.5)
    expect(shareOfTarget({ name: 'none', unit: '', value: 1 })).toBeUndefined()
    const ratio: Figure = { name: 'whole', unit: 'µs', value: 60, baseline: 'bare', target: { atMost: 3, of: 'ratio' } }
    const [, whole] = compared([{ name: 'bare', unit: 'µs', value: 30 }, ratio]) as [Figure, Figure]
    expect([whole.ratio, shareOfTarget(whole), targetText(whole)]).toEqual([2, 2 / 3, '≤ 3 ×: met'])
  })

  test('what has a ratio as its target and no baseline in its run is not met', () => {
    expect(targetText({ name: 'alone', unit: 'µs', value: 1, target: { atMost: 3, of: 'ratio' } })).toContain('NOT MET')
  })

  test('stands in the table and in the plot, which says what was measured even where the bar is cut', () => {
    expect(tableOf([slow, fast])).toContain('≤ 100: NOT MET')
    const far: Figure = { ...slow, name: 'far <off>', value: 100_000 }
    const svg = plotOf({ at: '2026-11-21T12:00:00.000Z', machine: '2 × one', results: { some: [slow, fast, far] } })
    expect(svg.match(/class="missed"/g)).toHaveLength(2)
    expect(svg.match(/class="met"/g)).toHaveLength(1)
    expect(svg).toContain('100,000 ms of 100 ms')
    expect(svg).toContain('far &lt;off&gt;')
    expect(svg).not.toContain('NaN')
  })
})

test('a page keeps all but its table, however often that is replaced', () => {
  const results = { at: '2026-11-21T12:00:00.000Z', machine: '2 × one', results: { some: [slow] } }
  const page = 'before\n\n<!-- figures: written by npm run bench -- --page -->\nold\n<!-- end of figures -->\n\nafter\n'
  const once = pageWith(page, results)
  expect(once).toContain('| `some` | slow | 150 ms |  | ≤ 100: NOT MET |')
  expect(once).not.toContain('old')
  expect([once.startsWith('before\n'), once.endsWith('after\n')]).toEqual([true, true])
  expect(pageWith(once, results)).toBe(once)
  expect(() => pageWith('a page of something else', results)).toThrow('no')
})

test('medians and percentiles are those of the values that there are', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
  expect(percentile([5, 1, 4, 2, 3], 95)).toBe(5)
  expect(percentile([5, 1, 4, 2, 3], 50)).toBe(3)
  expect(percentile([], 50)).toBeNaN()
})
