import { instantOf } from '../import/field-value.ts'
import { toIso } from '../kernel/instant.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../kernel/json.ts'
import { err, ok } from '../kernel/result.ts'
import { defineConnector } from './connector.ts'

/**
 * JSON of systems that know no SDK: `{ event | name | type, userId | user_id | id, email, phone, time | timestamp | ts, … }`.
 * What says who, what and when is taken under its usual names; everything else becomes a property.
 */
export const jsonEvents = defineConnector({
  name: 'json-events',
  type: 'streaming',
  format: 'json',
  summary: 'Any JSON object that says who, what and when under a usual name, as an event',
  normalise(record) {
    if (!isObject(record)) return err('is no JSON object')
    const rest = { ...record }
    const take = (...names: readonly string[]): JsonValue | undefined => {
      const name = names.find((candidate) => isScalar(own(rest, candidate)))
      const value = name === undefined ? undefined : own(rest, name)
      if (name !== undefined) delete (rest as Record<string, JsonValue>)[name]
      return value
    }
    const event = take('event', 'event_name', 'eventName', 'name', 'type')
    if (event === undefined) return err('says no event')
    const userId = take('userId', 'user_id', 'customer_id', 'customerId')
    const externalIds = (['email', 'phone'] as const).flatMap((type) => {
      const id = take(type, `${type}_address`, `${type}_number`)
      return id === undefined ? [] : [{ type, id: String(id) }]
    })
    if (userId === undefined && externalIds.length === 0) return err('says nobody: no user id, email or phone')
    const time = take('timestamp', 'time', 'ts', 'created_at', 'createdAt', 'date')
    const at = time === undefined ? undefined : instantOf(time, {})
    if (time !== undefined && at === undefined) return err('has a time that is none')
    const messageId = take('messageId', 'message_id', 'event_id', 'eventId')
    const item: JsonObject = {
      type: 'track',
      event: String(event),
      ...(userId === undefined ? {} : { userId: String(userId) }),
      ...(messageId === undefined ? {} : { messageId: String(messageId) }),
      ...(at === undefined ? {} : { timestamp: toIso(at) }),
      properties: rest,
      ...(externalIds.length === 0 ? {} : { context: { externalIds } }),
    }
    return ok([item])
  },
})

function isScalar(value: JsonValue | undefined): boolean {
  return (typeof value === 'string' && value.trim() !== '') || typeof value === 'number'
}
