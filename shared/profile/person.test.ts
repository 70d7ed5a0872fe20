import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anEvent, anIdentifier, anItem } from '../../test/support/builders.ts'
import type { CanonicalId } from '../kernel/id.ts'
import { DAY, dayNumber, HOUR, parseInstant, toIso } from '../kernel/instant.ts'
import type { JsonObject } from '../kernel/json.ts'
import { aggregate, BASE, condition } from '../segment/arbitraries.case.ts'
import { person } from '../segment/arbitraries-person.case.ts'
import { evaluateComputed } from '../segment/computed-trait.ts'
import type { Condition } from '../segment/condition.ts'
import { documentPerson } from '../segment/document-view.ts'
import { evaluate } from '../segment/evaluate.ts'
import type { PersonData, WorkspaceData } from '../segment/person-data.case.ts'
import type { PersonView } from '../segment/person-view.ts'
import type { ProfileDocument } from '../segment/profile-document.ts'
import { readsOf } from '../segment/reads.ts'
import { prepareSurroundings } from '../segment/surroundings.ts'
import { applyItems } from './apply.ts'
import { Definitions } from './definitions.ts'
import { MemoryTimeline } from './memory-timeline.ts'
import { personOf, traitOf } from './person.ts'
import { PROFILE_LIMITS, type ProfileLimits } from './profile-limits.ts'
import { emptyState, type ProfileState } from './state.ts'
import { isDeleted } from './trait.ts'

/** The conditions of the segment tests live in thirty milliseconds; here a millisecond is five days and some hours. */
const UNIT = 5 * DAY + 7 * HOUR
const scaledAt = (at: number) => BASE + (at - BASE) * UNIT

function scaled<T>(json: T): T {
  const text = JSON.stringify(json, (_, value) => {
    if (typeof value !== 'string') return value
    const ms = /^(\d+)ms$/.exec(value)
    if (ms) return `${(Number(ms[1]) * UNIT) / HOUR}h`
    const at = value.startsWith('2026-') ? parseInstant(value) : undefined
    return at === undefined ? value : toIso(scaledAt(at))
  })
  return JSON.parse(text) as T
}

const none = new Definitions(1, [])

/** A profile from data, through the real core. */
function profileOf(data: PersonData, limits: ProfileLimits) {
  const state = emptyState('w', 'prf_0' as CanonicalId)
  const timeline = new MemoryTimeline()
  const identifiers = [anIdentifier('user_id', 'u1'), ...data.identifiers.map((type) => anIdentifier(type, 'v'))]
  const writes = Object.entries(data.writes).flatMap(([name, list]) =>
    list.map(({ at, value }) => anEvent({ type: 'identify', timestamp: at, traits: { [name]: value } as JsonObject })),
  )
  const tracks = data.events.map(({ at, name, id, properties }) =>
    anEvent({ timestamp: at, name, messageId: `track-${id}`, properties }),
  )
  const items = [...writes, ...tracks]
    .sort((a, b) => a.timestamp - b.timestamp)
    .map((event) => anItem(event, { identifiers, origin: 'import' }))
  // One by one, so that pruning happens on the way as it does in life.
  for (const item of items) {
    const settings = { windowMs: 0, profileRatePerMinute: 600 }
    applyItems(state, timeline, [item], { now: item.event.receivedAt, settings, definitions: none, limits })
  }
  return { state, timeline }
}

function documentOf(state: ProfileState, view: PersonView, workspace: WorkspaceData, now: number): ProfileDocument {
  const leaf = state.leaves['prf_0'] as NonNullable<ProfileState['leaves'][string]>
  const traits = Object.keys(leaf.traits).flatMap((name) => {
    const trait = traitOf(state, name)
    return trait && !isDeleted(trait) ? [[name, { value: trait.value, at: trait.at }] as const] : []
  })
  const computed = Object.entries(workspace.computed).flatMap(([key, aggregate]) => {
    const { value, known, nextChangeAt } = evaluateComputed({ aggregate }, view, now)
    return known ? [[key, { value, until: nextChangeAt }] as const] : []
  })
  return {
    id: state.id,
    workspace: 'w',
    version: 1,
    configVersion: 1,
    traits: Object.fromEntries(traits),
    identifiers: Object.fromEntries(Object.values(leaf.identifiers).map(({ type, value }) => [type, [value]])),
    counters: leaf.counters,
    memberships: {},
    consents: {},
    computed: Object.fromEntries(computed),
    firstSeen: leaf.firstSeen,
    lastSeen: leaf.lastSeen,
  }
}

const wide = person
  .map((data) => scaled(data))
  .map((data) => ({
    ...data,
    consents: {},
    writes: Object.fromEntries(
      Object.entries(data.writes).map(([name, list]) => [
        name,
        list.map(({ value, at }) => ({ value, at: scaledAt(at) })),
      ]),
    ),
    events: data.events.map((event, i) => ({ ...event, at: scaledAt(event.at) + (i % 3) * HOUR })),
  }))
  .filter((data) => data.events.length > 0)
const wideCondition = condition.map((each) => scaled(each))
const tight: ProfileLimits = { ...PROFILE_LIMITS, timelineEvents: 4, maxNames: 2 }
const laters = fc.integer({ min: 0, max: 20 }).map((units) => units * UNIT + 1)

function surroundingsOf({ workspace }: PersonData) {
  return prepareSurroundings({
    segments: Object.entries(workspace.segments).map(([key, condition]) => ({ key, condition })),
    computedTraits: Object.entries(workspace.computed).map(([key, aggregate]) => ({ key, aggregate })),
    percentiles: workspace.percentiles,
  })
}

describe('laws of what a profile and its document show', () => {
  test('a profile that has pruned its timeline says the same as one that has not, or unknown', () => {
    let decided = 0
    fc.assert(
      fc.property(wideCondition, wide, laters, (condition, data, later) => {
        const surroundings = surroundingsOf(data)
        const whole = profileOf(data, PROFILE_LIMITS)
        const pruned = profileOf(data, tight)
        const now = whole.state.asOf + later
        const verdict = evaluate(condition, personOf(pruned.state, pruned.timeline.history, surroundings), now).member
        if (verdict === 'unknown') return
        decided += 1
        expect(verdict).toBe(
          evaluate(condition, personOf(whole.state, whole.timeline.history, surroundings), now).member,
        )
      }),
      { numRuns: 600 },
    )
    expect(decided).toBeGreaterThan(300)
  })

  test('a document says the same as its profile, or unknown', () => {
    let decided = 0
    fc.assert(
      fc.property(wideCondition, wide, laters, (condition, data, later) => {
        // What was told about other segments is tested below: it may be older than what is so.
        fc.pre(readsOf(condition).segments.length === 0)
        const surroundings = surroundingsOf(data)
        const { state, timeline } = profileOf(data, PROFILE_LIMITS)
        const view = personOf(state, timeline.history, surroundings)
        const document = documentOf(state, view, data.workspace, state.asOf)
        const now = state.asOf + later
        const verdict = evaluate(condition, documentPerson(document, surroundings), now).member
        if (verdict === 'unknown') return
        decided += 1
        expect(verdict).toBe(evaluate(condition, view, now).member)
      }),
      { numRuns: 600 },
    )
    expect(decided).toBeGreaterThan(200)
  })

  test('a computed trait of a pruned profile is the same, or not known', () => {
    fc.assert(
      fc.property(aggregate, wide, laters, (definition, data, later) => {
        const whole = profileOf(data, PROFILE_LIMITS)
        const pruned = profileOf(data, tight)
        const now = whole.state.asOf + later
        const aggregate = scaled(definition)
        const found = evaluateComputed({ aggregate }, personOf(pruned.state, pruned.timeline.history), now)
        if (!found.known) return
        const truth = evaluateComputed({ aggregate }, personOf(whole.state, whole.timeline.history), now)
        expect(found.value).toEqual(truth.value)
      }),
      { numRuns: 400 },
    )
  })
})

describe('a document decides by bounds', () => {
  const today = dayNumber(BASE)
  const document = (
    counters: ProfileDocument['counters'],
    overrides: Partial<ProfileDocument> = {},
  ): ProfileDocument => ({
    id: 'prf_1',
    workspace: 'w',
    version: 1,
    configVersion: 1,
    traits: {},
    identifiers: {},
    counters,
    memberships: {},
    consents: {},
    computed: {},
    firstSeen: BASE - 400 * DAY,
    lastSeen: BASE + DAY - 1,
    ...overrides,
  })
  const member = (condition: Condition, shown: ProfileDocument, now = BASE + DAY) =>
    evaluate(condition, documentPerson(shown), now).member
  const orders = document({ Order: { [`d${today - 3}`]: 2, [`d${today - 10}`]: 1 } })

  test.each<[string, Condition, boolean | 'unknown']>([
    ['ever', { type: 'event', name: 'Order', count: { op: 'eq', value: 3 } }, true],
    ['a window that has the whole day', { type: 'event', name: 'Order', window: { last: '7d' } }, true],
    ['a window that ends before it', { type: 'event', name: 'Order', window: { last: '2d' } }, false],
    ['a window that cuts through it', { type: 'event', name: 'Order', window: { last: '90h' } }, 'unknown'],
    [
      'a cut that changes nothing',
      { type: 'event', name: 'Order', window: { last: '90h' }, count: { op: 'lte', value: 2 } },
      true,
    ],
    ['a test on properties', { type: 'event', name: 'Order', where: [{ property: 'p', op: 'exists' }] }, 'unknown'],
    [
      'a test on properties of what never happened',
      { type: 'event', name: 'Refund', where: [{ property: 'p', op: 'exists' }] },
      false,
    ],
    ['stopped', { type: 'stopped', name: 'Order', window: { last: '30d' }, quiet: '48h' }, true],
    ['first', { type: 'first_event', name: 'Order', window: { last: '30d' } }, true],
    ['regular', { type: 'regular', name: 'Order', period: '7d', periods: 2, minPeriods: 2 }, true],
    ['returned', { type: 'returned', after: '5d', within: '1d' }, false],
    ['a sum', { type: 'aggregate', fn: 'sum', event: 'Order', property: 'total', op: 'gt', value: 1 }, 'unknown'],
    ['a count', { type: 'aggregate', fn: 'count', event: 'Order', op: 'gt', value: 2.5 }, true],
    ['a sequence of what never happened', { type: 'sequence', steps: [{ name: 'Order' }, { name: 'Refund' }] }, false],
  ])('%s', (_, condition, verdict) => {
    expect(member(condition, orders)).toBe(verdict)
  })

  test('names that were folded into `other` may be any name', () => {
    const folded = document({ other: { [`d${today}`]: 5 } })
    expect(member({ type: 'event', name: 'Order' }, folded)).toBe('unknown')
    expect(member({ type: 'event', name: 'Order', count: { op: 'gt', value: 5 } }, folded)).toBe(false)
    expect(member({ type: 'event', name: '*', count: { op: 'eq', value: 5 } }, folded)).toBe(true)
  })

  test('where a document does not decide about another segment, what the profile told stands', () => {
    const condition: Condition = { type: 'not', condition: { type: 'segment', key: 'buyers' } }
    const buyers: Condition = { type: 'aggregate', fn: 'sum', event: 'Order', property: 'total', op: 'gt', value: 1 }
    const surroundings = prepareSurroundings({ segments: [{ key: 'buyers', condition: buyers }] })
    const told = (memberships: ProfileDocument['memberships']) =>
      evaluate(condition, documentPerson({ ...orders, memberships }, surroundings), BASE + DAY).member
    expect(told({})).toBe(true)
    expect(told({ buyers: BASE })).toBe(false)
  })

  test('how long a value has been held is known from its last write on', () => {
    const held = (at: number) => document({}, { traits: { plan: { value: 'pro', at } } })
    const condition: Condition = { type: 'trait_held', path: 'plan', value: 'pro', op: 'at_least', for: '7d' }
    expect(member(condition, held(BASE - 10 * DAY))).toBe(true)
    expect(member(condition, held(BASE))).toBe('unknown')
    expect(member(condition, document({}))).toBe(false)
  })

  test('a month has all of its days', () => {
    const month = document(
      { Order: { m672: 3 } },
      { firstSeen: Date.UTC(2026, 0, 10), lastSeen: Date.UTC(2026, 0, 20) },
    )
    const between = (from: string, to: string): Condition => ({ type: 'event', name: 'Order', window: { from, to } })
    expect(member(between('2026-01-01', '2026-01-31'), month)).toBe(true)
    expect(member(between('2026-01-11', '2026-01-31'), month)).toBe('unknown')
    expect(member(between('2026-01-21', '2026-01-31'), month)).toBe(false)
  })
})

describe('names beyond the limit of a profile', () => {
  test('were counted as if they had never happened once the timeline had forgotten them', () => {
    const state = emptyState('w', 'prf_0' as CanonicalId)
    const timeline = new MemoryTimeline()
    const names = Array.from({ length: 6 }, (_, i) => `Name ${i}`)
    const items = names.map((name, i) => anItem(anEvent({ name, timestamp: BASE + i })))
    const settings = { windowMs: 0, profileRatePerMinute: 600 }
    applyItems(state, timeline, items, { now: BASE + 9, settings, definitions: none, limits: tight })
    const view = personOf(state, timeline.history)
    const folded = names.filter((name) => !state.leaves['prf_0']?.counters[name])
    expect(folded).toHaveLength(4)
    const verdicts = names.map((name) => evaluate({ type: 'event', name }, view, BASE + DAY).member)
    // The newest four are in the timeline; of the others only those with counters of their own are known.
    expect(verdicts.slice(2)).toEqual([true, true, true, true])
    expect(verdicts.slice(0, 2)).toEqual(names.slice(0, 2).map((name) => (folded.includes(name) ? 'unknown' : true)))
  })
})
