import type { Event } from '../event/event.ts'
import { MINUTE, parseInstant } from '../kernel/instant.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../kernel/json.ts'
import { CONSENT_LIMITS, CONSENT_STATUSES, type ConsentStatus, type ConsentWrite, consentName } from './consent.ts'
import { FROM_TRAITS } from './consent-traits.ts'
import type { Manner } from './record.ts'

/**
 * What an event says about consent. A pure function of the event, so that a replay says the same:
 *
 * | event | says |
 * | --- | --- |
 * | track `Consent Updated` with `properties.consents` | each name its status, source, proof, time, expiry |
 * | track `Unsubscribed`, `Resubscribed` | the channel (`properties.channel`, else email), or the list in `properties.scope` |
 * | any with `context.consent.categoryPreferences` | Segment: each category granted or denied |
 * | any with `context.consentManagement` | RudderStack: allowed and denied ids |
 * | identify with a trait that the workspace's policy names | what the tick box says (consent-traits.ts) |
 * | any with `context.consent.gpc: true` | Global Privacy Control: `sale_or_sharing` is denied |
 */
export const CONSENT_UPDATED = 'Consent Updated'
/** Segment's own wrapper sends this when somebody chooses; its preferences stand in the context. */
const PREFERENCE_UPDATED = 'Segment Consent Preference Updated'

/** The purpose that Global Privacy Control speaks of (California's words for it: sale or sharing). */
export const GPC_PURPOSE = 'sale_or_sharing'

export interface SaidConsent {
  readonly name: string
  readonly write: ConsentWrite
  readonly manner: Manner
}

/** How far ahead of its arrival something may have been said: as for events (the time rule). */
const AHEAD_MS = 5 * MINUTE
const NOTHING: readonly SaidConsent[] = []

export function consentsIn(event: Event): readonly SaidConsent[] {
  const { context } = event
  const isTrack = event.type === 'track'
  const speaks =
    isTrack && (event.name === CONSENT_UPDATED || event.name === 'Unsubscribed' || event.name === 'Resubscribed')
  // Nearly every event says nothing: two look-ups tell.
  if (!speaks && context['consent'] === undefined && context['consentManagement'] === undefined) return NOTHING
  const found = new Map<string, SaidConsent>()
  const add = (name: string, said: SaidConsent | undefined) => {
    if (said && !found.has(name) && found.size < CONSENT_LIMITS.namesAtOnce) found.set(name, said)
  }
  if (speaks) for (const said of spoken(event)) add(said.name, said)
  for (const said of inContext(event)) add(said.name, said)
  return [...found.values()]
}

function spoken(event: Event): readonly SaidConsent[] {
  const properties = event.properties ?? {}
  if (event.name === CONSENT_UPDATED) {
    const consents = own(properties, 'consents')
    if (!isObject(consents)) return NOTHING
    return Object.keys(consents).flatMap((name) => updated(event, name, consents[name] as JsonValue))
  }
  const status: ConsentStatus = event.name === 'Unsubscribed' ? 'withdrawn' : 'granted'
  const scope = text(own(properties, 'scope'))
  // A group, tag, stream or topic is a list of its own: leaving it says nothing about the channel.
  const about = scope?.includes(':') ? scope : (text(own(properties, 'channel')) ?? 'email')
  const source = text(own(properties, 'provider')) ?? text(own(properties, 'source')) ?? event.source
  return one(event, about, status, { manner: 'said', source })
}

function updated(event: Event, given: string, value: JsonValue): readonly SaidConsent[] {
  const fields: JsonObject = isObject(value) ? value : { status: value }
  const status = own(fields, 'status')
  if (!isStatus(status)) return NOTHING
  const at = parseInstant(own(fields, 'at'))
  const expiresAt = parseInstant(own(fields, 'expiresAt'))
  const proof = own(fields, 'proof')
  const small = proof !== undefined && proof !== null && JSON.stringify(proof).length <= CONSENT_LIMITS.proofChars
  return one(event, given, status, {
    manner: 'said',
    source: text(own(fields, 'source')) ?? event.source,
    ...(at !== undefined && at <= event.receivedAt + AHEAD_MS && at >= 0 ? { at } : {}),
    ...(small ? { proof } : {}),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  })
}

function inContext(event: Event): readonly SaidConsent[] {
  const { context, source } = event
  const manner: Manner = event.name === PREFERENCE_UPDATED ? 'said' : 'seen'
  const said: SaidConsent[] = []
  const consent = own(context, 'consent')
  if (isObject(consent)) {
    if (own(consent, 'gpc') === true) said.push(...one(event, GPC_PURPOSE, 'denied', { manner: 'seen', source: 'gpc' }))
    const fromTraits = own(consent, FROM_TRAITS)
    if (isObject(fromTraits)) {
      for (const name of Object.keys(fromTraits)) {
        const status = fromTraits[name]
        if (isStatus(status)) said.push(...one(event, name, status, { manner: 'seen', source: `traits of ${source}` }))
      }
    }
    const categories = own(consent, 'categoryPreferences')
    if (isObject(categories)) {
      for (const name of Object.keys(categories)) {
        const value = categories[name]
        if (typeof value === 'boolean') said.push(...one(event, name, value ? 'granted' : 'denied', { manner, source }))
      }
    }
  }
  const managed = own(context, 'consentManagement')
  if (isObject(managed)) {
    const lists = [
      ['deniedConsentIds', 'denied'],
      ['allowedConsentIds', 'granted'],
    ] as const
    for (const [field, status] of lists) {
      const ids = own(managed, field)
      if (!Array.isArray(ids)) continue
      for (const id of ids) if (typeof id === 'string') said.push(...one(event, id, status, { manner, source }))
    }
  }
  return said
}

interface Details {
  readonly manner: Manner
  readonly source: string
  readonly at?: number
  readonly proof?: JsonValue
  readonly expiresAt?: number
}

function one(event: Event, given: string, status: ConsentStatus, details: Details): readonly SaidConsent[] {
  const name = consentName(given)
  if (name === undefined) return NOTHING
  const { manner, source, at = event.timestamp, ...rest } = details
  const write = { status, at, messageId: event.messageId, source: source.slice(0, CONSENT_LIMITS.sourceChars), ...rest }
  return [{ name, manner, write }]
}

function isStatus(value: JsonValue | undefined): value is ConsentStatus {
  return (CONSENT_STATUSES as readonly (JsonValue | undefined)[]).includes(value)
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}
