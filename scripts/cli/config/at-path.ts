import { isObject, type JsonObject, type JsonValue } from '../../../shared/kernel/json.ts'
import type { Keys } from './kinds.ts'

/** The value at a path of keys; lists have theirs as text. */
export function valueAt(value: JsonValue | undefined, keys: Keys): JsonValue | undefined {
  let found = value
  for (const key of keys) {
    if (Array.isArray(found)) found = (found as readonly JsonValue[])[Number(key)]
    else if (isObject(found) && Object.hasOwn(found, key)) found = found[key]
    else return undefined
  }
  return found
}

/** A copy with another value there; undefined takes it away. What leads there must be there. */
export function withAt(value: JsonObject, keys: Keys, put: JsonValue | undefined): JsonObject {
  return replaced(value, keys, put) as JsonObject
}

function replaced(value: JsonValue | undefined, keys: Keys, put: JsonValue | undefined): JsonValue | undefined {
  const [first, ...rest] = keys
  if (first === undefined) return put
  if (Array.isArray(value))
    return value.map((inner, i) => (String(i) === first ? replaced(inner, rest, put) : inner)) as JsonValue
  const { [first]: inner, ...others } = (value ?? {}) as JsonObject
  const after = replaced(inner, rest, put)
  return after === undefined ? others : { ...others, [first]: after }
}
