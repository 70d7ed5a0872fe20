import type { WorkspaceSettings } from '../config/workspace-config.ts'
import type { Event } from '../event/event.ts'
import { identifiersOf } from '../identity/identifier.ts'
import { usableIdentifiers } from '../identity/identity-settings.ts'
import { isObject } from '../kernel/json.ts'
import type { HeldBy } from '../profile/leaf.ts'
import type { RebuildLine } from '../profile/rebuild.ts'
import { eventKey } from '../profile/timeline.ts'
import { type ArchivedLine, eventOfLine } from './archived-event.ts'

/** The identifiers of a copy that its profile held, in a line of the archive: type, value, match, leaf. */
export type HeldInLine = readonly [type: string, value: string, match: string, leaf: string]

export function heldInLine(held: readonly HeldBy[]): readonly HeldInLine[] {
  return held.map(({ type, value, match, leaf }) => [type, value, match, leaf])
}

/**
 * What a line of bronze says to the profile that is rebuilt: an event that was applied, or that another copy of one came
 * with a different body. Undefined for every other line; `unreadable` for an applied one without its event (erased with
 * somebody it named, or written by other code).
 */
export function rebuildLineOf(line: ArchivedLine, settings: WorkspaceSettings): RebuildLine | 'unreadable' | undefined {
  const { outcome, copyId, leaf, source, messageId } = line
  if (outcome === 'duplicate' && line['conflict'] === true) {
    if (typeof source !== 'string' || typeof messageId !== 'string') return undefined
    return { kind: 'conflict', key: eventKey({ source, messageId }) }
  }
  if (outcome !== 'applied' || typeof leaf !== 'string' || typeof copyId !== 'string') return undefined
  // That somebody was merged or deleted is for readers of the archive; it is no event of a timeline.
  if (typeof line['type'] === 'string' && line['type'].startsWith('profile.')) return undefined
  const event = eventOfLine(line, settings)
  if (!event) return 'unreadable'
  const { item } = line
  const copyOf = isObject(item) && typeof item['copyOf'] === 'string' ? item['copyOf'] : copyId
  return { kind: 'event', copyId: copyOf, leaf, event, held: heldOf(line, leaf, event, settings) }
}

/** The leaves that a line speaks of: the one it was counted on, and those that held an identifier of it. */
export function leavesOfLine(line: ArchivedLine): readonly string[] {
  const leaves = new Set<string>()
  if (typeof line['leaf'] === 'string') leaves.add(line['leaf'])
  for (const { leaf } of readHeld(line) ?? []) leaves.add(leaf)
  return [...leaves]
}

function readHeld(line: ArchivedLine): readonly HeldBy[] | undefined {
  const held = line['held']
  if (!Array.isArray(held)) return undefined
  return held.flatMap((one) => {
    if (!Array.isArray(one) || one.length !== 4 || one.some((part) => typeof part !== 'string')) return []
    const [type, value, match, leaf] = one as unknown as HeldInLine
    return [{ type, value, match, leaf }]
  })
}

/** A line of before they were kept: by the rules of today, and of a message of which something was refused the anchor alone. */
function heldOf(line: ArchivedLine, leaf: string, event: Event, { identity }: WorkspaceSettings): readonly HeldBy[] {
  const kept = readHeld(line)
  if (kept) return kept
  const item = line['item']
  if (isObject(line['event']) || (isObject(item) && item['profile'] !== undefined)) return []
  const usable = usableIdentifiers(identifiersOf(event, identity.defaultCountry), identity)
  const held = Array.isArray(line['refusedLinks']) ? usable.slice(0, 1) : usable
  return held.map((identifier) => ({ ...identifier, leaf }))
}
