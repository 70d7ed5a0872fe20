import type { JsonValue } from '../kernel/json.ts'

/** A copy that shares nothing with what it was made of, and that nobody can change. */
export function frozenCopy<T extends JsonValue>(value: T): T {
  return frozen(value) as T
}

function frozen(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return Object.freeze(value.map(frozen))
  const entries = Object.entries(value).map(([key, inner]) => [key, frozen(inner)] as const)
  return Object.freeze(Object.fromEntries(entries))
}
