import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anEvent, anIdentifier, anItem, NOW } from '../../test/support/builders.ts'
import { aMemoryProfile } from '../../test/support/memory-profiles.ts'
import type { CanonicalId } from '../kernel/id.ts'
import { DAY } from '../kernel/instant.ts'
import { applyItems } from '../profile/apply.ts'
import { Definitions } from '../profile/definitions.ts'
import { eraseProfile } from '../profile/erase.ts'
import { personOf } from '../profile/person.ts'
import { condition } from '../segment/arbitraries.case.ts'
import { BASE, END, value } from '../segment/arbitraries-values.case.ts'
import { documentPerson } from '../segment/document-view.ts'
import { prepareSurroundings } from '../segment/surroundings.ts'
import { documentNeed } from './document-need.ts'
import { documentOf, tellingOf } from './document-of.ts'

const ID = 'prf_0' as CanonicalId
const PRO = {
  key: 'pro',
  name: 'Pro',
  version: 1,
  condition: { type: 'trait', path: 'plan', op: 'eq', value: 'pro' },
} as const
const context = { now: NOW, settings: { windowMs: 0, profileRatePerMinute: 600 } }

const happened = fc.record({
  at: fc.integer({ min: 0, max: 30 }),
  leaf: fc.constantFrom('prf_0', 'prf_1'),
  what: fc.oneof(
    fc.record({ type: fc.constant('track' as const), name: fc.constantFrom('A', 'Ab', 'B'), p: value }),
    fc.record({ type: fc.constant('identify' as const), name: fc.constantFrom('x', 'y', 'o'), p: value }),
  ),
})

function aProfileOf(events: readonly ReturnType<typeof happened.generate>['value'][]) {
  const profile = aMemoryProfile(ID)
  const items = events.map(({ at, leaf, what: { type, name, p } }, i) => {
    const base = { messageId: `m${i}`, type, timestamp: BASE + at, receivedAt: BASE + at }
    const event =
      type === 'track' ? anEvent({ ...base, name, properties: { p } }) : anEvent({ ...base, traits: { [name]: p } })
    return anItem(event, { leaf, identifiers: [anIdentifier('email', `e${i % 2}`, leaf)], origin: 'import' })
  })
  applyItems(profile.state, profile.timeline, items, { ...context, definitions: undefined })
  return profile
}

test('what a document decides the profile decides the same way, at any later time', () => {
  const later = fc.integer({ min: 30, max: END })
  fc.assert(
    fc.property(fc.array(happened, { minLength: 1, maxLength: 12 }), condition, later, (events, tried, offset) => {
      const { state, timeline } = aProfileOf(events)
      const segments = [{ key: 'tried', name: 'tried', version: 1, condition: tried }]
      const definition = new Definitions(1, segments).get('tried')
      const surroundings = prepareSurroundings({ segments: [] })
      const now = BASE + offset
      const evaluated = { definitions: undefined, computedTraits: [], now }
      const document = JSON.parse(JSON.stringify(documentOf(state, timeline.history, evaluated)))
      const byDocument = definition?.prepared.member(documentPerson(document, surroundings), now)
      const byProfile = definition?.prepared.member(personOf(state, timeline.history, surroundings), now)
      expect([byProfile, 'unknown']).toContain(byDocument)
    }),
    { numRuns: 1_000 },
  )
})

test('a document is the join of the leaves, without what was deleted and without segments that are gone', () => {
  const profile = aMemoryProfile(ID)
  const identify = (messageId: string, at: number, traits: Record<string, string | null>, leaf: string) =>
    anItem(anEvent({ messageId, type: 'identify', timestamp: NOW + at, receivedAt: NOW, traits }), {
      leaf,
      identifiers: [anIdentifier('user_id', leaf, leaf), anIdentifier('email', 'a@b.co', 'prf_0')],
    })
  const items = [
    identify('m1', 1, { plan: 'free', city: 'Oslo' }, 'prf_0'),
    identify('m2', 2, { plan: 'pro', city: null }, 'prf_1'),
    anItem(anEvent({ messageId: 'm3', name: 'Bought', timestamp: NOW + 3, receivedAt: NOW }), { leaf: 'prf_1' }),
    anItem(anEvent({ messageId: 'm4', name: 'Bought', timestamp: NOW - DAY, receivedAt: NOW }), { leaf: 'prf_0' }),
  ]
  const definitions = new Definitions(4, [PRO])
  applyItems(profile.state, profile.timeline, items, { ...context, definitions })
  profile.state.segments['pro'] = { member: true, since: 7, emitted: 1 }
  profile.state.segments['deleted'] = { member: true, since: 8, emitted: 1 }
  profile.state.segments['left'] = { member: false, since: 9, emitted: 2 }
  const day = NOW / DAY - 0.5
  expect(documentOf(profile.state, profile.timeline.history, { definitions, computedTraits: [], now: NOW })).toEqual({
    id: ID,
    workspace: profile.state.workspace,
    version: profile.state.version,
    configVersion: 4,
    traits: { plan: { value: 'pro', at: NOW + 2 } },
    identifiers: { user_id: ['u1', 'prf_0', 'prf_1'], email: ['a@b.co'] },
    counters: { Bought: { [`d${day}`]: 1, [`d${day - 1}`]: 1 } },
    memberships: { pro: 7 },
    consents: {},
    computed: {},
    firstSeen: NOW - DAY,
    lastSeen: NOW + 3,
  })
})

test('who was merged away, erased, or never was, is told as gone', () => {
  const evaluated = { definitions: undefined, computedTraits: [], now: NOW }
  const { state, timeline } = aProfileOf([{ at: 1, leaf: 'prf_0', what: { type: 'track', name: 'A', p: 1 } }])
  expect(tellingOf(state, timeline.history, evaluated)).toMatchObject({ id: ID, version: 1, lastSeen: BASE + 1 })
  const gone = { id: ID, workspace: state.workspace, gone: true }
  const away = { ...state, redirect: 'prf_9' as CanonicalId }
  expect(tellingOf(away, timeline.history, evaluated)).toEqual({ ...gone, version: 1 })
  expect(tellingOf(eraseProfile(state, NOW), timeline.history, evaluated)).toEqual({ ...gone, version: 2 })
  expect(tellingOf(aMemoryProfile(ID).state, timeline.history, evaluated)).toEqual({ ...gone, version: 0 })
})

test.each([
  ['document', [{ kind: 'applied' }], [{ item: 0, change: { kind: 'updated', traits: ['plan'], identifiers: [] } }]],
  ['touch', [{ kind: 'applied' }, { kind: 'duplicate' }], []],
  ['touch', [{ kind: 'applied', redelivered: true }], []],
  ['nothing', [{ kind: 'duplicate' }, { kind: 'dropped', reason: 'profile_rate' }], []],
] as const)('after a batch the shards need: %s', (need, outcomes, told) => {
  expect(documentNeed({ outcomes, told })).toBe(need)
})
