import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Condition } from './condition.ts'
import { findCycle } from './cycle.ts'

/** A definition that reads others, some of them deep inside. */
const reading = (key: string, ...others: readonly string[]) => ({
  key,
  condition: {
    type: 'and',
    conditions: [
      { type: 'everyone' },
      ...others.map((key): Condition => ({ type: 'not', condition: { type: 'segment', key } })),
    ],
  } satisfies Condition,
})

test('names the segments along a cycle', () => {
  expect(findCycle([reading('a', 'a')])).toEqual(['a', 'a'])
  expect(findCycle([reading('x', 'a'), reading('a', 'c', 'b'), reading('b', 'a'), reading('c')])).toEqual([
    'a',
    'b',
    'a',
  ])
})

test('two ways to one segment are no cycle, and what nobody defined is none either', () => {
  expect(
    findCycle([reading('a', 'b', 'c'), reading('b', 'd'), reading('c', 'd'), reading('d', 'gone')]),
  ).toBeUndefined()
})

test('a cycle is found exactly when there is one', () => {
  const keys = ['a', 'b', 'c', 'd', 'e']
  const graph = fc.array(fc.subarray(keys), { minLength: 5, maxLength: 5 })
  fc.assert(
    fc.property(graph, (edges) => {
      const reads = (key: string) => edges[keys.indexOf(key)] ?? []
      // Whoever reaches itself: tried by walking as many steps as there are segments.
      const reaches = keys.some((start) => {
        let reached = new Set(reads(start))
        for (let i = 0; i < keys.length; i++) reached = new Set([...reached].flatMap((key) => [key, ...reads(key)]))
        return reached.has(start)
      })
      const cycle = findCycle(keys.map((key) => reading(key, ...reads(key))))
      expect(cycle !== undefined).toBe(reaches)
      if (!cycle) return
      expect(cycle.at(-1)).toBe(cycle[0])
      cycle.slice(1).forEach((key, i) => {
        expect(reads(cycle[i] as string)).toContain(key)
      })
    }),
  )
})
