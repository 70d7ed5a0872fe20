import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anEvent, anIdentifier, anItem, NOW } from '../../test/support/builders.ts'
import {
  aMemoryProfile,
  forgetNow,
  type MemoryProfile,
  mergeNow,
  releaseNow,
} from '../../test/support/memory-profiles.ts'
import type { CanonicalId } from '../kernel/id.ts'
import { DAY } from '../kernel/instant.ts'
import { parseCondition } from '../segment/condition.ts'
import { type ApplyItem, applyItems } from './apply.ts'
import { consentHistoryPage, consentsDocument } from './consent-view.ts'
import { Definitions } from './definitions.ts'
import { lookAgain, tellDue } from './emission.ts'
import { PROFILE_LIMITS } from './profile-limits.ts'
import { eventDocument, linkDocuments, profileDocument } from './view.ts'

const [LEFT, RIGHT] = ['prf_0' as CanonicalId, 'prf_1' as CanonicalId]
const none = new Definitions(1, [])

function apply(profile: MemoryProfile, items: readonly ApplyItem[], definitions = none): void {
  const settings = { windowMs: 0, profileRatePerMinute: 1e6 }
  applyItems(profile.state, profile.timeline, items, { now: NOW, settings, definitions })
}

/** Everything a reader can see, without the number of writes. */
function seen(profile: MemoryProfile) {
  const { version: _, ...document } = profileDocument(profile.state, { meta: true })
  const events = [...profile.timeline.rows.values()].map(eventDocument)
  events.sort((a, b) => (a.messageId < b.messageId ? -1 : 1))
  const consents = {
    standing: consentsDocument(profile.state),
    history: consentHistoryPage(profile.state, { limit: 100 }),
  }
  return { ...document, consents, links: linkDocuments(profile.state), events }
}

const copies = fc
  .array(
    fc.record({
      type: fc.constantFrom('track' as const, 'identify' as const),
      name: fc.constantFrom('Order', 'Click'),
      ago: fc.integer({ min: 0, max: 200 * DAY }),
      plan: fc.constantFrom('free', 'pro', null),
      leaf: fc.constantFrom(LEFT, RIGHT),
      consent: fc.constantFrom('granted', 'withdrawn', undefined),
    }),
    { minLength: 2, maxLength: 12 },
  )
  .map((drafts) =>
    drafts.map(({ ago, plan, consent, ...draft }, i) => {
      const context = consent ? { consent: { categoryPreferences: { ads: consent === 'granted' } } } : {}
      const said = consent && { name: 'Consent Updated', properties: { consents: { email: { status: consent } } } }
      const event = anEvent({
        ...draft,
        ...said,
        context,
        messageId: `m${i}`,
        timestamp: NOW - ago,
        receivedAt: NOW,
        traits: { plan },
      })
      const identifiers = [anIdentifier('user_id', `of ${draft.leaf}`, draft.leaf)]
      return anItem(event, { leaf: draft.leaf, identifiers, origin: 'import' })
    }),
  )

describe('undoing a merge', () => {
  test('gives both profiles back as if each had taken its own copies alone', () => {
    fc.assert(
      fc.property(copies, fc.integer({ min: 0, max: 12 }), (items, before) => {
        const own = (leaf: CanonicalId) => items.filter((item) => item.leaf === leaf)
        fc.pre(own(LEFT).length > 0 && own(RIGHT).length > 0)
        const [left, right] = [aMemoryProfile(LEFT), aMemoryProfile(RIGHT)]
        // Some copies arrive before the merge, each at its own; the others at the winner.
        apply(
          left,
          items.slice(0, before).filter((item) => item.leaf === LEFT),
        )
        apply(
          right,
          items.slice(0, before).filter((item) => item.leaf === RIGHT),
        )
        mergeNow(left, right)
        forgetNow(right, LEFT)
        apply(left, items.slice(before))
        releaseNow(left, right)

        const [alone, other] = [aMemoryProfile(LEFT), aMemoryProfile(RIGHT)]
        apply(alone, own(LEFT))
        apply(other, own(RIGHT))
        expect(seen(left)).toEqual(seen(alone))
        expect(seen(right)).toEqual(seen(other))
        expect(right.state.redirect).toBeNull()
        expect([left.state.epoch, right.state.epoch]).toEqual([2, 2])
        expect([left.staged.size, right.staged.size, left.state.merging.length]).toEqual([0, 0, 0])
      }),
    )
  })

  test('carried out a second time it changes nothing', () => {
    const [left, right] = [aMemoryProfile(LEFT), aMemoryProfile(RIGHT)]
    apply(left, [anItem(anEvent({ messageId: 'l' }), { leaf: LEFT })])
    apply(right, [anItem(anEvent({ messageId: 'r' }), { leaf: RIGHT })])
    mergeNow(left, right)
    forgetNow(right, LEFT)
    releaseNow(left, right)
    apply(right, [anItem(anEvent({ messageId: 'later' }), { leaf: RIGHT })])
    const before = [seen(left), seen(right)]
    releaseNow(left, right)
    expect([seen(left), seen(right)]).toEqual(before)
  })

  test('an event that was pruned before stays a duplicate on the side it went to', () => {
    const [left, right] = [aMemoryProfile(LEFT), aMemoryProfile(RIGHT)]
    const old = anItem(anEvent({ messageId: 'old', timestamp: NOW - 2 }), { leaf: RIGHT })
    const young = anItem(anEvent({ messageId: 'young', timestamp: NOW }), { leaf: RIGHT })
    const settings = { windowMs: 0, profileRatePerMinute: 1e6 }
    const limits = { ...PROFILE_LIMITS, timelineEvents: 1 }
    applyItems(right.state, right.timeline, [old, young], { now: NOW, settings, definitions: none, limits })
    mergeNow(left, right)
    forgetNow(right, LEFT)
    releaseNow(left, right)
    const again = { ...old, copyId: 'another' }
    const { outcomes } = applyItems(right.state, right.timeline, [again], { now: NOW, settings, definitions: none })
    expect(outcomes).toEqual([{ kind: 'duplicate' }])
    expect(seen(right).eventCounts).toEqual({ 'Thing Done': 2 })
  })
})

describe('what was told about segments', () => {
  const pro = parseCondition({ type: 'trait', path: 'plan', op: 'eq', value: 'pro' })
  if (!pro.ok) throw new Error('the condition is valid')
  const definitions = new Definitions(1, [{ key: 'pro', name: 'Pro', version: 1, condition: pro.value }])

  const write = (leaf: CanonicalId, plan: string, at: number) =>
    anItem(anEvent({ type: 'identify', traits: { plan }, timestamp: at, receivedAt: at }), { leaf })

  function tell(profile: MemoryProfile): readonly (string | undefined)[] {
    lookAgain(profile.state, profile.timeline.history, definitions.all, NOW, NOW)
    return tellDue(profile.state, profile.timeline.history, definitions, NOW).map((row) => {
      profile.timeline.put(row)
      return row.event.name
    })
  }

  test('who was in before the merge is in afterwards, and is not told to enter again', () => {
    const [left, right] = [aMemoryProfile(LEFT), aMemoryProfile(RIGHT)]
    apply(left, [write(LEFT, 'free', NOW - 5)])
    apply(right, [write(RIGHT, 'pro', NOW - 3)])
    expect([tell(left), tell(right)]).toEqual([[], ['pro ENTER']])
    mergeNow(left, right)
    forgetNow(right, LEFT)
    expect(tell(left)).toEqual([])
    expect(left.state.segments['pro']?.member).toBe(true)
    releaseNow(left, right)
    expect([tell(left), tell(right)]).toEqual([[], []])
    expect([left.state.segments['pro']?.member ?? false, right.state.segments['pro']?.member]).toEqual([false, true])
  })

  test('on each side ENTER and EXIT alternate through merge, change and split', () => {
    const [left, right] = [aMemoryProfile(LEFT), aMemoryProfile(RIGHT)]
    apply(left, [write(LEFT, 'pro', NOW - 9)])
    apply(right, [write(RIGHT, 'pro', NOW - 8)])
    expect([tell(left), tell(right)]).toEqual([['pro ENTER'], ['pro ENTER']])
    mergeNow(left, right)
    forgetNow(right, LEFT)
    apply(left, [write(RIGHT, 'free', NOW - 7)])
    expect(tell(left)).toEqual(['pro EXIT'])
    releaseNow(left, right)
    expect([tell(left), tell(right)]).toEqual([['pro ENTER'], ['pro EXIT']])
  })
})
