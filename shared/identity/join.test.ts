import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MemoryGraph } from '../../test/support/memory-graph.ts'
import type { CanonicalId } from '../kernel/id.ts'
import type { Cause } from './graph.ts'
import { IdentitySettings } from './identity-settings.ts'
import { erase, joinByDecision, keepApart, planRelease, release } from './join.ts'
import { resolve } from './resolve.ts'

const settings = IdentitySettings.parse({})
const person: Cause = { kind: 'person', at: 1_000 }
const rule: Cause = { kind: 'rule', at: 1_000, probability: 0.99 }

/** A graph where everything decided is carried out at once. */
function aGraph() {
  const store = new MemoryGraph()
  let minted = 0
  const mint = () => `prf_${String(++minted).padStart(4, '0')}` as CanonicalId
  const see = (...names: readonly string[]): CanonicalId => {
    const ids = names.map((name) => ({ key: name, type: name.split(':')[0] as string }))
    const cause = { kind: 'message', at: 0 } as const
    const answer = resolve(store, settings, { ids, mayExceed: false, eventAt: 0, cause }, mint)
    if (answer.kind !== 'resolved') throw new Error(`it was ${answer.kind}`)
    carriedOut()
    return answer.profile
  }
  const carriedOut = () => {
    for (const { seq } of store.openOperations()) store.finish(seq)
  }
  const join = (a: CanonicalId, b: CanonicalId, cause = person) => {
    const joined = joinByDecision(store, settings, a, b, cause)
    carriedOut()
    return joined
  }
  const undo = (id: CanonicalId, seq: number) => {
    const planned = planRelease(store, id, seq)
    if ('refusal' in planned) return planned.refusal
    const number = release(store, planned.plan, person)
    carriedOut()
    return { ...planned.plan, number }
  }
  const holders = (...names: readonly string[]) => names.map((name) => store.rootOf(store.leafOf(name) as CanonicalId))
  return { store, see, join, undo, holders, carriedOut }
}

describe('undoing a merge', () => {
  test('gives both their leaves back, under new epochs, and keeps them apart from then on', () => {
    const { see, undo, holders, store } = aGraph()
    const a = see('user_id:u', 'anonymous_id:1')
    const b = see('email:e')
    see('user_id:u', 'email:e')
    expect(undo(a, 1)).toMatchObject({ from: a, to: b, leaves: [b] })
    expect(holders('user_id:u', 'email:e')).toEqual([a, b])
    expect([store.profile(a)?.epoch, store.profile(b)?.epoch]).toEqual([2, 2])
    see('user_id:u', 'email:e')
    expect(holders('user_id:u', 'email:e')).toEqual([a, b])
  })

  test('twice is refused, and so is what was never merged', () => {
    const { see, undo } = aGraph()
    const a = see('user_id:u')
    see('email:e')
    see('user_id:u', 'email:e')
    undo(a, 1)
    expect(undo(a, 1)).toBe('undone')
    expect(undo(a, 7)).toBe('unknown')
    expect(undo(see('user_id:stranger'), 1)).toBe('unknown')
  })

  test('the older of two merges can be undone by itself', () => {
    const { see, undo, holders } = aGraph()
    const [a, b, c] = [see('user_id:u'), see('email:b'), see('email:c')]
    see('user_id:u', 'email:b')
    see('user_id:u', 'email:c')
    expect(undo(a, 1)).toMatchObject({ leaves: [b] })
    expect(holders('user_id:u', 'email:b', 'email:c')).toEqual([a, b, a])
    expect(undo(a, 2)).toMatchObject({ leaves: [c] })
  })

  test('of an inner merge moves only what that merge brought', () => {
    const { see, undo, holders } = aGraph()
    const [a, b, c] = [see('user_id:u'), see('email:b'), see('anonymous_id:c')]
    see('email:b', 'anonymous_id:c') // c into b
    see('user_id:u', 'email:b') // b, with c, into a
    expect(undo(a, 1)).toMatchObject({ from: a, to: c, leaves: [c] })
    expect(undo(a, 2)).toMatchObject({ from: a, to: b, leaves: [b] })
    expect(holders('user_id:u', 'email:b', 'anonymous_id:c')).toEqual([a, b, c])
  })

  test('leaves what a later merge brought back by itself', () => {
    const { see, undo, join, holders } = aGraph()
    const [a, b, c] = [see('user_id:u'), see('email:b'), see('anonymous_id:c')]
    see('email:b', 'anonymous_id:c')
    see('user_id:u', 'email:b')
    undo(a, 1)
    join(a, c)
    expect(undo(a, 2)).toMatchObject({ to: b, leaves: [b] })
    expect(holders('email:b', 'anonymous_id:c')).toEqual([b, a])
  })

  test('waits for what is still being carried out', () => {
    const { see, store } = aGraph()
    const [a, b] = [see('user_id:u'), see('email:b')]
    joinByDecision(store, settings, a, b, person)
    expect(planRelease(store, a, 1)).toEqual({ refusal: 'busy' })
    expect(erase(store, a, { id: 'e', at: 1, state: 'open' }, person)).toBe('busy')
  })

  test('a profile is always named after its oldest leaf, whatever was merged and undone', () => {
    const names = ['anonymous_id:1', 'anonymous_id:2', 'email:1', 'email:2', 'device_id:1']
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('see' as const),
        names: fc.shuffledSubarray(names, { minLength: 1, maxLength: 3 }),
      }),
      fc.record({ kind: fc.constant('undo' as const), nth: fc.nat({ max: 9 }) }),
      fc.record({ kind: fc.constant('join' as const), a: fc.nat(), b: fc.nat() }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const graph = aGraph()
        for (const one of steps) {
          const merges = graph.store.operations.filter((op) => op.kind === 'merge' && op.undoneAt === undefined)
          const roots = [...graph.store.profiles.keys()]
          if (one.kind === 'see') graph.see(...one.names)
          else if (one.kind === 'undo') {
            const merge = merges[one.nth % Math.max(1, merges.length)]
            if (merge?.kind === 'merge')
              expect(typeof graph.undo(graph.store.rootOf(merge.loser), merge.seq)).toBe('object')
          } else if (roots.length > 1) {
            graph.join(roots[one.a % roots.length] as CanonicalId, roots[one.b % roots.length] as CanonicalId)
          }
        }
        const leaves = [...graph.store.profiles].flatMap(([id, row]) => {
          const mine = Object.keys(row.leaves).sort() as CanonicalId[]
          expect(mine[0]).toBe(id)
          for (const leaf of mine) expect(graph.store.rootOf(leaf)).toBe(id)
          return mine
        })
        expect(new Set(leaves).size).toBe(leaves.length)
      }),
    )
  })
})

describe('joining by hand', () => {
  test('passes over limits and lifts what kept the two apart; a rule does neither', () => {
    const { see, undo, join, holders } = aGraph()
    const [a, b] = [see('user_id:a'), see('user_id:b')]
    expect(join(a, b, rule)).toEqual({ refusal: 'limit' })
    expect(join(a, b)).toEqual({ seq: 1 })
    undo(a, 1)
    expect(join(a, b, rule)).toEqual({ refusal: 'apart' })
    expect(join(a, b)).toMatchObject({ seq: 3 })
    expect(holders('user_id:a', 'user_id:b')).toEqual([a, a])
    see('user_id:a', 'user_id:b')
  })

  test('a profile with itself is refused', () => {
    const { see, join } = aGraph()
    const a = see('user_id:a')
    expect(join(a, a)).toEqual({ refusal: 'same' })
  })
})

describe('keeping two apart', () => {
  test('holds through third parties, in whatever order people come together', () => {
    const middle = ['email:1', 'email:2', 'anonymous_id:1', 'anonymous_id:2']
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('device_id:a', 'device_id:b', ...middle), fc.constantFrom(...middle))),
        (pairs) => {
          const { see, store, holders, carriedOut } = aGraph()
          keepApart(store, see('device_id:a'), see('device_id:b'), person)
          carriedOut()
          for (const [x, y] of pairs) if (x !== y) see(x, y)
          const [a, b] = holders('device_id:a', 'device_id:b')
          expect(a).not.toBe(b)
        },
      ),
    )
  })

  test('is no question for one who is one person already', () => {
    const { see, store } = aGraph()
    const a = see('user_id:a')
    expect(keepApart(store, a, a, person)).toBe('same')
  })

  test('said twice is said once', () => {
    const { see, store } = aGraph()
    const [a, b] = [see('user_id:a'), see('user_id:b')]
    keepApart(store, a, b, person)
    keepApart(store, b, a, person)
    expect(store.operations.length).toBe(1)
  })
})
