import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MemoryGraph } from '../../test/support/memory-graph.ts'
import type { CanonicalId } from '../kernel/id.ts'
import { IdentitySettings } from './identity-settings.ts'
import { erase } from './join.ts'
import { type ResolveRequest, resolve, type UsableIdentifier } from './resolve.ts'

const defaults = IdentitySettings.parse({})

/** A graph with a memory of its own; identifiers are written `type:value`. */
function aGraph(settings: IdentitySettings = defaults) {
  const store = new MemoryGraph()
  let minted = 0
  const mint = () => `prf_${String(++minted).padStart(4, '0')}` as CanonicalId
  const identifier = (name: string): UsableIdentifier => ({ key: name, type: name.split(':')[0] as string })
  const ask = (names: readonly string[], overrides: Partial<ResolveRequest> = {}) => {
    const request = {
      ids: names.map(identifier),
      mayExceed: false,
      eventAt: 0,
      cause: { kind: 'message', at: 0 } as const,
      ...overrides,
    }
    return resolve(store, settings, request, mint)
  }
  const see = (names: readonly string[], overrides: Partial<ResolveRequest> = {}) => {
    const answer = ask(names, overrides)
    if (answer.kind !== 'resolved') throw new Error(`it was ${answer.kind}`)
    // Under which leaf each identifier is held is the simulation's business; whether it is held, these tests'.
    return { ...answer, held: answer.held.map((leaf) => leaf !== null) }
  }
  const rootOf = (name: string) => store.rootOf(store.leafOf(name) as CanonicalId)
  return { store, ask, see, rootOf }
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
    expect(store.openOperations()).toMatchObject([
      { winner: older.profile, loser: younger.profile, leaves: [younger.profile] },
    ])
  })

  test('who waits for a merge of one that is on the way itself is told to come again, and then who is on the way', () => {
    const { ask, see, store } = aGraph()
    const [oldest, middle, youngest] = [see(['email:1']), see(['email:2']), see(['email:3'])]
    expect(see(['email:3', 'email:2'])).toMatchObject({ arriving: [{ loser: youngest.profile, seq: 1 }] })
    expect(ask(['email:2', 'email:1'])).toEqual({ kind: 'busy' })
    store.finish(1)
    expect(see(['email:2', 'email:1'])).toMatchObject({
      profile: oldest.profile,
      arriving: [{ loser: middle.profile, seq: 2 }],
    })
    store.finish(2)
    expect(see(['email:2', 'email:1']).arriving).toBeUndefined()
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
    expect(store.openOperations()).toEqual([])
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

describe('the order of arrival', () => {
  const names = ['user_id:1', 'user_id:2', 'email:1', 'email:2', 'anonymous_id:1', 'anonymous_id:2', 'anonymous_id:3']
  const strength = (name: string) => ['user_id', 'email', 'anonymous_id'].indexOf(name.split(':')[0] as string)
  const message = fc
    .shuffledSubarray(names, { minLength: 1, maxLength: 3 })
    .map((ids) => ids.sort((a, b) => strength(a) - strength(b) || (a < b ? -1 : 1)))

  /** Who is together with whom, and whether any link was refused on the way. */
  function outcomeOf(messages: readonly (readonly string[])[], settings = defaults) {
    const { ask, see, rootOf, store } = aGraph(settings)
    const refusals = messages.flatMap((ids) => {
      // One message may join several: who is asked again once they are together is told.
      ask(ids)
      for (const { seq } of store.openOperations()) store.finish(seq)
      return see(ids).refused
    })
    const known = names.filter((name) => store.identifier(name))
    return { refusals, together: known.map((a) => known.filter((b) => rootOf(a) === rootOf(b)).join(' ')) }
  }

  test('decides who is one person only where a link was refused', () => {
    fc.assert(
      fc.property(
        fc
          .array(message, { minLength: 2, maxLength: 8 })
          .chain((messages) =>
            fc.tuple(fc.constant(messages), fc.shuffledSubarray(messages, { minLength: messages.length })),
          ),
        ([messages, shuffled]) => {
          const [one, other] = [outcomeOf(messages), outcomeOf(shuffled)]
          if (one.refusals.length === 0 && other.refusals.length === 0) expect(other.together).toEqual(one.together)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test.each([
    [
      'a limit',
      [
        ['user_id:1', 'anonymous_id:1'],
        ['user_id:2', 'anonymous_id:1'],
      ],
      defaults,
    ],
    [
      'a shared value',
      [
        ['user_id:1', 'email:1'],
        ['user_id:2', 'email:1'],
      ],
      IdentitySettings.parse({ sharedAfterAnchors: 1, types: { user_id: { limit: 9 } } }),
    ],
  ] as const)('with %s the first to come has the value', (_, messages, settings) => {
    const [one, other] = [outcomeOf(messages, settings), outcomeOf([...messages].reverse(), settings)]
    expect(one.refusals.length).toBe(1)
    expect(other.refusals.length).toBe(1)
    expect(other.together).not.toEqual(one.together)
  })
})

describe('limits with a window', () => {
  const settings = IdentitySettings.parse({ types: { device_id: { priority: 50, limit: 2, windowMs: 10_000 } } })
  const at = (time: number) => ({ cause: { kind: 'message', at: time } as const })

  test('count what came within the window only', () => {
    const { see } = aGraph(settings)
    see(['user_id:u', 'device_id:1'], at(1_000))
    see(['user_id:u', 'device_id:2'], at(2_000))
    expect(see(['user_id:u', 'device_id:3'], at(3_000)).refused).toEqual(['limit'])
    expect(see(['user_id:u', 'device_id:4'], at(11_001)).refused).toEqual([])
    expect(see(['user_id:u', 'device_id:5'], at(11_500)).refused).toEqual(['limit'])
  })

  test('hold for joining as well', () => {
    const { see } = aGraph(settings)
    for (const device of ['1', '2']) see(['anonymous_id:a', `device_id:${device}`], at(1_000))
    for (const device of ['3', '4']) see(['anonymous_id:b', `device_id:${device}`], at(1_000))
    expect(see(['user_id:u', 'anonymous_id:a'], at(5_000)).refused).toEqual([])
    expect(see(['user_id:u', 'anonymous_id:b'], at(5_000)).refused).toEqual(['limit'])
    expect(see(['user_id:u', 'anonymous_id:b'], at(12_000)).refused).toEqual([])
  })
})

describe('a device that changes hands', () => {
  const move = IdentitySettings.parse({ sharedDevice: 'move' })
  const at = (time: number) => ({ cause: { kind: 'message', at: time } as const })

  test('stays with whom it belonged to first, unless the workspace says otherwise', () => {
    const { see } = aGraph()
    const a = see(['user_id:A', 'anonymous_id:tv'], at(1))
    see(['user_id:B', 'anonymous_id:tv'], at(2))
    expect(see(['anonymous_id:tv'], at(3)).profile).toBe(a.profile)
  })

  test('moves to whoever used it last, from their first event on, and back again', () => {
    const { see } = aGraph(move)
    const a = see(['user_id:A', 'anonymous_id:tv'], at(1))
    const b = see(['user_id:B', 'anonymous_id:tv'], at(5))
    expect(b.profile).not.toBe(a.profile)
    expect(b).toMatchObject({ held: [true, true], refused: ['limit'], once: true })
    expect(see(['anonymous_id:tv'], at(5)).profile).toBe(b.profile)
    expect(see(['anonymous_id:tv'], at(4)).profile).toBe(a.profile)
    see(['user_id:A', 'anonymous_id:tv'], at(9))
    expect([3, 7, 9].map((time) => see(['anonymous_id:tv'], at(time)).profile)).toEqual([
      a.profile,
      b.profile,
      a.profile,
    ])
  })

  test('a copy that is delivered again goes where it went, whatever happened in between', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('A', 'B', 'C', undefined), fc.integer({ min: 1, max: 40 })), {
          maxLength: 40,
        }),
        (copies) => {
          const { see } = aGraph(move)
          see(['user_id:A', 'anonymous_id:tv'], at(0))
          const went = copies.map(([user, time]) =>
            user
              ? see([`user_id:${user}`, 'anonymous_id:tv'], at(time)).profile
              : see(['anonymous_id:tv'], at(time)).profile,
          )
          const again = copies.map(([user, time]) =>
            user ? went[copies.findIndex((copy) => copy[0] === user)] : see(['anonymous_id:tv'], at(time)).profile,
          )
          expect(again).toEqual(went)
        },
      ),
    )
  })
})

describe('an erased person', () => {
  const person = { kind: 'person', at: 10 } as const
  const refused = (graph: ReturnType<typeof aGraph>, names: readonly string[], eventAt: number) =>
    graph.ask(names, { eventAt }).kind

  function erased(keep = false) {
    const graph = aGraph()
    const { profile } = graph.see(['user_id:u', 'email:e', 'anonymous_id:tv'])
    erase(graph.store, profile, { id: 'ers_1', at: 100, state: keep ? 'kept' : 'open' }, person)
    for (const { seq } of graph.store.openOperations()) graph.store.finish(seq)
    return { graph, profile }
  }
  const close = (graph: ReturnType<typeof aGraph>, leaf: CanonicalId) =>
    graph.store.saveErasure(leaf, { at: 100, state: 'closed' })

  test('is refused altogether until the receipt is closed', () => {
    const { graph } = erased()
    for (const at of [50, 150]) {
      expect(refused(graph, ['user_id:u'], at)).toBe('suppressed')
      expect(refused(graph, ['user_id:new', 'email:e'], at)).toBe('suppressed')
      expect(refused(graph, ['anonymous_id:tv'], at)).toBe('suppressed')
    }
  })

  test('somebody else on their device is not refused, and does not get the device', () => {
    const { graph } = erased()
    expect(graph.see(['user_id:other', 'anonymous_id:tv'])).toMatchObject({
      held: [true, false],
      refused: ['suppressed'],
    })
  })

  test('who comes after a closed receipt is a new person; what happened before stays refused', () => {
    const { graph, profile } = erased()
    close(graph, profile)
    expect(refused(graph, ['user_id:u'], 100)).toBe('suppressed')
    const anew = graph.see(['user_id:u', 'email:e'], { eventAt: 101 })
    expect(anew.profile).not.toBe(profile)
    expect(anew).toMatchObject({ held: [true, true], once: true })
    expect(refused(graph, ['user_id:u'], 99)).toBe('suppressed')
    expect(graph.see(['user_id:u'], { eventAt: 102 }).profile).toBe(anew.profile)
  })

  test('with mode keep stays refused', () => {
    const { graph } = erased(true)
    expect(refused(graph, ['user_id:u'], 1_000)).toBe('suppressed')
  })

  test('a value that many shared is not suppressed', () => {
    const graph = aGraph(IdentitySettings.parse({ types: { phone: { priority: 30, limit: 100 } } }))
    for (let i = 1; i <= 5; i++) graph.see([`user_id:u${i}`, 'phone:family'])
    const { profile } = graph.see(['user_id:u1'])
    erase(graph.store, profile, { id: 'ers_1', at: 100, state: 'open' }, person)
    expect(refused(graph, ['phone:family'], 50)).toBe('resolved')
    expect(refused(graph, ['user_id:u1'], 50)).toBe('suppressed')
  })
})

describe('a profile that grows suspiciously', () => {
  test('is told once, by the message that made it so', () => {
    const { see } = aGraph(IdentitySettings.parse({ growthAlarm: 3 }))
    see(['user_id:u', 'anonymous_id:1'])
    expect(see(['user_id:u', 'anonymous_id:2']).grown).toBe(true)
    expect(see(['user_id:u', 'anonymous_id:3']).grown).toBeUndefined()
  })
})
