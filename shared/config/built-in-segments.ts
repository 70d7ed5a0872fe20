/**
 * The segments every workspace has from its first moment (contracts/http.md, "Segments"). They are ordinary rows: a
 * workspace may edit or delete them, and making them again never overwrites what it did.
 */
export interface BuiltInSegment {
  readonly key: string
  readonly name: string
  readonly description: string
  /** In the condition language of contracts/segments.md. */
  readonly condition: { readonly type: string; readonly [field: string]: unknown }
}

export const BUILT_IN_SEGMENTS: readonly BuiltInSegment[] = [
  {
    key: 'power_user',
    name: 'Power users',
    description: 'Did 5 or more things within the last 24 hours',
    condition: { type: 'event', name: '*', count: { op: 'gte', value: 5 }, window: { last: '24h' } },
  },
  {
    key: 'pro_plan',
    name: 'Pro plan',
    description: 'The trait plan is pro',
    condition: { type: 'trait', path: 'plan', op: 'eq', value: 'pro' },
  },
  {
    key: 'reengage',
    name: 'Came back',
    description: 'Returned after 10 minutes of silence, within the last 30 minutes',
    condition: { type: 'returned', after: '10m', within: '30m' },
  },
]
