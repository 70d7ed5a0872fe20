import { cleanJson, isObject, type JsonObject, type JsonValue, own, shapeFault } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { utf8Length } from '../kernel/utf8.ts'
import { MOST_ADDED_BYTES } from './answer.ts'

/**
 * What a batch plugin answers about one person: `{ "traits": { "score": 7 } }`; `null` in a trait takes it away. Nothing
 * at all writes nothing. A trait that it did not declare makes the whole answer about that person a failed one.
 */
export function traitsIn(raw: JsonValue | undefined, declared: readonly string[]): Result<JsonObject | null, string> {
  if (raw === null || raw === undefined) return ok(null)
  if (!isObject(raw)) return err('the answer is no object')
  const traits = own(raw, 'traits')
  if (traits === null || traits === undefined) return ok(null)
  if (!isObject(traits)) return err('traits is no object')
  const names = Object.keys(traits)
  if (names.length === 0) return ok(null)
  const foreign = names.find((name) => !declared.includes(name))
  if (foreign !== undefined) return err(`writes ${JSON.stringify(foreign.slice(0, 200))}, which it did not declare`)
  const fault = shapeFault(traits, { maxDepth: LIMITS.depth, maxKeys: LIMITS.keys })
  if (fault) return err(fault.message)
  const bytes = utf8Length(JSON.stringify(traits))
  return bytes > MOST_ADDED_BYTES ? err(`adds ${bytes} bytes, of ${MOST_ADDED_BYTES}`) : ok(cleanJson(traits))
}
