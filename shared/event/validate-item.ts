import { isObject, type JsonObject, type JsonValue, own, shapeFault } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { EVENT_TYPES, type EventType } from './event.ts'
import type { RejectReason } from './outcome.ts'

/**
 * Decides whether one item of a request is a message at all. The edge calls it, so that `/v1/events` can answer per
 * item; the consumer trusts the verdict that travels with the item. Written by hand and without copying, because it
 * runs for every event at the edge (docs/decisions/0004).
 */
export interface Rejection {
  readonly code: RejectReason
  /** The field at fault, with dots; empty for the item itself. */
  readonly path: string
  readonly message: string
}

const TYPES: ReadonlySet<string> = new Set(EVENT_TYPES)
const OBJECT_FIELDS = ['properties', 'context', 'traits', 'integrations'] as const
const ID_FIELDS = ['userId', 'anonymousId', 'previousId', 'groupId', 'messageId'] as const

/**
 * The type of a valid item, or the first thing that is wrong with it. `typeFromPath` is the call named by the URL
 * (`/v1/track`); in a batch it is undefined and the body decides. The size limit is the caller's, who has the bytes.
 */
export function validateItem(item: unknown, typeFromPath: EventType | undefined): Result<EventType, Rejection> {
  if (!isObject(item)) return reject('not_an_object', '', 'must be a JSON object')
  const type = typeFromPath ?? own(item, 'type')
  if (typeof type !== 'string' || !TYPES.has(type)) {
    return reject('unknown_type', 'type', `must be one of ${EVENT_TYPES.join(', ')}`)
  }
  for (const field of OBJECT_FIELDS) {
    const value = own(item, field)
    if (value !== undefined && value !== null && !isObject(value))
      return reject('wrong_type', field, 'must be an object')
  }
  for (const field of ID_FIELDS) {
    const value = own(item, field)
    if (value === undefined || value === null) continue
    if (typeof value !== 'string' && typeof value !== 'number') return reject('wrong_type', field, 'must be a string')
    const fault = idFault(value, field)
    if (fault) return err(fault)
  }
  const fault = shapeFault(item, { maxDepth: LIMITS.depth, maxKeys: LIMITS.keys })
  if (fault) return reject('too_deep', fault.path, fault.message)
  const inner = innerIdFault(type, item)
  return inner ? err(inner) : validateCall(type as EventType, item)
}

/** Two ids above 2^53 are one number once JSON was read, and would make two people one. */
function idFault(value: JsonValue | undefined, path: string): Rejection | undefined {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return { code: 'wrong_type', path, message: 'has lost digits as a number; send it as a string' }
  }
  if (typeof value !== 'string' || value.length <= LIMITS.idChars) return undefined
  return { code: 'id_too_long', path, message: `longer than ${LIMITS.idChars} characters` }
}

/** The identifiers that do not stand at the top of a message: the fields that identifiersOf reads. */
function innerIdFault(type: string, item: JsonObject): Rejection | undefined {
  const context = own(item, 'context')
  const about = isObject(context) ? context : undefined
  if (type === 'identify') {
    const fault =
      contactFault(own(item, 'traits'), 'traits') ?? contactFault(about && own(about, 'traits'), 'context.traits')
    if (fault) return fault
  }
  if (!about) return undefined
  const device = own(about, 'device')
  const external = own(about, 'externalIds')
  const fault = isObject(device) ? idFault(own(device, 'id'), 'context.device.id') : undefined
  if (fault || !Array.isArray(external)) return fault
  for (const [i, entry] of external.slice(0, LIMITS.externalIds).entries()) {
    const fault = isObject(entry) ? idFault(own(entry, 'id'), `context.externalIds.${i}.id`) : undefined
    if (fault) return fault
  }
  return undefined
}

function contactFault(traits: JsonValue | undefined, path: string): Rejection | undefined {
  if (!isObject(traits)) return undefined
  return idFault(own(traits, 'email'), `${path}.email`) ?? idFault(own(traits, 'phone'), `${path}.phone`)
}

function validateCall(type: EventType, item: JsonObject): Result<EventType, Rejection> {
  switch (type) {
    case 'track': {
      const name = own(item, 'event')
      if (name !== undefined && name !== null && typeof name !== 'string')
        return reject('wrong_type', 'event', 'must be a string')
      if (!name || name.trim() === '') return reject('missing_name', 'event', 'TRACK events require a name')
      if (name.length > LIMITS.nameChars)
        return reject('id_too_long', 'event', `longer than ${LIMITS.nameChars} characters`)
      break
    }
    case 'group':
      if (!hasId(item, 'groupId')) return reject('missing_group', 'groupId', 'group calls require a groupId')
      break
    case 'alias':
      for (const field of ['previousId', 'userId'] as const) {
        if (!hasId(item, field)) return reject('missing_previous', field, `alias calls require ${field}`)
      }
      break
    case 'identify':
    case 'page':
    case 'screen':
      break
  }
  // /cdp/ingest and /v1/devices know people by e-mail or device alone; those arrive as context fields.
  if (hasId(item, 'userId') || hasId(item, 'anonymousId') || hasContextIdentifier(item)) return ok(type)
  return reject('missing_identifier', 'userId', 'one of userId, anonymousId is required')
}

function hasId(item: JsonObject, field: string): boolean {
  return idText(own(item, field)) !== undefined
}

function hasContextIdentifier(item: JsonObject): boolean {
  const context = own(item, 'context')
  if (!isObject(context)) return false
  const external = own(context, 'externalIds')
  return Array.isArray(external) && external.length > 0
}

/** An identifier as text, as sent: numbers become strings; `null`, `""` and blanks are absent. */
export function idText(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value !== 'string') return undefined
  return value.trim() === '' ? undefined : value
}

function reject(code: RejectReason, path: string, message: string): Result<never, Rejection> {
  return err({ code, path, message })
}
