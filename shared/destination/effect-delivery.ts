import type { Event } from '../event/event.ts'
import { countedName } from '../event/event.ts'
import { toIso } from '../kernel/instant.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { Effect } from '../profile/effect.ts'
import type { Delivery, DeliveryPerson, DeliveryType } from './delivery.ts'

/** What an effect is to destinations: its type, the names a filter may know it by, and what happened without the person. */
export interface Told {
  readonly type: DeliveryType
  /** `Order Completed`, `$page`, `identify`: what a filter's `events` are matched against. */
  readonly names: readonly string[]
  readonly messageId: string
  /** Of an ENTER or EXIT. */
  readonly segment?: string
}

/** Undefined for effects that no destination hears of: a profile that was merely created or updated. */
export function toldOf(effect: Effect): Told | undefined {
  switch (effect.kind) {
    case 'event':
    case 'segment': {
      const { event } = effect
      const segment = effect.kind === 'segment' ? String(event.properties?.['segment'] ?? '') : ''
      const told = { type: event.type, names: namesOf(event), messageId: event.messageId }
      return segment === '' ? told : { ...told, segment }
    }
    case 'profile': {
      if (effect.change === 'created' || effect.change === 'updated') return undefined
      const type = `profile.${effect.change}` as const
      return { type, names: [type], messageId: effect.messageId ?? effect.key }
    }
    case 'consent':
      return { type: 'consent.updated', names: ['consent.updated'], messageId: effect.messageId }
    default:
      return undefined
  }
}

function namesOf({ type, name }: Event): readonly string[] {
  const counted = countedName(type, name)
  return type === 'track' ? [counted ?? ''] : counted === undefined ? [type] : [counted, type]
}

/** The whole of it, for mapping and sending. Undefined where toldOf is. */
export function deliveryOf(effect: Effect, person: DeliveryPerson): Delivery | undefined {
  const told = toldOf(effect)
  if (!told) return undefined
  const { type, messageId } = told
  const key = deliveryKey(effect)
  switch (effect.kind) {
    case 'event':
    case 'segment':
      return { key, type, at: effect.event.timestamp, data: eventData(effect.event, person) }
    case 'profile': {
      const { at, other, mergeId } = effect
      const more = { ...(other === undefined ? {} : { other }), ...(mergeId === undefined ? {} : { mergeId }) }
      return { key, type, at, data: { messageId, context: {}, timestamp: toIso(at), ...more, profile: { ...person } } }
    }
    case 'consent': {
      const { at, consents } = effect
      const said = Object.entries(consents).map(([name, { status, at, source }]) => [
        name,
        { status, at: toIso(at), source },
      ])
      const told = { consents: Object.fromEntries(said) as JsonObject, profile: { ...person } }
      return { key, type, at, data: { messageId, context: {}, timestamp: toIso(at), ...told } }
    }
    default:
      return undefined
  }
}

function eventData(event: Event, person: DeliveryPerson): JsonObject {
  const { messageId, type, name, category, userId, anonymousId, previousId, groupId } = event
  const named = name === undefined ? {} : type === 'track' ? { event: name } : { name }
  const optional = { category, userId, anonymousId, previousId, groupId }
  const given = Object.entries(optional).filter(([, value]) => value !== undefined) as [string, string][]
  return {
    messageId,
    ...named,
    ...Object.fromEntries(given),
    ...(event.properties ? { properties: event.properties } : {}),
    ...(event.traits ? { traits: event.traits } : {}),
    context: event.context,
    timestamp: toIso(event.timestamp),
    profile: { ...person },
  }
}

/** The keys of segment changes hold a NUL, which no header takes; their message IDs name the change as well. */
export function deliveryKey(effect: Effect): string {
  const key = effect.kind === 'segment' ? effect.event.messageId : effect.key
  return encodeURIComponent(key.toWellFormed())
    .replace(/%3A/g, ':')
    .replace(/[!'()*.]/g, escaped)
}

function escaped(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase()}`
}
