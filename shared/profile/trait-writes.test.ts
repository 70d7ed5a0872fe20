import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anEvent, anIdentifier, anItem, NOW } from '../../test/support/builders.ts'
import type { CanonicalId } from '../kernel/id.ts'
import { applyItems } from './apply.ts'
import { Definitions } from './definitions.ts'
import { MemoryTimeline } from './memory-timeline.ts'
import { PROFILE_LIMITS } from './profile-limits.ts'
import { emptyState } from './state.ts'
import type { Trait } from './trait.ts'
import { traitWrites } from './trait-writes.ts'
import { profileDocument } from './view.ts'

const write = fc.record({
  at: fc.integer({ min: NOW - 5, max: NOW }),
  value: fc.constantFrom('a', 'b', 7, null, { deep: true }, 'x'.repeat(40_000)),
  leaf: fc.constantFrom('prf_0', 'prf_1'),
})

type Written = typeof write extends fc.Arbitrary<infer T> ? T : never

/** Through the real core; what the timeline has of the trait comes as the store reads it. */
function written(writes: readonly Written[]) {
  const state = emptyState('w', 'prf_0' as CanonicalId)
  const timeline = new MemoryTimeline()
  const kept: Trait[] = []
  for (const [i, { at, value, leaf }] of writes.entries()) {
    const event = anEvent({ type: 'identify', timestamp: at, messageId: `m${i}`, traits: { plan: value } })
    const item = anItem(event, { identifiers: [anIdentifier('user_id', 'u')], leaf: leaf as CanonicalId })
    const settings = { windowMs: 0, profileRatePerMinute: 600 }
    const definitions = new Definitions(1, [])
    applyItems(state, timeline, [item], { now: NOW, settings, definitions, limits: PROFILE_LIMITS })
    kept.push({ value, at, messageId: event.messageId, source: event.source })
  }
  return { state, kept }
}

test('of the writes of a trait one stands, all earlier ones lost, and a later one was not taken', () => {
  fc.assert(
    fc.property(fc.array(write, { maxLength: 12 }), fc.nat(12), (writes, pruned) => {
      const { state, kept } = written(writes)
      const { traits, traitMeta } = profileDocument(state, { meta: true })
      const all = traitWrites(state, kept.slice(pruned), 'plan')
      const order = all.map(({ outcome }) => outcome)
      const stands = all.find(({ outcome }) => outcome === 'stands')
      expect(order).toEqual([...order].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)))
      expect(order.filter((one) => one === 'stands').length).toBe(state.leaves && stands ? 1 : 0)
      if (traits['plan'] !== undefined) {
        expect(stands).toMatchObject({ value: traits['plan'], at: traitMeta?.['plan']?.at })
      } else expect(stands?.value ?? null).toBe(null)
      for (const { outcome, value } of all)
        if (outcome === 'not_taken') expect(JSON.stringify(value).length).toBeGreaterThan(30_000)
    }),
  )
})
const ORDER: readonly string[] = ['not_taken', 'stands', 'lost']

test('what lost is not known any more once its event was pruned; what stands is', () => {
  const { state } = written([
    { at: NOW - 2, value: 'old', leaf: 'prf_0' },
    { at: NOW - 1, value: 'new', leaf: 'prf_0' },
  ] as never)
  expect(traitWrites(state, [], 'plan')).toMatchObject([{ value: 'new', outcome: 'stands' }])
  expect(traitWrites(state, [], '__proto__')).toEqual([])
})
