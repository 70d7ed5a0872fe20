import type { JsonValue } from '../../../shared/kernel/json.ts'
import type { Condition } from '../../../shared/segment/condition.ts'
import type { Fields } from './branch.ts'

/** What one begins with for each type: what most people would take, and empty where only they can know. */
export type LeafType = Exclude<Condition['type'], 'and' | 'or' | 'not'>

const BLANK: { readonly [T in LeafType]: Fields } = {
  trait: { type: 'trait', path: '', op: 'eq' },
  trait_held: { type: 'trait_held', path: '', op: 'at_least', for: '7d' },
  trait_changed: { type: 'trait_changed', path: '', window: { last: '7d' } },
  percentile: { type: 'percentile', path: '', op: 'gte', value: 90 },
  computed: { type: 'computed', key: '', op: 'gte' },
  identifier: { type: 'identifier', idType: 'email', exists: true },
  consent: { type: 'consent', channel: 'email', status: 'granted' },
  event: { type: 'event', name: '', window: { last: '30d' } },
  first_event: { type: 'first_event', name: '', window: { last: '30d' } },
  last_event: { type: 'last_event', name: '', has: [{ property: '', op: 'eq' }] },
  aggregate: { type: 'aggregate', fn: 'sum', event: '', property: '', window: { last: '30d' }, op: 'gte' },
  sequence: { type: 'sequence', steps: [{ name: '' }, { name: '', within: '1d' }], window: { last: '30d' } },
  stopped: { type: 'stopped', name: '', window: { last: '30d' }, quiet: '7d' },
  restarted: { type: 'restarted', name: '', window: { last: '90d' }, recent: '7d' },
  regular: { type: 'regular', name: '', minPeriods: 3, periods: 7, period: '1d' },
  returned: { type: 'returned', after: '30d', within: '7d' },
  segment: { type: 'segment', key: '' },
  bucket: { type: 'bucket', salt: 'share', from: 0, to: 10 },
  everyone: { type: 'everyone' },
}

/** By what they ask about, in the order in which they are offered. */
export const TYPES_OFFERED: readonly (readonly [group: 'who' | 'did' | 'whole', types: readonly LeafType[]])[] = [
  ['who', ['trait', 'trait_held', 'trait_changed', 'percentile', 'computed', 'identifier', 'consent']],
  [
    'did',
    ['event', 'first_event', 'last_event', 'aggregate', 'sequence', 'stopped', 'restarted', 'regular', 'returned'],
  ],
  ['whole', ['segment', 'bucket', 'everyone']],
]

/** Types that take tests on properties. */
const TESTED: readonly LeafType[] = ['event', 'first_event', 'last_event', 'aggregate']

/** A condition of another type that keeps what was said already and still has a place: the trait, the event, its tests. */
export function blankOf(type: LeafType, before: Fields = {}): Fields {
  const blank = BLANK[type]
  const event = before['name'] ?? before['event']
  const said: Readonly<Record<string, JsonValue | undefined>> = { path: before['path'], name: event, event }
  const kept = Object.entries(said).filter(([field, value]) => field in blank && value !== undefined)
  const where = TESTED.includes(type) && before['where'] !== undefined ? { where: before['where'] } : {}
  return { ...blank, ...Object.fromEntries(kept), ...where }
}
