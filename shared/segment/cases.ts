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
  returned_after: {
    with: ['within', 'event'],
    translate: ({ within = null, event }, after) =>
      ok({ type: 'returned', after, within, ...(event !== undefined && { name: event }) }),
  },
}

/** Constructs of the notation that the language does not have yet. */
export const UNSUPPORTED: ReadonlySet<string> = new Set([
  'in_segment',
  'trait_has_been',
  'trait_changed',
  'first_performed',
  'stopped',
  'restarted',
  'regularly',
  'sequence',
  'last_performed',
  'computed',
  'percentile',
])

function toJson(neutral: unknown): Translation {
  if (!isObject(neutral)) return err('a definition must be an object')
  const keys = Object.keys(neutral)
  const missing = keys.find((key) => UNSUPPORTED.has(key))
  if (missing !== undefined) return err(`unsupported construct: ${missing}`)
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
