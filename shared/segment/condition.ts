import { z } from 'zod'
import type { FieldError } from '../kernel/failure.ts'
import { isObject, own, shapeFault } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { fieldErrors } from './field-errors.ts'
import { AggregateCondition } from './kind/aggregate.ts'
import { Bucket } from './kind/bucket.ts'
import { Computed } from './kind/computed.ts'
import { ConsentCondition } from './kind/consent.ts'
import { EventCount } from './kind/event.ts'
import { FirstEvent } from './kind/first-event.ts'
import { IdentifierCondition } from './kind/identifier.ts'
import { LastEvent } from './kind/last-event.ts'
import { Percentile } from './kind/percentile.ts'
import { Regular } from './kind/regular.ts'
import { Restarted } from './kind/restarted.ts'
import { Returned } from './kind/returned.ts'
import { SegmentRef } from './kind/segment.ts'
import { Sequence } from './kind/sequence.ts'
import { Stopped } from './kind/stopped.ts'
import { Trait } from './kind/trait.ts'
import { TraitChanged } from './kind/trait-changed.ts'
import { TraitHeld } from './kind/trait-held.ts'

/**
 * The condition language of segments: one JSON form for the portal's builder, the API and the evaluator. Whatever
 * `parseCondition` lets through can be evaluated, explained and said in a sentence, for every person at every instant.
 *
 * ```json
 * { "type": "and", "conditions": [
 *   { "type": "trait", "path": "plan", "op": "eq", "value": "pro" },
 *   { "type": "not", "condition": { "type": "event", "name": "Order Completed", "window": { "last": "7d" } } } ] }
 * ```
 */
export const CONDITION_LIMITS = {
  /** Conditions inside of conditions, the outermost counted; people lose track long before. */
  depth: 10,
  /** Conditions in all. */
  nodes: 200,
} as const

const AT_LEAST_ONE = 'must have at least one condition'

const And = z.strictObject({
  type: z.literal('and'),
  get conditions() {
    return z.array(Condition).min(1, AT_LEAST_ONE)
  },
})
export type And = z.infer<typeof And>

const Or = z.strictObject({
  type: z.literal('or'),
  get conditions() {
    return z.array(Condition).min(1, AT_LEAST_ONE)
  },
})
export type Or = z.infer<typeof Or>

const Not = z.strictObject({
  type: z.literal('not'),
  get condition() {
    return Condition
  },
})
export type Not = z.infer<typeof Not>

const Everyone = z.strictObject({ type: z.literal('everyone') })
export type Everyone = z.infer<typeof Everyone>

export const Condition = z
  .discriminatedUnion('type', [
    And,
    Or,
    Not,
    Everyone,
    Trait,
    TraitHeld,
    TraitChanged,
    EventCount,
    FirstEvent,
    LastEvent,
    Stopped,
    Restarted,
    Regular,
    Returned,
    Sequence,
    AggregateCondition,
    Computed,
    Percentile,
    SegmentRef,
    ConsentCondition,
    IdentifierCondition,
    Bucket,
  ])
  .meta({ id: 'Condition' })
export type Condition = z.infer<typeof Condition>

/** The conditions directly inside of a condition. */
export function childrenOf(condition: Condition): readonly Condition[] {
  switch (condition.type) {
    case 'and':
    case 'or':
      return condition.conditions
    case 'not':
      return [condition.condition]
    default:
      return []
  }
}

/** A condition from JSON that anyone may have written, or what is wrong with it and where (`conditions.1.op`). */
export function parseCondition(json: unknown): Result<Condition, readonly FieldError[]> {
  const fault = shapeFault(json, { maxDepth: LIMITS.depth, maxKeys: LIMITS.keys }) ?? sizeFault(json)
  if (fault) return err([fault])
  const parsed = Condition.safeParse(json, { reportInput: true })
  return parsed.success ? ok(parsed.data) : err(fieldErrors(parsed.error.issues))
}

/** Looks at the raw JSON, because a schema would have walked all of it before it could count. */
function sizeFault(json: unknown): FieldError | undefined {
  let nodes = 0
  function visit(node: unknown, path: string, depth: number): FieldError | undefined {
    if (!isObject(node)) return undefined
    if (depth > CONDITION_LIMITS.depth) {
      return { path, message: `conditions must not be nested deeper than ${CONDITION_LIMITS.depth} levels` }
    }
    nodes += 1
    if (nodes > CONDITION_LIMITS.nodes) {
      return { path, message: `there must not be more than ${CONDITION_LIMITS.nodes} conditions` }
    }
    const prefix = path === '' ? '' : `${path}.`
    const list = own(node, 'conditions')
    const children: readonly unknown[] = Array.isArray(list) ? list : []
    for (let i = 0; i < children.length; i++) {
      const fault = visit(children[i], `${prefix}conditions.${i}`, depth + 1)
      if (fault) return fault
    }
    return visit(own(node, 'condition'), `${prefix}condition`, depth + 1)
  }
  return visit(json, '', 1)
}
