import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MemoryGraph } from '../../test/support/memory-graph.ts'
import type { CanonicalId } from '../kernel/id.ts'
import { IdentitySettings } from './identity-settings.ts'
import { type ResolveRequest, resolve, type UsableIdentifier } from './resolve.ts'

const defaults = IdentitySettings.parse({})

/** A graph with a memory of its own; identifiers are written `type:value`. */
function aGraph(settings: IdentitySettings = defaults) {
  const store = new MemoryGraph()
  let minted = 0
  const mint = () => `prf_${String(++minted).padStart(4, '0')}` as CanonicalId
  const identifier = (name: string): UsableIdentifier => ({ key: name, type: name.split(':')[0] as string })
  const see = (names: readonly string[], overrides: Partial<ResolveRequest> = {}) => {
    const request = {
      ids: names.map(identifier),
      mayExceed: false,
      cause: { kind: 'message', at: 0 } as const,
      ...overrides,
    }
    const answer = resolve(store, settings, request, mint)
    if (answer.kind === 'busy') throw new Error('nothing is ever split here')
    return answer
  }
  const rootOf = (name: string) => store.rootOf(store.leafOf(name) as CanonicalId)
  return { store, see, rootOf }
}

describe('who is who', () => {
  test('an identifier that nobody had starts a person, and joins the one it comes with', () => {
    const { see, rootOf } = aGraph()
    const first = see(['anonymous_id:a'])
    expect(see(['user_id:u', 'anonymous_id:a', 'email:e'])).toMatchObject({
      profile: first.profile,
      held: [true, true, true],
    })
    expect(rootOf('email:e')).toBe(first.profile)
  })

  test('the older of two profiles wins a merge, whichever is the anchor', () => {
    const { see, store } = aGraph()
    const older = see(['email:e'])
    const younger = see(['user_id:u'])
    expect(see(['user_id:u', 'email:e'])).toMatchObject({ profile: older.profile, leaf: younger.leaf, refused: [] })
    expect(store.open()).toMatchObject([{ winner: older.profile, loser: younger.profile, leaves: [younger.profile] }])
  })

  test('two user ids stay two people: the link is refused, the event is its anchor\u2019s', () => {
    const { see } = aGraph()
    const a = see(['user_id:A', 'anonymous_id:tv'])
    const b = see(['user_id:B', 'anonymous_id:tv'])
    expect(b.profile).not.toBe(a.profile)
    expect(b).toMatchObject({ held: [true, false], refused: ['limit'] })
    expect(see(['anonymous_id:tv']).profile).toBe(a.profile)
  })

  test('a sixth e-mail of one person gets a profile of its own', () => {
    const { see } = aGraph()
    for (let i = 1; i <= 5; i++) expect(see(['user_id:u', `email:${i}`]).refused).toEqual([])
    expect(see(['user_id:u', 'email:6'])).toMatchObject({ held: [true, false], refused: ['limit'] })
  })

  test('an alias takes previousId for a user id if one is known, else for an anonymous one', () => {
    const { see } = aGraph()
    const before = see(['anonymous_id:x'])
    const previous = { user: 'user_id:x', anonymous: 'anonymous_id:x' }
    expect(see(['user_id:u'], { previous })).toMatchObject({
      profile: before.profile,
      previousType: 'anonymous_id',
      held: [true, true],
    })
    see(['user_id:x'])
    expect(see(['user_id:u'], { previous })).toMatchObject({
      previousType: 'user_id',
      held: [true, false],
      refused: ['limit'],
    })
  })

  test('only a server key may unite two user ids by alias', () => {
    const { see } = aGraph()
    const [a, b] = [see(['user_id:a']), see(['user_id:b'])]
    const previous = { user: 'user_id:a', anonymous: 'anonymous_id:a' }
    expect(see(['user_id:b'], { previous }).profile).toBe(b.profile)
    expect(see(['user_id:b'], { previous, mayExceed: true }).profile).toBe(a.profile)
  })

  test('an alias to itself changes nothing', () => {
    const { see, store } = aGraph()
    const { profile } = see(['user_id:u'])
    const previous = { user: 'user_id:u', anonymous: 'anonymous_id:u' }
    expect(see(['user_id:u'], { previous })).toMatchObject({ profile, refused: [] })
    expect(store.open()).toEqual([])
  })

  test('no profile takes more leaves than the hard cap, even from a server key', () => {
    const settings = IdentitySettings.parse({ types: { x: { priority: 1, limit: 1_000 } }, sharedAfterAnchors: 50 })
    const { see, store } = aGraph(settings)
    for (let i = 0; i < 120; i++) see([`x:${i}`])
    const refused = new Set<string>()
    for (let i = 1; i < 120; i++)
      for (const why of see(['x:0', `x:${i}`], { mayExceed: true }).refused) refused.add(why)
    expect([...refused]).toEqual(['cap'])
    const leaves = [...store.profiles.values()].map((row) => Object.keys(row.leaves).length)
    expect(Math.max(...leaves)).toBe(100)
  })
})

describe('shared values', () => {
  const open = IdentitySettings.parse({
    types: { user_id: { priority: 10, limit: 100 }, phone: { priority: 30, limit: 100 } },
  })

  test('a value seen with too many people joins no two of them, in any order', () => {
    const people = ['u1', 'u2', 'u3', 'u4', 'u5', 'u6']
    fc.assert(
      fc.property(
        fc.shuffledSubarray(people, { minLength: 6 }),
        fc.shuffledSubarray(people, { minLength: 6 }),
        (first, again) => {
          const { see, rootOf } = aGraph(open)
          for (const person of [...first, ...again]) see([`user_id:${person}`, 'phone:family'])
          const together = people.filter((person) => rootOf(`user_id:${person}`) === rootOf('phone:family'))
          // The first three came before anybody could know; nobody joins after.
          expect(together.sort()).toEqual(first.slice(0, 3).sort())
          const alone = people
            .filter((person) => !together.includes(person))
            .map((person) => rootOf(`user_id:${person}`))
          expect(new Set(alone).size).toBe(3)
        },
      ),
    )
  })

  test('a shared value goes on resolving to its own profile', () => {
    const { see, rootOf } = aGraph(open)
    for (let i = 1; i <= 6; i++) see([`user_id:u${i}`, 'phone:family'])
    expect(see(['phone:family']).profile).toBe(rootOf('user_id:u1'))
  })

  test('a mailbox of a function never joins two people, from the first day on', () => {
    const { see } = aGraph()
    const info = { key: 'email:info', type: 'email', shared: true }
    const ids = (user: string) => [{ key: `user_id:${user}`, type: 'user_id' }, info]
    const first = see([], { ids: ids('a') })
    const second = see([], { ids: [{ key: 'anonymous_id:x', type: 'anonymous_id' }, info] })
    expect(second.profile).not.toBe(first.profile)
    expect(second.refused).toEqual(['shared_value'])
  })
})
