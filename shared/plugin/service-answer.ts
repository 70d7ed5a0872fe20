import { isObject, type JsonValue, own } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'

/**
 * The answers in what a service replied to a batch: `{ "results": […] }`, one for each event in order, or any number
 * that say their `messageId` (of people their `id`). What is not named is answered with nothing.
 */
export function resultsIn(
  reply: JsonValue | undefined,
  ids: readonly string[],
  name: 'messageId' | 'id' = 'messageId',
): Result<readonly (JsonValue | undefined)[], string> {
  const results = isObject(reply) ? own(reply, 'results') : undefined
  if (!Array.isArray(results)) return err('the answer is not { "results": […] }')
  const named = results.filter((result) => isObject(result) && typeof own(result, name) === 'string')
  if (named.length > 0 && named.length === results.length) {
    const byId = new Map(results.map((result) => [own(result, name) as string, result as JsonValue]))
    const stranger = [...byId.keys()].find((id) => !ids.includes(id))
    if (stranger !== undefined) return err(`the answer names a ${name} that was not asked about`)
    return ok(ids.map((id) => byId.get(id)))
  }
  if (results.length === ids.length) return ok(results)
  return err(`the answer has ${results.length} results for ${ids.length}`)
}
