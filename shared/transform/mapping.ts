import { z } from 'zod'
import { isObject, type JsonObject, type JsonValue } from '../kernel/json.ts'
import { checkOperand } from '../segment/comparison.ts'
import { OPERATOR_NAMES, testOf } from '../segment/operators.ts'
import { follow, Path } from '../segment/path.ts'

/**
 * Declarative mapping: steps over a JSON object (an event, the `data` of a delivery), in order. Paths have dots (`profile.traits.email`). What a
 * step does not find it leaves alone; only `filter` ends the way of what is mapped.
 *
 * ```json
 * [ { "op": "rename", "from": "properties.total", "to": "properties.value" },
 *   { "op": "template", "to": "text", "template": "{{profile.traits.name}} bought for {{properties.value}}" },
 *   { "op": "hash", "path": "profile.traits.email", "normalise": "email" } ]
 * ```
 * @law never throws, never changes what it was given, and never reaches a prototype
 * @law what steps add is bounded: a few of them that double something cannot fill the memory
 */
const To = Path.refine((path) => !path.split('.').includes('__proto__'), 'is no name for a value')
const Template = z.string().max(4_000).meta({ description: 'Text with {{path}} in it' })

export const MappingStep = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('rename'), from: Path, to: To }),
  z.strictObject({ op: z.literal('copy'), from: Path, to: To }),
  z.strictObject({ op: z.literal('remove'), path: Path }),
  z
    .strictObject({ op: z.literal('pick'), paths: z.array(To).min(1).max(100) })
    .meta({ description: 'Keeps these, messageId and timestamp, and nothing else' }),
  z.strictObject({ op: z.literal('set'), to: To, value: z.json() }),
  z.strictObject({ op: z.literal('template'), to: To, template: Template }),
  z
    .strictObject({
      op: z.literal('filter'),
      path: Path,
      is: z.enum(OPERATOR_NAMES).meta({ description: 'As in conditions on traits' }),
      value: z.json().optional(),
    })
    .superRefine(({ is, value }, context) => checkOperand({ op: is, value }, context)),
  z
    .strictObject({
      op: z.literal('hash'),
      path: Path,
      normalise: z.enum(['none', 'lower', 'email', 'phone']).default('none'),
    })
    .meta({ description: 'SHA-256 in hex; email is trimmed and lower-case, phone digits alone' }),
  z
    .strictObject({ op: z.literal('mask'), path: Path, keep: z.int().min(0).max(20).default(0) })
    .meta({ description: 'Asterisks for all but the last characters' }),
])
export type MappingStep = z.infer<typeof MappingStep>

export const Mapping = z.array(MappingStep).max(100)
export type Mapping = z.infer<typeof Mapping>

export type Hash = (text: string) => string

/** Characters that one mapping may add to what it was given: far more than anybody sends anywhere. */
export const MOST_ADDED = 1_000_000

/** Where a mapping ended before its end: a filter that held back, or a step that would have added too much. */
export interface Stopped {
  readonly step: number
  readonly why: 'filter' | 'too_large'
}

/** The object rewritten (the very same one when nothing changed), or the step that it did not pass. */
export function mapped(
  given: JsonObject,
  steps: readonly MappingStep[],
  sha256: Hash,
): { readonly data: JsonObject } | { readonly stopped: Stopped } {
  let data = given
  let room = MOST_ADDED
  for (const [i, step] of steps.entries()) {
    const added = addedBy(data, step, room)
    if (added === undefined) return { stopped: { step: i, why: 'too_large' } }
    room -= added
    const after = applied(data, step, sha256)
    if (after === undefined) return { stopped: { step: i, why: 'filter' } }
    data = after
  }
  return { data }
}

/** About how many characters a step adds; undefined when they are more than there is room for, and then not counted to the end. */
function addedBy(data: JsonObject, step: MappingStep, room: number): number | undefined {
  switch (step.op) {
    case 'rename':
      return jsonChars(at(data, step.from) ?? null, Number.POSITIVE_INFINITY) === undefined ? undefined : 0
    case 'copy':
      return jsonChars(at(data, step.from) ?? null, room)
    case 'set':
      return jsonChars(step.value, room)
    case 'template':
      return templateChars(step.template, data, room)
    default:
      return 0
  }
}

function applied(data: JsonObject, step: MappingStep, sha256: Hash): JsonObject | undefined {
  switch (step.op) {
    case 'rename':
    case 'copy': {
      const value = at(data, step.from)
      if (value === undefined) return data
      return put(step.op === 'rename' ? without(data, step.from.split('.')) : data, step.to.split('.'), value)
    }
    case 'remove':
      return without(data, step.path.split('.'))
    case 'pick':
      return picked(data, ['messageId', 'timestamp', ...step.paths])
    case 'set':
      return put(data, step.to.split('.'), step.value)
    case 'template':
      return put(data, step.to.split('.'), filled(step.template, data))
    case 'filter': {
      const { from, until } = testOf(step.is, step.value)(at(data, step.path))
      const now = typeof data['timestamp'] === 'string' ? Date.parse(data['timestamp']) : 0
      return from <= now && now < until ? data : undefined
    }
    case 'hash': {
      const text = textOf(at(data, step.path))
      return text === undefined ? data : put(data, step.path.split('.'), sha256(normalised(text, step.normalise)))
    }
    case 'mask': {
      const text = textOf(at(data, step.path))
      if (text === undefined) return data
      // By characters and not by halves of them.
      const chars = [...text]
      const kept = Math.min(step.keep, Math.floor(chars.length / 2))
      const end = kept === 0 ? '' : chars.slice(-kept).join('')
      return put(data, step.path.split('.'), '*'.repeat(Math.min(8, chars.length - kept)) + end)
    }
  }
}

export function at(data: JsonObject, path: string): JsonValue | undefined {
  return follow(data, path.split('.'))
}

/** A copy with the value there; what stands in the way and is no object is replaced. */
export function put(data: JsonObject, keys: readonly string[], value: JsonValue): JsonObject {
  const [first = '', ...rest] = keys
  const inner = Object.hasOwn(data, first) ? data[first] : undefined
  const set = rest.length === 0 ? value : put(isObject(inner) ? inner : {}, rest, value)
  // Computed keys in a literal are ordinary properties, `__proto__` too.
  return { ...data, [first]: set }
}

function without(data: JsonObject, keys: readonly string[]): JsonObject {
  const [first = '', ...rest] = keys
  if (!Object.hasOwn(data, first)) return data
  const { [first]: inner, ...others } = data
  if (rest.length === 0) return others
  return isObject(inner) ? { ...data, [first]: without(inner, rest) } : data
}

function picked(data: JsonObject, paths: readonly string[]): JsonObject {
  let kept: JsonObject = {}
  for (const path of paths) {
    const value = at(data, path)
    if (value !== undefined) kept = put(kept, path.split('.'), value)
  }
  return kept
}

const PLACE = /\{\{\s*([^{}\s]+)\s*\}\}/g

/** `{{path}}` is the value there: text as it is, nothing for nothing, everything else as JSON. */
export function filled(template: string, data: JsonObject): string {
  return template.replace(PLACE, (_, path: string) => {
    const value = at(data, path)
    if (value === undefined || value === null) return ''
    return typeof value === 'string' ? value : JSON.stringify(value)
  })
}

function templateChars(template: string, data: JsonObject, most: number): number | undefined {
  let chars = template.length
  for (const [, path = ''] of template.matchAll(PLACE)) {
    const more = jsonChars(at(data, path) ?? null, most - chars)
    if (more === undefined) return undefined
    chars += more
  }
  return chars <= most ? chars : undefined
}

/** Renaming a value into itself, again and again, would make it deeper than anything can walk. */
const MOST_LEVELS = 200

/** About as many characters as the value has as JSON; undefined beyond `most`, and then it is not looked at any further. */
function jsonChars(value: JsonValue, most: number): number | undefined {
  let left = most
  // A value may hold the same object many times: what ends this is the count, not the number of objects.
  const fits = (inner: JsonValue, level: number): boolean => {
    left -= typeof inner === 'string' ? inner.length + 2 : 2
    if (left < 0 || level > MOST_LEVELS) return false
    if (typeof inner !== 'object' || inner === null) return true
    for (const key of Object.keys(inner)) {
      left -= Array.isArray(inner) ? 1 : key.length + 4
      if (!fits((inner as JsonObject)[key] as JsonValue, level + 1)) return false
    }
    return true
  }
  return fits(value, 0) ? most - left : undefined
}

/** What can be hashed or masked. */
function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

export function normalised(text: string, how: 'none' | 'lower' | 'email' | 'phone'): string {
  switch (how) {
    case 'none':
      return text
    case 'lower':
    case 'email':
      return text.trim().toLowerCase()
    case 'phone':
      return text.replace(/\D/g, '')
  }
}
