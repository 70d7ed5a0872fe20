import type { EventType } from '../../shared/event/event.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../../shared/kernel/json.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'

/**
 * The event in a pixel's query, in either of two forms (contracts/sdk.md §1):
 *
 *   ?data=eyJ1c2VySWQiOiJ1MSJ9                       base64 of the event's JSON, URL-safe or not, padded or not
 *   ?event=Opened&userId=u1&properties.mail=spring   the fields themselves; dots nest, an object may be given as JSON
 *
 * A field that no call knows becomes a property (a trait of an identify or group), which is what whoever writes
 * `&mail=spring` into an address means. Values are text: `007` is no number.
 */
export function pixelItem(query: URLSearchParams, type: EventType): Result<JsonObject, Failure> {
  const data = query.get('data')
  const item = data === null || data === '' ? fromFields(query, type) : fromData(data)
  return item.ok ? ok(asClient(item.value)) : item
}

/** Who loads an image is the person, not a server: the connection's address and agent are theirs. */
function asClient(item: JsonObject): JsonObject {
  const channel = own(item, 'channel')
  return channel === undefined || channel === null ? { ...item, channel: 'web' } : item
}

const NO_EVENT = failure('invalid_request', 'data is not the base64 of a JSON object')

function fromData(data: string): Result<JsonObject, Failure> {
  // In a query an unescaped plus reads as a space. Buffer takes both alphabets, padded or not.
  const text = data.trimStart().startsWith('{') ? data : Buffer.from(data.replaceAll(' ', '+'), 'base64').toString()
  try {
    const value = JSON.parse(text.replace(/^\uFEFF/, '')) as JsonValue
    return isObject(value) ? ok(value) : err(NO_EVENT)
  } catch {
    return err(NO_EVENT)
  }
}

const TEXT_FIELDS: ReadonlySet<string> = new Set(
  (
    'type messageId event name category userId anonymousId previousId groupId timestamp originalTimestamp sentAt ' +
    'channel writeKey'
  ).split(' '),
)
const OBJECT_FIELDS: ReadonlySet<string> = new Set(['properties', 'traits', 'context', 'integrations'])

type Fields = { [key: string]: JsonValue }

function fromFields(query: URLSearchParams, type: EventType): Result<JsonObject, Failure> {
  const item: Fields = {}
  const free = type === 'identify' || type === 'group' ? 'traits' : 'properties'
  for (const [name, value] of query) {
    if (name === 'data' || value === '') continue
    const path = name.split('.')
    const [field = ''] = path
    if (path.length > LIMITS.depth) return err(failure('invalid_request', `${field} is nested too deep`))
    if (path.length === 1 && TEXT_FIELDS.has(field)) item[field] = unquoted(value)
    else if (path.length === 1 && OBJECT_FIELDS.has(field)) merge(item, field, value)
    else put(item, OBJECT_FIELDS.has(field) ? path : [free, ...path], value)
  }
  return ok(item)
}

/** RudderStack's own pixel takes an id in quotes, as templates tend to write it. */
function unquoted(value: string): string {
  return /^"(.*)"$/s.exec(value)?.[1] ?? value
}

/** An object given as JSON lies under what was given field by field; what is no JSON stays text, for validation to refuse. */
function merge(item: Fields, field: string, text: string): void {
  const before = own(item, field)
  let value: JsonValue = text
  try {
    value = JSON.parse(text) as JsonValue
  } catch {
    // kept as text
  }
  item[field] = isObject(value) && isObject(before) ? { ...value, ...before } : value
}

/** Sets a value at a path, making the objects on the way. What stands in the way and is no object stays. */
function put(item: Fields, path: readonly string[], value: string): void {
  let here = item
  for (const step of path.slice(0, -1)) {
    const next = own(here, step)
    if (next !== undefined && !isObject(next)) return
    const inner: Fields = next ?? {}
    define(here, step, inner)
    here = inner
  }
  define(here, path.at(-1) as string, value)
}

/** An assignment to `__proto__` would change the object's prototype instead. */
function define(object: Fields, key: string, value: JsonValue): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
}
