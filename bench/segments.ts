import type { SegmentDefinition } from '../shared/config/workspace-config.ts'
import type { CanonicalId } from '../shared/kernel/id.ts'
import { DAY, HOUR } from '../shared/kernel/instant.ts'
import { applyItems } from '../shared/profile/apply.ts'
import { Definitions } from '../shared/profile/definitions.ts'
import { lookAgain } from '../shared/profile/emission.ts'
import { MemoryTimeline } from '../shared/profile/memory-timeline.ts'
import { decodeState, emptyState, encodeState } from '../shared/profile/state.ts'
import { eventKey } from '../shared/profile/timeline.ts'
import type { Condition } from '../shared/segment/condition.ts'
import { anEvent, anItem, NOW } from '../test/support/builders.ts'
import { pick, seeded } from '../test/support/random.ts'
import { type Benchmark, compared, median } from './figures.ts'

const DEFINITIONS = 200
const HELD = 500
const EVENTS = 2_000

const NAMES = Array.from({ length: 40 }, (_, i) => `Event ${i}`)
const TRAITS = Array.from({ length: 20 }, (_, i) => `trait_${i}`)

/** Definitions as a grown workspace has them: every type of condition, most of them over events of one name. */
export function someDefinitions(count: number): readonly SegmentDefinition[] {
  const random = seeded(7)
  const name = () => pick(random, NAMES)
  const trait = () => pick(random, TRAITS)
  const days = () => `${1 + Math.floor(random() * 30)}d`
  const kinds: readonly (() => Condition)[] = [
    () => ({ type: 'event', name: name(), count: { op: 'gte', value: 3 }, window: { last: days() } }),
    () => ({
      type: 'event',
      name: name(),
      where: [{ property: 'total', op: 'gt', value: 50 }],
      window: { last: days() },
    }),
    () => ({ type: 'event', name: name(), count: { op: 'eq', value: 0 }, window: { last: days() } }),
    () => ({ type: 'trait', path: trait(), op: 'eq', value: 'v1' }),
    () => ({ type: 'trait_held', path: trait(), value: 'v1', op: 'at_least', for: days() }),
    () => ({ type: 'first_event', name: name(), window: { last: days() } }),
    () => ({ type: 'last_event', name: name(), has: [{ property: 'total', op: 'gt', value: 50 }] }),
    () => ({ type: 'stopped', name: name(), window: { last: '60d' }, quiet: days() }),
    () => ({ type: 'regular', name: name(), period: '1d', periods: 7, minPeriods: 3 }),
    () => ({ type: 'sequence', steps: [{ name: name() }, { name: name(), within: '1d' }], window: { last: days() } }),
    () => ({
      type: 'aggregate',
      fn: 'sum',
      event: name(),
      property: 'total',
      window: { last: days() },
      op: 'gte',
      value: 100,
    }),
    () => ({ type: 'computed', key: 'orders', op: 'gte', value: 2 }),
    () => ({ type: 'segment', key: 'segment_0' }),
  ]
  return Array.from({ length: count }, (_, i) => {
    const make = kinds[i % kinds.length] as () => Condition
    const condition: Condition = i % 4 === 3 ? { type: 'and', conditions: [make(), make()] } : make()
    return { key: `segment_${i}`, name: `Segment ${i}`, version: 1, condition }
  })
}

/** Evaluating what one event changed, beside reading and writing the profile's state as bare JSON. */
export const segmentsBenchmark: Benchmark = {
  name: 'segments',
  about: `one event on a profile of ${HELD} events and ${DEFINITIONS} definitions; median over ${EVENTS} events`,
  async run() {
    const random = seeded(11)
    const orders = { key: 'orders', name: 'Orders', version: 1, aggregate: { fn: 'count', event: 'Event 1' } } as const
    const definitions = new Definitions(1, someDefinitions(DEFINITIONS), { computedTraits: [orders] })
    const timeline = new MemoryTimeline()
    let state = emptyState('w', 'prf_0' as CanonicalId)
    const settings = { windowMs: 2_000, profileRatePerMinute: 1_000_000 }
    const track = (timestamp: number) =>
      anEvent({ name: pick(random, NAMES), properties: { total: Math.floor(random() * 100) }, timestamp })
    const traits = TRAITS.map((name, i) =>
      anEvent({ type: 'identify', traits: { [name]: 'v1' }, timestamp: NOW - (20 + i) * DAY }),
    )
    const past = Array.from({ length: HELD }, (_, i) => track(NOW - (HELD - i) * HOUR))
    const items = [...traits, ...past].map((event) => anItem(event, { origin: 'import' }))
    applyItems(state, timeline, items, { now: NOW, settings, definitions })

    const affected: number[] = []
    const evaluated: number[] = []
    const all: number[] = []
    const bare: number[] = []
    for (let i = 0; i < EVENTS; i++) {
      const event = track(NOW + i * 1_000)
      timeline.put({ key: eventKey(event), leaf: 'prf_0', copyId: event.messageId, event })
      const now = event.timestamp
      const looks = definitions.affectedBy({ traits: new Set(), names: new Set([event.name as string]) })
      affected.push(looks.size)
      evaluated.push(took(() => lookAgain(state, timeline.history, looks, now, now)))
      if (i % 20 === 0) all.push(took(() => lookAgain(state, timeline.history, definitions.all, now, now)))
      bare.push(
        took(() => {
          state = decodeState(encodeState(state))
        }),
      )
    }
    return compared([
      { name: 'state as JSON, there and back', unit: 'ms', value: median(bare) },
      { name: 'definitions one event affects', unit: 'of 200', value: median(affected) },
      {
        name: 'evaluation after an event',
        unit: 'ms',
        value: median(evaluated),
        baseline: 'state as JSON, there and back',
      },
      {
        name: 'evaluation of all definitions',
        unit: 'ms',
        value: median(all),
        baseline: 'state as JSON, there and back',
      },
    ])
  },
}

/** Milliseconds of a synchronous piece of work: there is nothing to wait for, so wall time is CPU time. */
function took(work: () => void): number {
  const started = performance.now()
  work()
  return performance.now() - started
}
