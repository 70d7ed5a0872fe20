import { canonicalJson } from '../../../shared/kernel/canonical-json.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../../../shared/kernel/json.ts'

/**
 * The JSON merge patch (RFC 7396) that makes `before` into `after`: what differs, and `null` for what goes. It cannot say
 * that a value is null.
 */
export function mergePatch(before: JsonObject, after: JsonObject): JsonObject {
  const patch: Record<string, JsonValue> = {}
  for (const [key, now] of Object.entries(after)) {
    const old = own(before, key)
    if (isObject(old) && isObject(now)) {
      const inner = mergePatch(old, now)
      if (Object.keys(inner).length > 0) patch[key] = inner
    } else if (old === undefined || canonicalJson(old) !== canonicalJson(now)) patch[key] = now
  }
  for (const key of Object.keys(before)) if (own(after, key) === undefined) patch[key] = null
  return patch
}
