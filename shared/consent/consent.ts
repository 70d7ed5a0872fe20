import type { JsonValue } from '../kernel/json.ts'

/**
 * The words of consent. A person says something about a **name**: a channel (`email`, `sms`) or a purpose
 * (`marketing`). One name is one thing, so a channel and a purpose never share it. Like a trait, what was said last
 * stands; `withdrawn` is a consent taken back, `denied` one that was asked for and refused.
 */
export const CONSENT_STATUSES = ['granted', 'denied', 'withdrawn'] as const
export type ConsentStatus = (typeof CONSENT_STATUSES)[number]

export const CONSENT_KINDS = ['channel', 'purpose'] as const
export type ConsentKind = (typeof CONSENT_KINDS)[number]

/** Names that are channels, and not purposes, wherever only a name is given. */
const CHANNELS: ReadonlySet<string> = new Set(
  'email sms mms rcs whatsapp push web_push mobile_push in_app phone call voice mail post telegram messenger viber line'.split(
    ' ',
  ),
)

export const CONSENT_LIMITS = {
  nameChars: 100,
  sourceChars: 200,
  /** Of the proof's JSON. */
  proofChars: 2_000,
  /** Names in one message. */
  namesAtOnce: 50,
} as const

/** What stands, by channel or purpose. */
export type ConsentStatuses = { readonly [name: string]: ConsentStatus }

export interface ConsentWrite {
  readonly status: ConsentStatus
  /** When it was said, epoch milliseconds. */
  readonly at: number
  readonly messageId: string
  /** Who says so: a form, a provider, a link, or the source of the message. */
  readonly source: string
  /** What shows that it was said: a text, an address, a form's fields. */
  readonly proof?: JsonValue
  /** From then on it counts as if nothing had been said. */
  readonly expiresAt?: number
}

/**
 * The write that stands: the later one; at the same instant the greater messageId, by UTF-16 code unit. One message says
 * one thing about a name; should two sources use one messageId, the greater text decides, so that the choice is total.
 *
 * @law of two consents the same one stands in any order of arrival
 */
export function laterConsent(a: ConsentWrite, b: ConsentWrite): ConsentWrite {
  return compareConsents(a, b) >= 0 ? a : b
}

/** Negative when `a` was said before `b`; zero only for equal writes. */
export function compareConsents(a: ConsentWrite, b: ConsentWrite): number {
  if (a.at !== b.at) return a.at - b.at
  if (a.messageId !== b.messageId) return a.messageId < b.messageId ? -1 : 1
  const [x, y] = [textOf(a), textOf(b)]
  return x === y ? 0 : x < y ? -1 : 1
}

function textOf({ source, status, proof, expiresAt }: ConsentWrite): string {
  return JSON.stringify([source, status, expiresAt ?? 0, proof ?? null])
}

export function kindOfName(name: string): ConsentKind {
  return CHANNELS.has(name) ? 'channel' : 'purpose'
}

/** How conditions name what they read: `channel:email`, `purpose:marketing`. */
export function consentKey(kind: ConsentKind, name: string): string {
  return `${kind}:${name}`
}

/** Every key by which a condition may ask for a name. */
export function consentKeys(name: string): readonly string[] {
  return CONSENT_KINDS.map((kind) => consentKey(kind, name))
}

/** The name in `channel:email` or `purpose:marketing`; any other text is the name itself. */
export function bareName(text: string): string {
  const bare = text.trim().replace(/^(?:channel|purpose):/, '')
  const lower = bare.toLowerCase()
  return CHANNELS.has(lower) ? lower : bare
}

/** What may stand as a name; undefined when the text cannot. */
export function consentName(text: string): string | undefined {
  const name = bareName(text)
  return name === '' || name.length > CONSENT_LIMITS.nameChars || name === '__proto__' ? undefined : name
}
