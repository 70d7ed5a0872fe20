import { z } from 'zod'
import { type Identifier, identifierName } from './identifier.ts'

/** What a workspace says about its identifiers: which counts first, how many one person may have, which values are nobody. */
export const IdentifierTypeSettings = z.object({
  /** Smaller is stronger; the strongest usable identifier of a message is its anchor. */
  priority: z.int().min(0).max(1_000),
  /** Most identifiers of this type on one profile; a link that would exceed it is refused. */
  limit: z.int().min(1).max(1_000),
})
export type IdentifierTypeSettings = z.infer<typeof IdentifierTypeSettings>

export const IdentitySettings = z.object({
  types: z.record(z.string(), IdentifierTypeSettings).default({}),
  /** A value that came with more distinct anchors than this never joins two people: it is shared. */
  sharedAfterAnchors: z.int().min(1).max(50).default(3),
  /** Values that identify nobody, compared trimmed and case-folded, on top of the built-in ones. */
  blockedValues: z.array(z.string().max(255)).max(1_000).default([]),
})
export type IdentitySettings = z.infer<typeof IdentitySettings>

/** Priorities and limits of contracts/http.md; a type that is not named is custom. */
const BUILT_IN: ReadonlyMap<string, IdentifierTypeSettings> = new Map([
  ['user_id', { priority: 10, limit: 1 }],
  ['email', { priority: 20, limit: 5 }],
  ['phone', { priority: 30, limit: 5 }],
  ['device_id', { priority: 50, limit: 20 }],
  ['anonymous_id', { priority: 60, limit: 100 }],
])
const CUSTOM: IdentifierTypeSettings = { priority: 40, limit: 5 }

/** A profile that would exceed these takes no further leaf or identifier, whatever the settings say. */
export const HARD_CAPS = { leaves: 100, identifiers: 1_000 } as const

export function settingsOfType(settings: IdentitySettings, type: string): IdentifierTypeSettings {
  return (Object.hasOwn(settings.types, type) ? settings.types[type] : undefined) ?? BUILT_IN.get(type) ?? CUSTOM
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
  return settings.blockedValues.some((value) => value.trim().toLowerCase() === folded)
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
