import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anEvent, anIdentifier, anItem, NOW } from '../../test/support/builders.ts'
import { aMemoryProfile, evict, type MemoryProfile, mergeNow } from '../../test/support/memory-profiles.ts'
import type { CanonicalId } from '../kernel/id.ts'
import { DAY, HOUR, MINUTE } from '../kernel/instant.ts'
import type { JsonValue } from '../kernel/json.ts'
import { type ApplyContext, type ApplyItem, applyItems } from './apply.ts'
import { Definitions } from './definitions.ts'
import { PROFILE_LIMITS, type ProfileLimits } from './profile-limits.ts'
import { encodeState } from './state.ts'
import { eventDocument, linkDocuments, profileDocument } from './view.ts'

const ID = 'prf_0' as CanonicalId
const none = new Definitions(1, [])

type Profile = MemoryProfile

function aProfile(id: CanonicalId = ID): Profile {
  return aMemoryProfile(id)
}

function apply(profile: Profile, items: readonly ApplyItem[], overrides: Partial<ApplyContext> = {}) {
  const context = { now: NOW, settings: { windowMs: 0, profileRatePerMinute: 600 }, definitions: none, ...overrides }
  const { outcomes } = applyItems(profile.state, profile.timeline, items, context)
  evict(profile) // between any two batches it must not matter
  return outcomes
}

/** Everything a reader can see, without the number of writes. */
function seen(profile: Profile) {
  const { version: _, ...document } = profileDocument(profile.state, { meta: true })
  return { ...document, links: linkDocuments(profile.state), events: timelineOf(profile) }
}

function timelineOf(profile: Profile) {
  return [...profile.timeline.rows.values()].map(eventDocument).sort((a, b) => (a.messageId < b.messageId ? -1 : 1))
}

const names = ['plan', 'email', 'constructor', '__proto__', 'toString']
const value: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constant(null),
  fc.string({ maxLength: 5 }),
  fc.integer(),
  fc.boolean(),
)

/** Copies of distinct messages around three days, some of them identifies, all on one of two leaves. */
const copies = fc
  .array(
    fc.record({
      type: fc.constantFrom('track' as const, 'identify' as const, 'page' as const),
      name: fc.constantFrom('Order', 'Click', 'constructor', '__proto__'),
      ago: fc.integer({ min: 0, max: 200 * DAY }),
      traits: fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 }),
      leaf: fc.constantFrom('prf_0', 'prf_1'),
      anonymous: fc.constantFrom('a1', 'a2'),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((drafts) =>
    drafts.map((draft, i) => {
      const event = anEvent({
        messageId: `m${i}`,
        type: draft.type,
        name: draft.name,
        timestamp: NOW - draft.ago,
        receivedAt: NOW - (i % 3) * HOUR,
        traits: draft.traits,
      })
      const identifiers = [
        anIdentifier('user_id', 'u1', draft.leaf),
        anIdentifier('anonymous_id', draft.anonymous, draft.leaf),
      ]
      return anItem(event, { leaf: draft.leaf, identifiers, origin: 'import' })
    }),
  )

/** A shuffled list with repetitions, cut into batches. */
function delivered(items: readonly ApplyItem[]): fc.Arbitrary<ApplyItem[][]> {
  return fc
    .tuple(fc.shuffledSubarray([...items], { minLength: items.length }), fc.array(fc.constantFrom(...items)), fc.nat())
    .chain(([shuffled, repeated]) =>
      fc
        .shuffledSubarray([...shuffled, ...repeated], { minLength: shuffled.length + repeated.length })
        .chain((all) => fc.array(fc.nat({ max: all.length }), { maxLength: 4 }).map((cuts) => cutAt(all, cuts))),
    )
}

function cutAt(items: ApplyItem[], cuts: number[]): ApplyItem[][] {
  const edges = [0, ...[...new Set(cuts)].sort((a, b) => a - b), items.length]
  return edges.slice(1).map((end, i) => items.slice(edges[i], end))
}

describe('laws of a profile', () => {
  test('any permutation and any repetition of the same copies gives the same profile', () => {
    const cases = copies.chain((items) => fc.tuple(fc.constant(items), delivered(items), delivered(items)))
    fc.assert(
      fc.property(cases, ([items, one, other]) => {
        const [a, b] = [aProfile(), aProfile()]
        for (const batch of one) apply(a, batch)
        for (const batch of other) apply(b, batch)
        expect(seen(a)).toEqual(seen(b))
        expect(a.timeline.size()).toBe(items.length)
      }),
      { numRuns: 200 },
    )
  })

  test('the same holds while names, traits and the timeline overflow their limits', () => {
    const limits: ProfileLimits = { ...PROFILE_LIMITS, maxNames: 2, maxTraits: 2 }
    fc.assert(
      fc.property(
        copies.chain((items) => fc.tuple(delivered(items), delivered(items))),
        ([one, other]) => {
          const [a, b] = [aProfile(), aProfile()]
          for (const batch of one) apply(a, batch, { limits })
          for (const batch of other) apply(b, batch, { limits })
          const kept = (profile: Profile) => ({ counts: seen(profile).eventCounts, leaves: profile.state.leaves })
          expect(kept(a).counts).toEqual(kept(b).counts)
          expect(Object.values(a.state.leaves).every((leaf) => Object.keys(leaf.traits).length <= 2)).toBe(true)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('a copy applied again answers applied, another copy of it duplicate, and neither changes anything', () => {
    fc.assert(
      fc.property(copies, (items) => {
        const profile = aProfile()
        expect(apply(profile, items).every((outcome) => outcome.kind === 'applied')).toBe(true)
        const before = seen(profile)
        expect(apply(profile, items)).toEqual(items.map(() => ({ kind: 'applied', redelivered: true })))
        const others = items.map((item) => ({ ...item, copyId: `other-${item.copyId}` }))
        expect(apply(profile, others)).toEqual(items.map(() => ({ kind: 'duplicate' })))
        expect(seen(profile)).toEqual(before)
      }),
      { numRuns: 100 },
    )
  })

  test('merging is a join: any split of the copies over two profiles, in either role, ends the same', () => {
    fc.assert(
      fc.property(
        copies,
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        fc.boolean(),
        (items, sides, again) => {
          const whole = aProfile()
          apply(whole, items)
          const [winner, loser] = [aProfile(), aProfile('prf_1' as CanonicalId)]
          for (const [i, item] of items.entries()) apply(sides[i] ? winner : loser, [item])
          // What a redelivery across a merge does: the same copies reach both sides.
          apply(winner, items.slice(0, 3))
          mergeNow(winner, loser)
          if (again) mergeNow(winner, loser)
          expect(seen(winner)).toEqual({ ...seen(whole), mergedIds: ['prf_1'] })
        },
      ),
      { numRuns: 200 },
    )
  })

  test('merging three profiles in any order and grouping gives the same profile', () => {
    fc.assert(
      fc.property(copies, fc.array(fc.nat(2), { minLength: 12, maxLength: 12 }), fc.nat(5), (items, homes, order) => {
        const merged = (grouping: number) => {
          const three = [0, 1, 2].map((n) => aProfile(`prf_${n}` as CanonicalId)) as [Profile, Profile, Profile]
          for (const [i, item] of items.entries()) apply(three[homes[i] as 0 | 1 | 2], [item])
          const [a, b, c] = three
          const steps: readonly (readonly [Profile, Profile])[] = [
            [a, b],
            [a, c],
          ]
          if (grouping % 3 === 0) for (const [winner, loser] of steps) mergeNow(winner, loser)
          else if (grouping % 3 === 1) for (const [winner, loser] of [...steps].reverse()) mergeNow(winner, loser)
          else {
            mergeNow(b, c)
            mergeNow(a, b)
          }
          return { ...seen(a), mergedIds: [] }
        }
        expect(merged(order)).toEqual(merged(0))
      }),
      { numRuns: 100 },
    )
  })

  test('identifiers only grow', () => {
    fc.assert(
      fc.property(copies, (items) => {
        const profile = aProfile()
        let before = new Set<string>()
        for (const item of items) {
          apply(profile, [item])
          const now = new Set(seen(profile).identifiers.map(({ type, value }) => `${type}:${value}`))
          expect([...before].every((name) => now.has(name))).toBe(true)
          before = now
        }
      }),
      { numRuns: 50 },
    )
  })

  test('pruning the timeline never changes a counter, and pruned duplicates are still told', () => {
    const limits: ProfileLimits = { ...PROFILE_LIMITS, timelineEvents: 3 }
    fc.assert(
      fc.property(
        copies.chain((items) => fc.tuple(fc.constant(items), delivered(items))),
        ([items, batches]) => {
          const [whole, pruned] = [aProfile(), aProfile()]
          apply(whole, items)
          for (const batch of batches) apply(pruned, batch, { limits })
          expect(seen(pruned).eventCounts).toEqual(seen(whole).eventCounts)
          expect(seen(pruned).traits).toEqual(seen(whole).traits)
          const newest = [...items].sort(
            (a, b) => b.event.timestamp - a.event.timestamp || (a.event.messageId < b.event.messageId ? 1 : -1),
          )
          const kept = newest
            .slice(0, 3)
            .map((item) => item.event.messageId)
            .sort()
          expect(timelineOf(pruned).map((event) => event.messageId)).toEqual(kept)
          const others = items.map((item) => ({ ...item, copyId: `other-${item.copyId}` }))
          expect(apply(pruned, others, { limits }).every((outcome) => outcome.kind === 'duplicate')).toBe(true)
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('stories of one profile', () => {
  test('the event that was four hours late does not take the plan back: it stays pro', () => {
    const profile = aProfile()
    const pro = anEvent({ type: 'identify', traits: { plan: 'pro' }, timestamp: NOW })
    const late = anEvent({
      type: 'identify',
      traits: { plan: 'free' },
      timestamp: NOW - 4 * HOUR,
      receivedAt: NOW,
      flags: ['late'],
    })
    apply(profile, [anItem(pro)])
    expect(apply(profile, [anItem(late)])).toEqual([{ kind: 'applied', late: true }])
    expect(seen(profile).traits).toEqual({ plan: 'pro' })
    expect(timelineOf(profile).some((event) => event.late)).toBe(true)
  })

  test('null deletes a trait, and an older write does not bring it back', () => {
    const profile = aProfile()
    apply(profile, [anItem(anEvent({ type: 'identify', traits: { plan: null }, timestamp: NOW }))])
    apply(profile, [anItem(anEvent({ type: 'identify', traits: { plan: 'pro' }, timestamp: NOW - 1 }))])
    expect(seen(profile).traits).toEqual({})
  })

  test('at the same instant the greater messageId wins', () => {
    const write = (messageId: string, plan: string) =>
      anItem(anEvent({ type: 'identify', messageId, traits: { plan } }))
    for (const items of [
      [write('a', 'one'), write('b', 'two')],
      [write('b', 'two'), write('a', 'one')],
    ]) {
      const profile = aProfile()
      apply(profile, items)
      expect(seen(profile).traits).toEqual({ plan: 'two' })
    }
  })

  test('another copy with a different body is flagged, and the first is kept', () => {
    const profile = aProfile()
    const first = anEvent({ messageId: 'm', properties: { total: 1 } })
    apply(profile, [anItem(first)])
    const other = anItem({ ...first, properties: { total: 2 } }, { copyId: 'other' })
    expect(apply(profile, [other])).toEqual([{ kind: 'duplicate', conflict: true }])
    expect(timelineOf(profile)).toMatchObject([{ properties: { total: 1 }, conflict: true }])
  })

  test('a copy that differs only in what the transport adds is an ordinary duplicate', () => {
    const profile = aProfile()
    const first = anEvent({ messageId: 'm', sentAt: '2026-03-15T12:00:00Z' })
    apply(profile, [anItem(first)])
    const retry = anItem(
      { ...first, sentAt: '2026-03-15T12:00:09Z', timestamp: first.timestamp + 3 },
      { copyId: 'other' },
    )
    expect(apply(profile, [retry])).toEqual([{ kind: 'duplicate' }])
  })

  test('beyond the rate of its minute an event is dropped; an import is not', () => {
    const profile = aProfile()
    const settings = { windowMs: 0, profileRatePerMinute: 2 }
    const items = [1, 2, 3].map((i) => anItem(anEvent({ messageId: `r${i}` })))
    expect(apply(profile, items, { settings }).map((outcome) => outcome.kind)).toEqual([
      'applied',
      'applied',
      'dropped',
    ])
    const imported = anItem(anEvent({ messageId: 'r4' }), { origin: 'import' })
    expect(apply(profile, [imported], { settings })).toEqual([{ kind: 'applied' }])
    const later = anItem(anEvent({ messageId: 'r5', receivedAt: NOW + MINUTE }))
    expect(apply(profile, [later], { settings })).toEqual([{ kind: 'applied' }])
  })

  test('an old copy of something pruned long ago touches no counter', () => {
    const profile = aProfile()
    const limits: ProfileLimits = { ...PROFILE_LIMITS, timelineEvents: 1 }
    const at = (messageId: string, ago: number) => anEvent({ messageId, timestamp: NOW - ago, receivedAt: NOW - ago })
    apply(profile, [anItem(at('new', 0)), anItem(at('old', 50 * DAY))], { limits })
    const again = anItem(at('old', 50 * DAY), { copyId: 'other', origin: 'replay' })
    expect(apply(profile, [again], { limits })).toEqual([{ kind: 'dropped', reason: 'beyond_dedup' }])
    expect(seen(profile).eventCounts).toEqual({ 'Thing Done': 2 })
  })

  test('a workspace that keeps timelines for a week loses the event of last week and not its count, also when it comes again', () => {
    const profile = aProfile()
    const settings = { windowMs: 0, profileRatePerMinute: 600, retention: { timelineDays: 7 } }
    const at = (messageId: string, ago: number) => anEvent({ messageId, timestamp: NOW - ago, receivedAt: NOW - ago })
    apply(profile, [anItem(at('old', 8 * DAY)), anItem(at('young', 6 * DAY)), anItem(at('new', 0))], { settings })
    expect(timelineOf(profile).map(({ messageId }) => messageId)).toEqual(['new', 'young'])
    const again = anItem(at('old', 8 * DAY), { copyId: 'other' })
    expect(apply(profile, [again], { settings })).toMatchObject([{ kind: 'duplicate' }])
    expect(seen(profile).eventCounts).toEqual({ 'Thing Done': 3 })
  })

  test('an import of the past is kept: what is old is what arrived long ago', () => {
    const profile = aProfile()
    const ancient = anEvent({ messageId: 'ancient', timestamp: NOW - 4_000 * DAY, receivedAt: NOW })
    apply(profile, [anItem(ancient, { origin: 'import' })])
    expect(timelineOf(profile).map((event) => event.messageId)).toEqual(['ancient'])
    apply(profile, [anItem(anEvent({ messageId: 'later', timestamp: NOW + 401 * DAY, receivedAt: NOW + 401 * DAY }))])
    expect(timelineOf(profile).map((event) => event.messageId)).toEqual(['later'])
    expect(seen(profile).eventCounts).toEqual({ 'Thing Done': 2 })
  })

  test('a state that outgrows its row folds, and never fails', () => {
    const profile = aProfile()
    const limits: ProfileLimits = { ...PROFILE_LIMITS, stateBytes: 20_000 }
    const items = Array.from({ length: 200 }, (_, i) =>
      anItem(anEvent({ type: 'identify', messageId: `big${i}`, traits: { [`t${i}`]: 'x'.repeat(1_000) } }), {
        origin: 'import',
      }),
    )
    const events = Array.from({ length: 300 }, (_, i) =>
      anItem(anEvent({ messageId: `e${i}`, name: `Name ${i}`, timestamp: NOW - i * DAY }), { origin: 'import' }),
    )
    const outcomes = apply(profile, [...items, ...events], { limits })
    expect(outcomes.every((outcome) => outcome.kind === 'applied')).toBe(true)
    expect(encodeState(profile.state).length).toBeLessThanOrEqual(20_000)
    const counts = Object.values(seen(profile).eventCounts).reduce((sum, n) => sum + n, 0)
    expect(counts).toBe(300)
  })
})
