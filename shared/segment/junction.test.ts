import fc from 'fast-check'
import { expect, test } from 'vitest'
import { all, any } from './junction.ts'
import { NO_CHANGE, type Signal, type Verdict } from './signal.ts'

/** A signal given by its verdict in each of thirty milliseconds; afterwards it stays. */
function tableSignal(verdicts: readonly Verdict[]): Signal {
  const at = (t: number): Verdict => verdicts[Math.min(t, verdicts.length - 1)] as Verdict
  return {
    at,
    changeAfter(t) {
      for (let next = t + 1; next < verdicts.length; next++) if (at(next) !== at(t)) return next
      return NO_CHANGE
    },
  }
}

const verdict = fc.constantFrom<Verdict>(true, false, 'unknown')
const parts = fc.array(fc.array(verdict, { minLength: 30, maxLength: 30 }), { minLength: 1, maxLength: 4 })
const instant = fc.integer({ min: 0, max: 29 })

function firstChange(signal: Signal, t: number): number {
  for (let next = t + 1; next < 40; next++) if (signal.at(next) !== signal.at(t)) return next
  return NO_CHANGE
}

test('a junction changes exactly when its verdict does', () => {
  fc.assert(
    fc.property(parts, instant, fc.boolean(), (tables, t, isAnd) => {
      const signals = tables.map(tableSignal)
      const junction = () => (isAnd ? all : any)(signals, { left: 1_000 })
      expect(junction().changeAfter(t)).toBe(firstChange(junction(), t))
    }),
    { numRuns: 500 },
  )
})

test('a junction that runs out of budget is early, never late', () => {
  fc.assert(
    fc.property(parts, parts, instant, fc.integer({ min: 0, max: 6 }), (tables, others, t, left) => {
      const make = (budget: { left: number }) =>
        all([any(tables.map(tableSignal), budget), any(others.map(tableSignal), budget)], budget)
      const exact = firstChange(make({ left: 1_000 }), t)
      const found = make({ left }).changeAfter(t)
      expect(found).toBeGreaterThan(t)
      expect(found).toBeLessThanOrEqual(exact)
    }),
    { numRuns: 500 },
  )
})

test('what a junction remembers while walking on is what it would say afresh', () => {
  fc.assert(
    fc.property(parts, parts, (tables, others) => {
      const budget = { left: 10_000 }
      const make = () => any([all(tables.map(tableSignal), budget), all(others.map(tableSignal), budget)], budget)
      const walked = make()
      for (let t = 0; t !== NO_CHANGE; t = walked.changeAfter(t)) {
        expect(walked.at(t)).toBe(make().at(t))
        expect(walked.changeAfter(t)).toBe(make().changeAfter(t))
      }
    }),
    { numRuns: 200 },
  )
})
