import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/min'
import type { Event } from '../event/event.ts'
import { idText } from '../event/validate-item.ts'
import { isObject, type JsonValue, own } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'

/**
 * An identifier is `type:value`. The value is kept as sent; `match` is its normal form, by which it is looked up: two
 * values with one normal form are one identifier.
 */
export interface Identifier {
  readonly type: string
  readonly value: string
  readonly match: string
}

/** `type:match`, the name of an identifier inside one workspace. */
export function identifierName(identifier: Pick<Identifier, 'type' | 'match'>): string {
  return `${identifier.type}:${identifier.match}`
}

const CUSTOM_TYPE = /^[A-Za-z0-9_.-]{1,64}$/

/**
 * An identifier in its normal form, or undefined when the value can be none (an e-mail without `@`, a phone of two
 * digits). `country` (ISO 3166-1 alpha-2) is where a phone number without a country code is from.
 */
export function identifierOf(type: string, raw: JsonValue | undefined, country?: string): Identifier | undefined {
  const value = idText(raw)
  if (value === undefined || value.length > LIMITS.idChars || !CUSTOM_TYPE.test(type)) return undefined
  const match = normalForm(type, value, country)
  return match === undefined || match === '' ? undefined : { type, value, match }
}

function normalForm(type: string, value: string, country: string | undefined): string | undefined {
  const trimmed = composed(value.trim())
  if (type === 'email') return /^[^\s@]+@[^\s@]+$/.test(trimmed) ? trimmed.toLowerCase() : undefined
  if (type === 'phone') return phoneForm(trimmed, country)
  return trimmed
}

/** One text has one form, whether its accents were typed as letters of their own or not (Unicode NFC). */
function composed(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : text.normalize('NFC')
}

/** E.164 where the country is known; else the digits as they stand. `00` is the international prefix. */
function phoneForm(text: string, country: string | undefined): string | undefined {
  const international = text.replace(/^\s*00(?=[1-9])/, '+')
  const number = parsePhoneNumberFromString(international, {
    ...(country === undefined ? {} : { defaultCountry: country as CountryCode }),
    extract: false,
  })
  if (number?.isPossible()) return number.number
  if (!/^\+?[\d\s().\-/]+$/.test(international)) return undefined
  const digits = international.replace(/\D/g, '')
  if (digits.length < 5 || digits.length > 15) return undefined
  return international.startsWith('+') ? `+${digits}` : digits
}

/**
 * All identifiers of a message, each once, in no particular order (contracts/http.md, "What goes into a profile"). For
 * an alias, `previousId` is not among them: what it is depends on what the graph knows.
 */
export function identifiersOf(event: Event, country?: string): readonly Identifier[] {
  const found: Identifier[] = []
  const add = (type: string, raw: JsonValue | undefined) => {
    const identifier = identifierOf(type, raw, country)
    if (!identifier) return
    if (!found.some((f) => f.type === identifier.type && f.match === identifier.match)) found.push(identifier)
  }
  add('user_id', event.userId)
  if (event.type === 'identify') {
    add('email', event.traits && own(event.traits, 'email'))
    add('phone', event.traits && own(event.traits, 'phone'))
  }
  const external = own(event.context, 'externalIds')
  if (Array.isArray(external)) {
    for (const entry of external.slice(0, LIMITS.externalIds)) {
      if (isObject(entry) && typeof entry['type'] === 'string') add(entry['type'], own(entry, 'id'))
    }
  }
  const device = own(event.context, 'device')
  if (isObject(device)) add('device_id', own(device, 'id'))
  add('anonymous_id', event.anonymousId)
  return found
}
