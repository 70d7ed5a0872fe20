import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LinkDocument, MergeDocument } from './document.ts'
import { allLinks, shortestPath } from './why-one.ts'

const at = '2026-03-15T12:00:00.000Z'
const link = (a: string, b: string): LinkDocument => ({ a, b, cause: { kind: 'message', messageId: `${a}${b}`, at } })

describe('why these are one person', () => {
  test('is the shortest chain of links, whichever way they were made', () => {
    const links = [link('a', 'b'), link('c', 'b'), link('c', 'd'), link('a', 'd')]
    expect(shortestPath(links, 'a', 'c')?.length).toBe(2)
    expect(shortestPath(links, 'a', 'a')).toEqual([])
    expect(shortestPath(links, 'a', 'x')).toBeNull()
  })

  test('a chain begins at the one, ends at the other, and no shorter one exists', () => {
    const end = fc.constantFrom('a', 'b', 'c', 'd', 'e')
    fc.assert(
      fc.property(fc.array(fc.tuple(end, end), { maxLength: 10 }), (pairs) => {
        const links = pairs.map(([a, b]) => link(a, b))
        const path = shortestPath(links, 'a', 'e')
        expect(path?.length ?? null).toBe(distance(pairs, 'a', 'e'))
        let here = 'a'
        for (const { a, b } of path ?? []) {
          expect([a, b]).toContain(here)
          here = a === here ? b : a
        }
        if (path) expect(here).toBe('e')
      }),
    )
  })

  test('what a person joined is a link of its own, until it is undone', () => {
    const merge: MergeDocument = { mergeId: 'mrg_1', winner: 'p', loser: 'q', at, cause: { kind: 'person', at } }
    const parts = { identifiers: [], links: [], named: { p: 'user_id:u', q: 'email:e' } }
    expect(allLinks(parts, [merge])).toEqual([{ a: 'user_id:u', b: 'email:e', cause: merge.cause }])
    expect(allLinks(parts, [{ ...merge, undoneAt: at }])).toEqual([])
    expect(allLinks(parts, [{ ...merge, cause: { kind: 'message', messageId: 'm', at } }])).toEqual([])
  })
})

/** The naive answer: rings around the start. */
function distance(pairs: readonly (readonly [string, string])[], from: string, to: string): number | null {
  let ring = new Set([from])
  const seen = new Set(ring)
  for (let steps = 0; ring.size > 0; steps++) {
    if (ring.has(to)) return steps
    const next = new Set<string>()
    for (const [a, b] of pairs) {
      if (ring.has(a) && !seen.has(b)) next.add(b)
      if (ring.has(b) && !seen.has(a)) next.add(a)
    }
    for (const end of next) seen.add(end)
    ring = next
  }
  return null
}
