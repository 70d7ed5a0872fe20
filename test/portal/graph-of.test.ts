import fc from 'fast-check'
import { expect, test } from 'vitest'
import { graphOf } from '../../portal/src/pages/profile/identity/graph-of.ts'
import type { IdentityDocument, LinkDocument } from '../../shared/profile/document.ts'

const AT = '2026-11-21T12:00:00.000Z'
const cause: LinkDocument['cause'] = { kind: 'message', messageId: 'm', at: AT }
const names = fc.uniqueArray(
  fc.integer({ min: 0, max: 60 }).map((n) => `type:${n}`),
  { maxLength: 40 },
)
const leafIds = fc.uniqueArray(
  fc.integer({ min: 0, max: 9 }).map((n) => `prf_${n}`),
  { minLength: 1, maxLength: 8 },
)
const identity = fc.tuple(leafIds, names).chain(([ids, held]) =>
  fc.record({
    leaves: fc.constant(ids.map((id) => ({ id, events: 1 }))),
    identifiers: fc.tuple(
      ...held.map((name) => fc.subarray(ids, { minLength: 1 }).map((leaves) => ({ name, leaves }))),
    ),
    links: fc.array(fc.tuple(fc.nat(70), fc.nat(70)), { maxLength: 20 }),
    merges: fc.array(fc.tuple(fc.nat(11), fc.nat(11), fc.boolean()), { maxLength: 6 }),
  }),
)
type Drawn = typeof identity extends fc.Arbitrary<infer T> ? T : never

function documentOf({ leaves, identifiers, links, merges }: Drawn): Omit<IdentityDocument, 'path'> {
  const facts = { source: 'src', messageId: 'm', firstSeen: AT, lastSeen: AT }
  return {
    leaves,
    identifiers: identifiers.map(({ name, leaves }) => ({ ...facts, type: 'type', value: name, ref: name, leaves })),
    links: links.map(([a, b]) => ({ a: `type:${a}`, b: `type:${b}`, cause })),
    merges: merges.map(([winner, loser, undone], i) => ({
      mergeId: `mrg_${i}`,
      winner: `prf_${winner}`,
      loser: `prf_${loser}`,
      at: AT,
      cause,
      ...(undone ? { undoneAt: AT } : {}),
    })),
  }
}

test('every ID and identifier stands once in the graph, and no two boxes in one place', () => {
  fc.assert(
    fc.property(identity, fc.boolean(), (drawn, isNarrow) => {
      const graph = graphOf(documentOf(drawn), isNarrow)
      expect(graph.leaves.map(({ id }) => id)).toEqual(drawn.leaves.map(({ id }) => id))
      expect(graph.identifiers.map(({ id }) => id).sort()).toEqual(drawn.identifiers.map(({ name }) => name).sort())
      const boxes = [...graph.leaves, ...graph.identifiers].map(({ at }) => at)
      for (const [i, a] of boxes.entries())
        for (const b of boxes.slice(i + 1))
          expect(Math.abs(a.x - b.x) >= 250 || Math.abs(a.y - b.y) >= 60, `${JSON.stringify([a, b])}`).toBe(true)
      for (const { y } of boxes) expect(y).toBeLessThan(Math.max(graph.height, 1))
    }),
  )
})

test('a line has both its ends in the graph: none leads to somebody else, and what was undone joins nothing', () => {
  fc.assert(
    fc.property(identity, (drawn) => {
      const given = documentOf(drawn)
      const { ties, leaves, identifiers } = graphOf(given)
      const there = new Set([...leaves, ...identifiers].map(({ id }) => id))
      for (const { from, to } of ties) expect([there.has(from), there.has(to)]).toEqual([true, true])
      const of = (kind: string) => ties.filter(({ what }) => what.kind === kind).length
      expect(of('held')).toBe(given.identifiers.flatMap((one) => one.leaves).length)
      expect(of('link')).toBe(given.links.filter(({ a, b }) => there.has(a) && there.has(b)).length)
      expect(of('merge')).toBe(
        given.merges.filter((one) => !one.undoneAt && there.has(one.winner) && there.has(one.loser)).length,
      )
    }),
  )
})
