import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anEvent, anIdentifier, anItem, NOW } from '../../test/support/builders.ts'
import { aMemoryProfile, evict, type MemoryProfile, mergeNow, releaseNow } from '../../test/support/memory-profiles.ts'
import type { CanonicalId } from '../kernel/id.ts'
import { DAY, HOUR } from '../kernel/instant.ts'
import { dict, type JsonValue } from '../kernel/json.ts'
import { Condition } from '../segment/condition.ts'
import { type ApplyItem, applyItems, prune } from './apply.ts'
import { computedValues } from './computed-values.ts'
import { consentChanges } from './consents.ts'
import { Definitions } from './definitions.ts'
import { tellDue } from './emission.ts'
import { emptyLeaf } from './leaf.ts'
import { PROFILE_LIMITS, type ProfileLimits } from './profile-limits.ts'
import { type RebuildLine, rebuild } from './rebuild.ts'
import { eventKey } from './timeline.ts'
import { eventDocument, linkDocuments, profileDocument } from './view.ts'

const [A, B] = ['prf_0', 'prf_1'] as [CanonicalId, CanonicalId]
const SEGMENTS = [
  { key: 'pro', condition: Condition.parse({ type: 'trait', path: 'plan', op: 'eq', value: 'pro' }) },
  { key: 'buyers', condition: Condition.parse({ type: 'event', name: 'Order', count: { op: 'gte', value: 2 } }) },
]
const definitions = new Definitions(1, SEGMENTS as never)
const COMPUTED = [
  { key: 'orders', name: 'orders', version: 1, aggregate: { fn: 'count', event: 'Order' } },
  { key: 'total', name: 'total', version: 1, aggregate: { fn: 'sum', event: 'Order', property: 'value' } },
] as never

/** A profile and its archive: a line per applied copy, as the consumer writes them. */
interface World {
  readonly profile: MemoryProfile
  readonly archive: RebuildLine[]
}

function aWorld(id: CanonicalId = A): World {
  const profile = aMemoryProfile(id)
  // As the graph has it, a profile is always a leaf of its own.
  profile.state.leaves[id] = emptyLeaf()
  return { profile, archive: [] }
}

function apply({ profile, archive }: World, items: readonly ApplyItem[], limits: ProfileLimits = PROFILE_LIMITS): void {
  const settings = { windowMs: 0, profileRatePerMinute: 1_000_000 }
  const { outcomes } = applyItems(profile.state, profile.timeline, items, { now: NOW, settings, definitions, limits })
  for (const row of tellDue(profile.state, profile.timeline.history, definitions, NOW)) profile.timeline.put(row)
  // What was told counts among the newest too, from the next event on.
  prune(profile.state, profile.timeline, limits, false)
  outcomes.forEach((outcome, i) => {
    const { copyId, leaf, event, identifiers } = items[i] as ApplyItem
    if (outcome.kind === 'applied') archive.push({ kind: 'event', copyId, leaf, event, held: identifiers })
    if (outcome.kind === 'duplicate' && outcome.conflict) archive.push({ kind: 'conflict', key: eventKey(event) })
  })
  evict(profile)
}

function again(profile: MemoryProfile, lines: readonly RebuildLine[], limits: ProfileLimits = PROFILE_LIMITS) {
  const leaves = Object.keys(profile.state.leaves) as CanonicalId[]
  // Lines travel as JSON.
  const read = (JSON.parse(JSON.stringify(lines)) as RebuildLine[]).values()
  const rebuilt = rebuild(profile.state, profile.timeline, read, { now: NOW, leaves, limits, definitions })
  evict(profile)
  return rebuilt
}

/** Everything a reader can see, without the number of writes. */
function seen({ state, timeline }: MemoryProfile) {
  const { version: _, ...document } = profileDocument(state, { meta: true })
  const rows = [...timeline.rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
  return {
    ...document,
    leaves: Object.fromEntries(Object.entries(state.leaves).map(([id, { counters }]) => [id, counters])),
    links: linkDocuments(state),
    consents: consentChanges(state),
    computed: computedValues(state, timeline.history, COMPUTED, NOW),
    events: rows.map((row) => ({ ...eventDocument(row), leaf: row.leaf, conflict: row.conflict ?? false })),
  }
}

const value: fc.Arbitrary<JsonValue> = fc.constantFrom(null, 'pro', 'free', 1, true, { a: [1] })
const consents = fc.constantFrom({ email: { status: 'granted' } }, { email: 'withdrawn', sms: 'denied' })

/** Copies of messages over two hundred days on two leaves; some come twice, with their own or another body. */
const histories = fc
  .array(
    fc.record({
      type: fc.constantFrom('track' as const, 'identify' as const, 'page' as const, 'alias' as const),
      name: fc.constantFrom('Order', 'Click', 'Consent Updated', '__proto__'),
      ago: fc.integer({ min: 0, max: 200 * DAY }),
      traits: fc.dictionary(fc.constantFrom('plan', 'city', '__proto__', 'constructor'), value, { maxKeys: 3 }),
      consents,
      granted: fc.constantFrom('Yes', 'No', undefined),
      leaf: fc.constantFrom(A, B),
      anonymous: fc.constantFrom('a1', 'a2', 'a3'),
      refused: fc.boolean(),
      again: fc.constantFrom('never' as const, 'copy' as const, 'twin' as const, 'conflict' as const),
    }),
    { minLength: 1, maxLength: 15 },
  )
  .map((drafts) =>
    drafts.flatMap(({ type, name, ago, traits, consents, granted, leaf, anonymous, refused, again }, i) => {
      const event = anEvent({
        messageId: `m${i}`,
        type,
        name,
        timestamp: NOW - ago,
        receivedAt: NOW - (i % 3) * HOUR,
        traits,
        properties: { consents, value: i },
        context: granted ? { consent: { categoryPreferences: { ads: granted === 'Yes' } } } : {},
      })
      const held = [anIdentifier('user_id', `u_${leaf}`, leaf)]
      // An identifier of the other leaf: by then the two were one.
      if (!refused) held.push(anIdentifier('anonymous_id', anonymous, anonymous === 'a3' ? B : leaf))
      const item = anItem(event, { leaf, identifiers: held, origin: 'import' })
      const other = { ...item, copyId: `${item.copyId}x` }
      if (again === 'never') return [item]
      if (again === 'copy') return [item, item]
      return [item, again === 'twin' ? other : { ...other, event: { ...event, properties: { changed: true } } }]
    }),
  )

describe('a rebuild', () => {
  test('changes nothing of a profile that is right, whatever part of its archive is left', () => {
    const limits = fc.constantFrom(PROFILE_LIMITS, { ...PROFILE_LIMITS, timelineEvents: 3 })
    const cases = fc.tuple(histories, limits, fc.infiniteStream(fc.boolean()), fc.boolean())
    fc.assert(
      fc.property(cases, ([items, limit, lost, reversed]) => {
        const world = aWorld()
        apply(world, items, limit)
        const before = seen(world.profile)
        const left = world.archive.filter(() => !lost.next().value)
        const { changed, entered, exited } = again(world.profile, reversed ? left.reverse() : left, limit)
        expect(seen(world.profile)).toEqual(before)
        expect({ changed, entered, exited }).toEqual({ changed: false, entered: [], exited: [] })
      }),
      { numRuns: 300 },
    )
  })

  test('heals whatever became of the state', () => {
    const harm = fc.constantFrom<(profile: MemoryProfile) => void>(
      ({ state }) => {
        for (const id in state.leaves) Object.assign(state.leaves[id] as object, { traits: dict(), consents: dict() })
      },
      ({ state }) => {
        for (const id in state.leaves) Object.assign(state.leaves[id] as object, { counters: { Order: { d1: 99 } } })
      },
      ({ state }) => {
        for (const id in state.leaves)
          Object.assign(state.leaves[id] as object, {
            traits: { plan: { value: 'wrong', at: NOW * 2, messageId: 'z', source: 'z' } },
            firstSeen: 1,
            lastSeen: 2,
          })
      },
      ({ state }) => {
        for (const id in state.leaves) state.leaves[id] = emptyLeaf()
      },
      ({ state, timeline }) => {
        state.asOf = 0
        timeline.remove(new Set(timeline.rows.keys()))
      },
      ({ timeline }) => {
        for (const row of [...timeline.rows.values()]) {
          timeline.remove(new Set([row.key]))
          timeline.put({ ...row, leaf: B, event: { ...row.event, properties: { broken: true } } })
        }
      },
    )
    fc.assert(
      fc.property(histories, fc.array(harm, { minLength: 1, maxLength: 3 }), (items, harms) => {
        const world = aWorld()
        apply(world, items)
        const before = seen(world.profile)
        const told = [...world.profile.timeline.rows.values()].filter(({ event }) => event.source === 'tributary')
        for (const harm of harms) harm(world.profile)
        const ownLines = told.map((row) => ({ kind: 'event' as const, ...row, held: [] }))
        // The leaves are the graph's answer.
        for (const { leaf } of items) world.profile.state.leaves[leaf] ??= emptyLeaf()
        again(world.profile, [...world.archive, ...ownLines])
        expect(seen(world.profile)).toEqual(before)
        expect(again(world.profile, [...world.archive, ...ownLines])).toMatchObject({ changed: false })
      }),
      { numRuns: 300 },
    )
  })

  test('of people who were merged and taken apart again gives each what is theirs', () => {
    fc.assert(
      fc.property(histories, histories, fc.boolean(), (before, during, apart) => {
        const [one, other] = [aWorld(A), aWorld(B)]
        const only = (leaf: CanonicalId) =>
          before
            .filter((item) => item.leaf === leaf)
            .map((item) => ({ ...item, identifiers: item.identifiers.filter((held) => held.leaf === leaf) }))
        apply(one, only(A))
        apply(other, only(B))
        mergeNow(one.profile, other.profile)
        const later = during.map((item) => {
          const messageId = `later-${item.event.messageId}`
          return { ...item, copyId: `later-${item.copyId}`, event: { ...item.event, messageId } }
        })
        apply(one, later)
        if (apart) releaseNow(one.profile, other.profile)
        const archive = [...one.archive, ...other.archive]
        for (const { profile } of apart ? [one, other] : [one]) {
          const expected = seen(profile)
          expect(again(profile, archive)).toMatchObject({ changed: false, kept: 0 })
          expect(seen(profile)).toEqual(expected)
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe('what a rebuild changes of memberships', () => {
  const plan = (value: string, messageId: string, at = NOW) =>
    anItem(anEvent({ messageId, type: 'identify', traits: { plan: value }, timestamp: at, receivedAt: at }))
  const tell = ({ state, timeline }: MemoryProfile) =>
    tellDue(state, timeline.history, definitions, NOW).map(({ event }) => event.name)

  test('is told to nobody, and ENTER and EXIT go on alternating for whoever heard of them', () => {
    const world = aWorld()
    apply(world, [plan('pro', 'm1', NOW - HOUR)])
    const { state } = world.profile
    expect(state.segments['pro']).toMatchObject({ member: true, emitted: 1, since: NOW - HOUR })
    // Wrong lines took the person out; nobody is told.
    const free = { kind: 'event' as const, ...plan('free', 'm2', NOW - 30), held: [] }
    expect(again(world.profile, [...world.archive, free])).toMatchObject({ entered: [], exited: ['pro'] })
    expect(tell(world.profile)).toEqual([])
    expect(world.profile.state.segments['pro']).toMatchObject({ member: false, emitted: 1, silent: true })
    // Who comes back is in again, as everybody believed all the time; leaving then is news.
    apply(world, [plan('pro', 'm3', NOW - 20)])
    expect(world.profile.state.segments['pro']).toMatchObject({ member: true, emitted: 1 })
    expect(world.profile.state.segments['pro']?.silent).toBeUndefined()
    apply(world, [plan('free', 'm4', NOW - 10)])
    expect(world.profile.state.segments['pro']).toMatchObject({ member: false, emitted: 2 })
  })

  test('does not swallow what was waiting to be told', () => {
    const world = aWorld()
    const settings = { windowMs: 60_000, profileRatePerMinute: 600 }
    const item = plan('pro', 'm1')
    applyItems(world.profile.state, world.profile.timeline, [item], { now: NOW, settings, definitions })
    const line = { kind: 'event' as const, ...item, held: item.identifiers }
    expect(again(world.profile, [line])).toMatchObject({ changed: false, entered: [] })
    expect(world.profile.state.segments['pro']).toMatchObject({ member: false, pending: { dueAt: NOW + 60_000 } })
  })
})
