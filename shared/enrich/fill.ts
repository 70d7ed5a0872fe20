import { isObject, type JsonObject, type JsonValue, own } from '../kernel/json.ts'

/** SDKs send `null`, `""` and objects full of them for what they do not know. */
export function isUnsaid(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === '') return true
  return isObject(value) && Object.keys(value).every((key) => isUnsaid(value[key]))
}

/** Whether the sender said anything at all about it. */
export function says(context: JsonObject, field: string): boolean {
  return !isUnsaid(own(context, field))
}

/**
 * What was sent, with what was found in the places that the sender left empty; the same object when there are none.
 *
 * @law filling never changes what the sender said, and filling twice is filling once
 */
export function filled(sent: JsonObject | undefined, found: JsonObject): JsonObject | undefined {
  let result: { [key: string]: JsonValue } | undefined
  for (const [field, value] of Object.entries(found)) {
    const before = sent && own(sent, field)
    const after = isUnsaid(before) ? value : isObject(before) && isObject(value) ? filled(before, value) : before
    if (after === before || after === undefined) continue
    result ??= { ...sent }
    result[field] = after
  }
  return result ?? sent
}
