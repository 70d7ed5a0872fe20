import type { CanonicalId } from '../kernel/id.ts'
import { dict } from '../kernel/json.ts'
import { isDevice } from './devices.ts'
import type { ProfileRow } from './graph.ts'
import { HARD_CAPS, type IdentitySettings, settingsOfType } from './identity-settings.ts'

/**
 * How many identifiers one profile may hold. A limit may have a window: then only identifiers that came within it count,
 * by arrival. Identifiers from before the window was set have no time and count no more.
 *
 * @law no limit is ever exceeded by a message with a public key
 */
export type LimitRefusal = 'limit' | 'cap'

interface Totals {
  readonly byType: Map<string, number>
  readonly all: number
  readonly leaves: number
}

function totals(row: ProfileRow): Totals {
  const byType = new Map<string, number>()
  let all = 0
  let leaves = 0
  for (const leaf in row.leaves) {
    leaves++
    for (const type in row.leaves[leaf]) {
      const n = row.leaves[leaf]?.[type] ?? 0
      byType.set(type, (byType.get(type) ?? 0) + n)
      all += n
    }
  }
  return { byType, all, leaves }
}

/** How many identifiers of a type count against its limit at `at`. */
function counted(row: ProfileRow, type: string, total: number, settings: IdentitySettings, at: number): number {
  const { windowMs } = settingsOfType(settings, type)
  if (windowMs === undefined) return total
  let recent = 0
  for (const leaf in row.added) {
    for (const came of row.added[leaf]?.[type] ?? []) if (came > at - windowMs && came <= at) recent++
  }
  return recent
}

/** May a profile hold one more identifier of this type? */
export function refusalToHold(
  row: ProfileRow,
  settings: IdentitySettings,
  type: string,
  at: number,
): LimitRefusal | undefined {
  const { byType, all } = totals(row)
  if (all >= HARD_CAPS.identifiers) return 'cap'
  const held = counted(row, type, byType.get(type) ?? 0, settings, at)
  return held < settingsOfType(settings, type).limit ? undefined : 'limit'
}

/**
 * May two profiles become one? A type that only one side has is no reason to refuse, even where that side is over its
 * limit already. `mayExceed` passes over the limits, never over the hard caps.
 */
export function refusalToJoin(
  a: ProfileRow,
  b: ProfileRow,
  settings: IdentitySettings,
  at: number,
  mayExceed: boolean,
): LimitRefusal | undefined {
  const left = totals(a)
  const right = totals(b)
  if (left.all + right.all > HARD_CAPS.identifiers || left.leaves + right.leaves > HARD_CAPS.leaves) return 'cap'
  if (mayExceed) return undefined
  for (const [type, all] of left.byType) {
    const n = counted(a, type, all, settings, at)
    const m = counted(b, type, right.byType.get(type) ?? 0, settings, at)
    if (n > 0 && m > 0 && n + m > settingsOfType(settings, type).limit) return 'limit'
  }
  return undefined
}

/** One more identifier under a leaf. */
export function countIdentifier(
  row: ProfileRow,
  leaf: CanonicalId,
  type: string,
  settings: IdentitySettings,
  at: number,
): void {
  const counts = (row.leaves[leaf] ??= dict())
  counts[type] = (counts[type] ?? 0) + 1
  const { windowMs } = settingsOfType(settings, type)
  if (windowMs === undefined) return
  const added = (row.added ??= dict())
  const ofLeaf = (added[leaf] ??= dict())
  ofLeaf[type] = [...(ofLeaf[type] ?? []).filter((came) => came > at - windowMs), at].sort((a, b) => a - b)
}

/** The number of identifiers of a profile, of all types. */
export function identifierCount(row: ProfileRow): number {
  return totals(row).all
}

/** Nothing but devices is known of this person. */
export function isAnonymous(row: ProfileRow): boolean {
  return [...totals(row).byType.keys()].every(isDevice)
}

/** The types of which a profile holds more than the settings allow now: rules tightened later split nobody. */
export function exceededTypes(row: ProfileRow, settings: IdentitySettings, at: number): readonly string[] {
  return [...totals(row).byType]
    .filter(([type, n]) => counted(row, type, n, settings, at) > settingsOfType(settings, type).limit)
    .map(([type]) => type)
}
