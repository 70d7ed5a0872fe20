import { validateItem } from '../../shared/event/validate-item.ts'
import { parseInstant } from '../../shared/kernel/instant.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../../shared/kernel/json.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'

/**
 * The envelope of /cdp/ingest as the common item (contracts/http.md):
 *
 *   { eventId, ts, payload: { type: 'TRACK', email, name, properties } }
 *   → { type: 'track', messageId, timestamp, event, properties, context: { externalIds: [{ type: 'email', id }] } }
 *
 * The failure is the message for the client. Nothing invalid gets past here, so nothing invalid is enqueued.
 */
export interface CdpItem {
  readonly eventId: string
  readonly item: JsonObject
}

const TYPES: ReadonlyMap<unknown, 'identify' | 'track' | 'alias'> = new Map([
  ['IDENTIFY', 'identify'],
  ['TRACK', 'track'],
  ['ALIAS', 'alias'],
])
const IDS = ['userId', 'email', 'anonymousId', 'previousId'] as const

export function cdpItem(body: JsonValue): Result<CdpItem, string> {
  if (!isObject(body)) return err('the body must be a JSON object')
  const eventId = own(body, 'eventId')
  if (typeof eventId !== 'string' || eventId.trim() === '') return err('eventId must be a non-empty string')
  if (eventId.length > LIMITS.idChars) return err(`eventId must not be longer than ${LIMITS.idChars} characters`)
  const ts = own(body, 'ts')
  if (parseInstant(ts) === undefined) return err('ts must be an ISO 8601 date and time')
  const payload = own(body, 'payload')
  if (!isObject(payload)) return err('payload must be a JSON object')
  const fault = payloadFault(payload)
  if (fault !== undefined) return err(fault)

  const item = itemOf(payload, eventId, ts as string)
  // What is left are the rules that all ways in have in common: sizes of ids and names, types of fields, depth.
  const verdict = validateItem(item, undefined)
  if (!verdict.ok) return err(sentence(verdict.failure.path, verdict.failure.message))
  return ok({ eventId, item })
}

function payloadFault(payload: JsonObject): string | undefined {
  const type = own(payload, 'type')
  if (!TYPES.has(type)) return 'payload.type must be one of IDENTIFY, TRACK, ALIAS'
  for (const field of IDS) {
    const value = own(payload, field)
    if (value !== undefined && value !== null && typeof value !== 'string') return `payload.${field} must be a string`
  }
  const email = own(payload, 'email')
  if (typeof email === 'string' && email.length > LIMITS.idChars)
    return `email longer than ${LIMITS.idChars} characters`
  if (!IDS.slice(0, 3).some((field) => hasText(payload, field))) {
    return 'at least one of userId, email, anonymousId is required'
  }
  if (type === 'TRACK' && !hasText(payload, 'name')) return 'TRACK events require a name'
  if (type === 'ALIAS' && !hasText(payload, 'previousId')) return 'ALIAS events require a previousId'
  if (type === 'ALIAS' && !hasText(payload, 'userId')) return 'ALIAS events require a userId'
  return undefined
}

function hasText(payload: JsonObject, field: string): boolean {
  const value = own(payload, field)
  return typeof value === 'string' && value.trim() !== ''
}

function itemOf(payload: JsonObject, messageId: string, timestamp: string): JsonObject {
  const { type: kind, email, name, ...rest } = payload
  const type = TYPES.get(kind) as 'identify' | 'track' | 'alias' // payloadFault has looked
  const item: { [key: string]: JsonValue } = { ...rest, type, messageId, timestamp }
  if (name !== undefined) item[type === 'track' ? 'event' : 'name'] = name
  if (typeof email !== 'string' || email.trim() === '') return item
  item['context'] = withExternalId(own(rest, 'context'), email)
  if (type === 'identify') item['traits'] = withEmail(own(rest, 'traits'), email)
  return item
}

/** A context that is no object is left as it is, for validateItem to refuse. */
function withExternalId(context: JsonValue | undefined, email: string): JsonValue {
  const id = { type: 'email', id: email }
  if (context === undefined || context === null) return { externalIds: [id] }
  if (!isObject(context)) return context
  const others = own(context, 'externalIds')
  return { ...context, externalIds: Array.isArray(others) ? [id, ...others] : [id] }
}

/** A trait that was sent as such is what the sender wants to see in the profile. */
function withEmail(traits: JsonValue | undefined, email: string): JsonValue {
  if (traits === undefined || traits === null) return { email }
  return isObject(traits) && own(traits, 'email') === undefined ? { ...traits, email } : traits
}

function sentence(path: string, message: string): string {
  return /^[a-z]/.test(message) && path !== '' && !message.includes(path) ? `${path.slice(0, 200)} ${message}` : message
}
