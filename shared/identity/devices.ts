import type { CanonicalId } from '../kernel/id.ts'
import type { DeviceMove, IdentifierRow } from './graph.ts'
import type { IdentitySettings } from './identity-settings.ts'

/**
 * A device that changes hands, with `sharedDevice: "move"`: what arrives with the device alone belongs to whoever used
 * it last. Whose it was is looked up by the copy's `receivedAt`, and a move never reaches back behind a copy that was
 * answered already, so a copy delivered again goes where it went.
 *
 * @law the owner at an instant, once answered, never changes
 */
const DEVICE_TYPES: ReadonlySet<string> = new Set(['anonymous_id', 'device_id', 'push_token'])
/** Changes of hands remembered per device; the oldest are forgotten first. */
const MOST_MOVES = 50

export function isDevice(type: string): boolean {
  return DEVICE_TYPES.has(type)
}

export function mayMove(type: string, settings: IdentitySettings): boolean {
  return settings.sharedDevice === 'move' && isDevice(type)
}

/** The leaf a value belongs to for a copy that arrived at `at`. */
export function ownerAt(row: IdentifierRow, at: number): CanonicalId {
  const moves = row.moves ?? []
  for (let i = moves.length - 1; i >= 0; i--) {
    const move = moves[i] as DeviceMove
    if (move.from <= at) return move.leaf
  }
  return row.leaf
}

/** The row after somebody else was seen with the device at `at`; the same row when it is theirs already. */
export function movedTo(row: IdentifierRow, leaf: CanonicalId, at: number): IdentifierRow {
  const from = Math.max(at, (row.answered ?? Number.NEGATIVE_INFINITY) + 1)
  const last = row.moves?.at(-1)
  if (last && last.from > from) return row // somebody who came later has it already
  if (ownerAt(row, from) === leaf) return row
  return { ...row, moves: [...(row.moves ?? []), { from, leaf }].slice(-MOST_MOVES) }
}

/** The row after it answered whose a copy is that arrived at `at`. */
export function answeredAt(row: IdentifierRow, at: number): IdentifierRow {
  return row.answered !== undefined && row.answered >= at ? row : { ...row, answered: at }
}
