import { isClientSide } from '../event/normalize.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../kernel/json.ts'
import { type Geo, type GeoPrecision, trimGeo } from './geo.ts'
import { type IpRule, keptIp } from './ip-address.ts'

/** What may be kept about the connection that a message came through. */
export interface ConnectionSettings {
  readonly geo: GeoPrecision
  readonly ip: IpRule
}

/** While the settings cannot be read: no finer than any workspace is likely to want. The consumer reads them again. */
export const UNKNOWN_CONNECTION: ConnectionSettings = { geo: 'country', ip: 'keep' }

interface ConnectionFacts {
  readonly ip?: string | undefined
  readonly geo?: Geo | undefined
  readonly context?: JsonObject | undefined
}

/** An envelope with nothing about its connection that may not be kept; the same one when there is nothing to take away. */
export function trimEnvelope<T extends ConnectionFacts>(envelope: T, { geo, ip }: ConnectionSettings): T {
  const isAllowed = envelope.geo === undefined || geo === 'city'
  if (isAllowed && ip === 'keep') return envelope
  const { geo: found, ip: address, context, ...rest } = envelope
  const kept = trimGeo(found, geo)
  const keptAddress = address === undefined ? undefined : keptIp(address, ip)
  return {
    ...rest,
    ...(kept ? { geo: kept } : {}),
    ...(keptAddress === undefined ? {} : { ip: keptAddress }),
    ...(context ? { context: trimIp(context, 'ip', ip) } : {}),
  } as unknown as T // the same fields, or fewer of those that may be absent
}

/** An item's body, whose sender may have put an address into it: SDKs for servers into the context, RudderStack on top. */
export function trimBody(body: JsonValue, ip: IpRule): JsonValue {
  if (ip === 'keep' || !isObject(body)) return body
  const trimmed = trimIp(body, 'request_ip', ip)
  const context = own(trimmed, 'context')
  if (!isObject(context)) return trimmed
  const without = trimIp(context, 'ip', ip)
  return without === context ? trimmed : { ...trimmed, context: without }
}

/** `null` says that an address was sent and not kept: the connection's own must not take its place. */
function trimIp(object: JsonObject, field: string, rule: IpRule): JsonObject {
  const address = own(object, field)
  if (rule === 'keep' || address === undefined || address === null) return object
  return { ...object, [field]: (typeof address === 'string' ? keptIp(address, rule) : undefined) ?? null }
}

/**
 * Where the person was: what the edge said of the connection, if it was the person's own. A customer's server speaks from
 * a data centre, and a relay says in `context.ip` that somebody else is meant.
 */
export function geoOfPerson(envelope: ConnectionFacts, body: JsonValue, context: JsonObject): Geo | undefined {
  if (envelope.geo === undefined) return undefined
  const address = own(context, 'ip')
  const isPersons =
    envelope.ip === undefined
      ? address === undefined && isClientSide(context, isObject(body) ? body : {})
      : address === envelope.ip
  return isPersons ? envelope.geo : undefined
}
