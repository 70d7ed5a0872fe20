/**
 * JSON as it comes from strangers: the types, dictionaries without a prototype, and the checks and cleaning that let
 * the rest of the program treat a free-form object as harmless. Zod is not used on free-form objects: it copies every
 * record, which costs more than all the rest of validation (see docs/decisions/0004).
 */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject
export type JsonObject = { readonly [key: string]: JsonValue }

/** A dictionary that inherits nothing, so that `constructor` and `__proto__` are keys like any other. */
export type Dict<T> = { [key: string]: T }

export function dict<T>(): Dict<T> {
  return Object.create(null) as Dict<T>
}

/** Takes the prototype off a freshly parsed object and gives the same object back as a dictionary. */
export function asDict<T>(parsed: Record<string, T>): Dict<T> {
  return Object.setPrototypeOf(parsed, null) as Dict<T>
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value of a JSON text; undefined, which no schema takes, for what is no JSON. */
export function jsonOf(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}

/** A text; null for everything else. */
export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** An own property, or undefined: `own(parsed, 'constructor')` never finds what the prototype has. */
export function own<T>(object: { readonly [key: string]: T }, key: string): T | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

export interface JsonBounds {
  readonly maxDepth: number
  readonly maxKeys: number
}

/** What is wrong with the shape of a value, with the path where it was met, or undefined. Objects and arrays count as levels. */
export function shapeFault(value: unknown, bounds: JsonBounds, path = '', depth = 0): JsonFault | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (depth >= bounds.maxDepth) return { path, message: `nested deeper than ${bounds.maxDepth} levels` }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const fault = shapeFault(value[i], bounds, join(path, String(i)), depth + 1)
      if (fault) return fault
    }
    return undefined
  }
  const keys = Object.keys(value)
  if (keys.length > bounds.maxKeys) return { path, message: `more than ${bounds.maxKeys} keys in one object` }
  for (const key of keys) {
    const inner = (value as JsonObject)[key]
    if (typeof inner !== 'object' || inner === null) continue
    const fault = shapeFault(inner, bounds, join(path, key), depth + 1)
    if (fault) return fault
  }
  return undefined
}

export interface JsonFault {
  readonly path: string
  readonly message: string
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what is looked for; warehouses refuse it in text.
const NUL = /\u0000/g

/** Text that every store and warehouse can hold: NUL and lone surrogates become U+FFFD. */
export function cleanText(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed()
  return wellFormed.includes('\u0000') ? wellFormed.replace(NUL, '\uFFFD') : wellFormed
}

/** Cleans every string and key and leaves `__proto__` keys out. Gives the same object back when there was nothing to clean. */
export function cleanJson<T extends JsonValue>(value: T): T {
  return clean(value) as T
}

function clean(value: JsonValue): JsonValue {
  if (typeof value === 'string') return cleanText(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    let copy: JsonValue[] | undefined
    for (let i = 0; i < value.length; i++) {
      const before = value[i] as JsonValue
      const after = clean(before)
      if (after !== before) (copy ??= value.slice() as JsonValue[])[i] = after
    }
    return copy ?? value
  }
  const object = value as JsonObject
  let dirty = false
  for (const key of Object.keys(object)) {
    const inner = object[key] as JsonValue
    if (key === '__proto__' || cleanText(key) !== key || clean(inner) !== inner) {
      dirty = true
      break
    }
  }
  if (!dirty) return value
  const copy: { [key: string]: JsonValue } = {}
  for (const key of Object.keys(object)) {
    if (key !== '__proto__') copy[cleanText(key)] = clean(object[key] as JsonValue)
  }
  return copy
}
