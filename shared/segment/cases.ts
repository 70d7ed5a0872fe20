import { isObject, type JsonObject, type JsonValue, own } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { type Condition, parseCondition } from './condition.ts'

/**
 * Translates the neutral notation of test/fixtures/segmentation/cases.json into the condition language. A construct that
 * the language does not have yet is an error that names it, never a guess.
 */
export function translate(neutral: unknown): Result<Condition, string> {
  const json = toJson(neutral)
  if (!json.ok) return json
  const parsed = parseCondition(json.value)
  if (parsed.ok) return parsed
  return err(parsed.failure.map(({ path, message }) => `${path || 'condition'}: ${message}`).join('; '))
}

type Translation = Result<JsonObject, string>

interface Construct {
  /** Fields that may stand beside the one that names the construct. */
  readonly with: readonly string[]
  readonly translate: (node: JsonObject, named: JsonValue) => Translation
}

/** By the field that names a construct. */
const CONSTRUCTS: Readonly<Record<string, Construct>> = {
  and: { with: [], translate: (_, parts) => list('and', parts) },
  or: { with: [], translate: (_, parts) => list('or', parts) },
  not: {
    with: [],
    translate(_, part) {
      const condition = toJson(part)
      return condition.ok ? ok({ type: 'not', condition: condition.value }) : condition
    },
  },
  everyone: { with: [], translate: () => ok({ type: 'everyone' }) },
  trait: {
    with: ['op', 'value'],
    translate: ({ trait, ...rest }, path) => ok({ type: 'trait', path, ...rest }),
  },
  performed: {
    with: ['count', 'window', 'where'],
    translate: ({ performed, ...rest }, name) => ok({ type: 'event', name, ...rest }),
  },
  trait_has_been: {
    with: ['value', 'op', 'for'],
    translate: ({ trait_has_been: _, ...rest }, path) => ok({ type: 'trait_held', path, ...rest }),
  },
  trait_changed: {
    with: ['from', 'to', 'window'],
    translate: ({ trait_changed: _, ...rest }, path) => ok({ type: 'trait_changed', path, ...rest }),
  },
  first_performed: {
    with: ['where', 'window'],
    translate: ({ first_performed: _, ...rest }, name) => ok({ type: 'first_event', name, ...rest }),
  },
  last_performed: {
    with: ['where', 'has'],
    translate: ({ last_performed: _, ...rest }, name) => ok({ type: 'last_event', name, ...rest }),
  },
  stopped: {
    with: ['window', 'quiet'],
    translate: ({ stopped: _, ...rest }, name) => ok({ type: 'stopped', name, ...rest }),
  },
  restarted: {
    with: ['window', 'recent'],
    translate: ({ restarted: _, ...rest }, name) => ok({ type: 'restarted', name, ...rest }),
  },
  regularly: {
    with: ['period', 'periods', 'min_periods', 'count'],
    translate: ({ regularly: _, min_periods: minPeriods, ...rest }, name) =>
      ok({ type: 'regular', name, ...rest, ...(minPeriods !== undefined && { minPeriods }) }),
  },
  returned_after: {
    with: ['within', 'event'],
    translate: ({ within = null, event }, after) =>
      ok({ type: 'returned', after, within, ...(event !== undefined && { name: event }) }),
  },
  sequence: {
    with: ['window'],
    translate({ sequence: _, ...rest }, steps) {
      if (!Array.isArray(steps)) return err('sequence must be a list')
      return ok({ type: 'sequence', steps: steps.map(stepOf), ...rest })
    },
  },
  computed: {
    with: ['op', 'value'],
    translate: ({ computed: key, ...rest }) => ok({ type: 'computed', key, ...rest } as JsonObject),
  },
  percentile: {
    with: ['op', 'value'],
    translate: ({ percentile: _, ...rest }, path) => ok({ type: 'percentile', path, ...rest }),
  },
  in_segment: { with: [], translate: (_, key) => ok({ type: 'segment', key }) },
}

/** The notation says `event` where the language says `name`; whatever else a step has is the same. */
function stepOf(step: JsonValue): JsonValue {
  if (!isObject(step)) return step
  const { event, where, ...rest } = step
  return {
    ...(event !== undefined && { name: event }),
    ...(where !== undefined && { where: Array.isArray(where) ? where.map(testOfStep) : where }),
    ...rest,
  }
}

function testOfStep(test: JsonValue): JsonValue {
  if (!isObject(test) || own(test, 'value_from') === undefined) return test
  const { value_from: valueFrom, ...rest } = test
  return { ...rest, valueFrom: valueFrom as JsonValue }
}

function toJson(neutral: unknown): Translation {
  if (!isObject(neutral)) return err('a definition must be an object')
  const keys = Object.keys(neutral)
  for (const key of keys) {
    const construct = own(CONSTRUCTS, key)
    if (!construct) continue
    const stranger = keys.find((other) => other !== key && !construct.with.includes(other))
    if (stranger !== undefined) return err(`unsupported construct: ${key} with ${stranger}`)
    return construct.translate(neutral, neutral[key] as JsonValue)
  }
  return err(`unsupported construct: ${keys.join(', ') || '{}'}`)
}

function list(type: 'and' | 'or', parts: JsonValue): Translation {
  if (!Array.isArray(parts)) return err(`${type} must be a list`)
  const conditions: JsonObject[] = []
  for (const part of parts) {
    const condition = toJson(part)
    if (!condition.ok) return condition
    conditions.push(condition.value)
  }
  return ok({ type, conditions })
}
