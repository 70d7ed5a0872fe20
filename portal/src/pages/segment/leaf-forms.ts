import { OPERATOR_NAMES, type Operator } from '../../../../shared/segment/operators.ts'
import type { LeafType } from '../../segment/blank.ts'
import type { Words } from '../../words/en.ts'

/** The fields of every type of condition, in the order in which they are filled in. */
export type Field =
  | {
      readonly kind: 'text'
      readonly name: string
      readonly label: keyof Words
      readonly of: Source
      readonly isOptional?: true
    }
  | { readonly kind: 'choice'; readonly name: string; readonly label: keyof Words; readonly values: readonly string[] }
  | { readonly kind: 'number'; readonly name: string; readonly label: keyof Words }
  | { readonly kind: 'duration'; readonly name: string; readonly label: keyof Words }
  | { readonly kind: 'value'; readonly name: string; readonly label: keyof Words; readonly isOptional?: true }
  | { readonly kind: 'comparison'; readonly operators: readonly Operator[]; readonly isNumeric?: true }
  | { readonly kind: 'where'; readonly name: 'where' | 'has'; readonly label: keyof Words }
  | { readonly kind: 'window'; readonly isRequired?: true }
  | { readonly kind: 'count' | 'steps' | 'consent' | 'segment' | 'exists' }

/** Where suggestions come from. */
export type Source = 'traits' | 'events' | 'properties' | 'computed' | 'identifiers' | 'nothing'

const path = { kind: 'text', name: 'path', label: 'field.trait', of: 'traits' } as const
const event = { kind: 'text', name: 'name', label: 'field.event', of: 'events' } as const
const where = { kind: 'where', name: 'where', label: 'field.where' } as const
const window = { kind: 'window' } as const
const NUMERIC: readonly Operator[] = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'between', 'exists', 'not_exists']
const RANKED: readonly Operator[] = ['gt', 'gte', 'lt', 'lte', 'between']

export const LEAF_FORMS: { readonly [T in LeafType]: readonly Field[] } = {
  trait: [path, { kind: 'comparison', operators: OPERATOR_NAMES }],
  trait_held: [
    path,
    { kind: 'value', name: 'value', label: 'field.value' },
    { kind: 'choice', name: 'op', label: 'field.held', values: ['at_least', 'less_than'] },
    { kind: 'duration', name: 'for', label: 'field.for' },
  ],
  trait_changed: [
    path,
    { kind: 'value', name: 'from', label: 'field.changedFrom', isOptional: true },
    { kind: 'value', name: 'to', label: 'field.changedTo', isOptional: true },
    window,
  ],
  percentile: [path, { kind: 'comparison', operators: RANKED, isNumeric: true }],
  computed: [
    { kind: 'text', name: 'key', label: 'field.computed', of: 'computed' },
    { kind: 'comparison', operators: OPERATOR_NAMES },
  ],
  identifier: [{ kind: 'text', name: 'idType', label: 'field.idType', of: 'identifiers' }, { kind: 'exists' }],
  consent: [
    { kind: 'consent' },
    {
      kind: 'choice',
      name: 'status',
      label: 'field.status',
      values: ['granted', 'denied', 'withdrawn', 'unset'],
    },
  ],
  event: [event, { kind: 'count' }, window, where],
  first_event: [event, { kind: 'window', isRequired: true }, where],
  last_event: [event, where, { kind: 'where', name: 'has', label: 'field.has' }],
  aggregate: [
    { kind: 'choice', name: 'fn', label: 'field.fn', values: ['count', 'sum', 'avg', 'min', 'max', 'unique_count'] },
    { kind: 'text', name: 'property', label: 'field.property', of: 'properties', isOptional: true },
    { kind: 'text', name: 'event', label: 'field.event', of: 'events' },
    { kind: 'comparison', operators: NUMERIC, isNumeric: true },
    window,
    where,
  ],
  sequence: [{ kind: 'steps' }, window],
  stopped: [event, window, { kind: 'duration', name: 'quiet', label: 'field.quiet' }],
  restarted: [event, { kind: 'window', isRequired: true }, { kind: 'duration', name: 'recent', label: 'field.recent' }],
  regular: [
    event,
    { kind: 'count' },
    { kind: 'number', name: 'minPeriods', label: 'field.minPeriods' },
    { kind: 'number', name: 'periods', label: 'field.periods' },
    { kind: 'duration', name: 'period', label: 'field.period' },
  ],
  returned: [
    { kind: 'text', name: 'name', label: 'field.eventOrAny', of: 'events', isOptional: true },
    { kind: 'duration', name: 'after', label: 'field.silence' },
    { kind: 'duration', name: 'within', label: 'field.recent' },
  ],
  segment: [{ kind: 'segment' }],
  bucket: [
    { kind: 'number', name: 'from', label: 'field.fromPercent' },
    { kind: 'number', name: 'to', label: 'field.toPercent' },
    { kind: 'text', name: 'salt', label: 'field.salt', of: 'nothing' },
  ],
  everyone: [],
}
