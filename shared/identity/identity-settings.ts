import { z } from 'zod'
import { DAY } from '../kernel/instant.ts'
import { type Identifier, identifierName } from './identifier.ts'
import { MatchingSettings } from './matching-settings.ts'

/** What a workspace says about its identifiers: which counts first, how many one person may have, which values are nobody. */
export const IdentifierTypeChanges = z.object({
  /** Smaller is stronger; the strongest usable identifier of a message is its anchor. */
  priority: z.int().min(0).max(1_000).optional(),
  /** Most identifiers of this type on one profile; a link that would exceed it is refused. */
  limit: z.int().min(1).max(1_000).optional(),
  /** With a window the limit counts only identifiers that came within it. Milliseconds; without one: ever. */
  windowMs: z
    .int()
    .min(1_000)
    .max(10 * 365 * DAY)
    .optional(),
  /** Values of this type that identify nobody, on top of those of all types. */
  blockedValues: z.array(z.string().max(255)).max(1_000).optional(),
})
export type IdentifierTypeChanges = z.infer<typeof IdentifierTypeChanges>

/** The rules of a type as they are in force: what the workspace changed, over what is built in. */
export interface IdentifierTypeSettings {
  readonly priority: number
  readonly limit: number
  readonly windowMs?: number | undefined
  readonly blockedValues?: readonly string[] | undefined
}

export const IdentitySettings = z.object({
  /** What differs from the built-in rules, by type. */
  types: z.record(z.string(), IdentifierTypeChanges).default({}),
  /** A value that came with more distinct anchors than this never joins two people: it is shared. */
  sharedAfterAnchors: z.int().min(1).max(50).default(3),
  /** Values that identify nobody, compared trimmed and case-folded, on top of the built-in ones. */
  blockedValues: z.array(z.string().max(255)).max(1_000).default([]),
  /**
   * The type of which a person has one, unless its own settings say otherwise: only a server key or a person may join two
   * values of it. Matching by likeness never joins two different ones.
   */
  uniqueType: z.string().min(1).max(64).default('user_id'),
  /** Country of phone numbers that are written without their country code, as ISO 3166-1 alpha-2. */
  defaultCountry: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional(),
  /**
   * Two users log in on one device. `stay`: what arrives with the device alone stays with whom it belonged to first.
   * `move`: it belongs to whoever used it last, from their first event on.
   */
  sharedDevice: z.enum(['stay', 'move']).default('stay'),
  /** A person known by devices alone is removed when nothing was heard of them for so many days. */
  anonymousDays: z.int().min(1).max(3_650).default(90),
  /** A profile that comes to hold this many identifiers is counted and logged: it may be a machine, or a bug. */
  growthAlarm: z.int().min(2).max(1_000).default(100),
  matching: MatchingSettings.prefault({}),
})
export type IdentitySettings = z.infer<typeof IdentitySettings>

/** Priorities and limits of contracts/http.md; a type that is not named is custom. */
const BUILT_IN: ReadonlyMap<string, IdentifierTypeSettings> = new Map([
  ['user_id', { priority: 10, limit: 1 }],
  ['email', { priority: 20, limit: 5 }],
  ['phone', { priority: 30, limit: 5 }],
  ['device_id', { priority: 50, limit: 20 }],
  ['push_token', { priority: 55, limit: 20 }],
  ['anonymous_id', { priority: 60, limit: 100 }],
])
const CUSTOM: IdentifierTypeSettings = { priority: 40, limit: 5 }

/** A profile that would exceed these takes no further leaf or identifier, whatever the settings say. */
export const HARD_CAPS = { leaves: 100, identifiers: 1_000 } as const

export function settingsOfType(settings: IdentitySettings, type: string): IdentifierTypeSettings {
  const own = Object.hasOwn(settings.types, type) ? settings.types[type] : undefined
  const builtIn = BUILT_IN.get(type) ?? CUSTOM
  if (own === undefined && (type !== settings.uniqueType || builtIn.limit === 1)) return builtIn
  const { priority = builtIn.priority, limit = type === settings.uniqueType ? 1 : builtIn.limit, ...rest } = own ?? {}
  return { ...rest, priority, limit }
}

/** The rules of every built-in and every changed type and of the unique one, as they are in force. */
export function typesInForce(settings: IdentitySettings): Record<string, IdentifierTypeSettings> {
  const types = new Set([...BUILT_IN.keys(), settings.uniqueType, ...Object.keys(settings.types)])
  return Object.fromEntries([...types].map((type) => [type, settingsOfType(settings, type)]))
}

const BLOCKED: ReadonlySet<string> = new Set(
  'null undefined none nan n/a -1 0 anonymous guest unknown test (null)'
    .split(' ')
    .concat('[object object]', 'not set', '(not set)'),
)
/** Nil UUIDs, zeroed advertising ids, rows of dashes. */
const NOTHING = /^[0-]*$/

export function isBlocked(identifier: Identifier, settings: IdentitySettings): boolean {
  const folded = identifier.match.trim().toLowerCase()
  if (BLOCKED.has(folded) || NOTHING.test(folded)) return true
  const isListed = (values: readonly string[]) => values.some((value) => value.trim().toLowerCase() === folded)
  const ofType = Object.hasOwn(settings.types, identifier.type)
    ? settings.types[identifier.type]?.blockedValues
    : undefined
  return isListed(settings.blockedValues) || (ofType !== undefined && isListed(ofType))
}

const ROLE_MAILBOX =
  /^(info|sales|support|admin|contact|hello|office|mail|help|billing|service|team|noreply|no-reply|webmaster|postmaster)@/

/** A mailbox of a function, not of a person: anchors only when nothing else is there, and never joins two people. */
export function isRoleMailbox(identifier: Identifier): boolean {
  return identifier.type === 'email' && ROLE_MAILBOX.test(identifier.match)
}

/**
 * The usable identifiers of a message, the anchor first: by role mailbox last, then priority, then name. A pure
 * function of the message and the settings, so that every copy of a message has the same anchor.
 */
export function usableIdentifiers(
  identifiers: readonly Identifier[],
  settings: IdentitySettings,
): readonly Identifier[] {
  return identifiers
    .filter((identifier) => !isBlocked(identifier, settings))
    .sort(
      (a, b) =>
        Number(isRoleMailbox(a)) - Number(isRoleMailbox(b)) ||
        settingsOfType(settings, a.type).priority - settingsOfType(settings, b.type).priority ||
        (identifierName(a) < identifierName(b) ? -1 : 1),
    )
}
